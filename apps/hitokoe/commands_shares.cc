#include "apps/hitokoe/commands_shares.h"

#include <iostream>

#include "hitokoe/storage/shares.h"

namespace hitokoe::app {

namespace {

using crawler::masked_name;
using crawler::SeenShare;
using crawler::ShareKind;

struct SharesArguments {
  std::string kind, after, id;
  bool terms = false;
  std::size_t limit = 100;
};

Words kind_words(ShareKind kind) {
  switch (kind) {
    case ShareKind::kMagnet:
      return {"magnet link", "マグネットリンク"};
    case ShareKind::kTorrent:
      return {"torrent file", "torrent ファイル"};
    case ShareKind::kFileHost:
      return {"file host", "ファイル共有サイト"};
  }
  return {"", ""};
}

std::string joined(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& one : all) out += (out.empty() ? "" : ", ") + one;
  return out;
}

void print(const Environment& env, const SeenShare& s) {
  const auto l = env.language;
  const auto& share = s.share;
  std::cout << s.id << "  " << kind_words(share.kind).in(l) << "  "
            << (share.names.empty() ? std::string() : masked_name(share.names.front()));
  if (share.size) std::cout << "  " << *share.size << say(l, " バイト", " bytes");
  if (share.file_count > 0) std::cout << say(l, "、ファイル ", ", files ") << share.file_count;
  std::cout << say(l, "、最後に見た ", ", last seen ") << format_jst(s.last)
            << say(l, "、取得物 ", ", captures ") << s.sightings;
  if (!s.terms.empty()) std::cout << say(l, "、監視語 ", ", watch terms ") << joined(s.terms);
  if (!s.readable)
    std::cout << say(l, "、鍵は破棄済み（名前は読めません）",
                     ", key destroyed: names cannot be read");
  std::cout << '\n';
}

void print_all(const Environment& env, const SeenShare& s) {
  const auto l = env.language;
  const auto& share = s.share;
  print(env, s);
  std::cout << "  " << crawler::masked_key(share);
  if (!share.other_key.empty()) std::cout << "  " << share.other_key;
  std::cout << '\n';
  for (const auto& name : share.names)
    std::cout << say(l, "  名前 ", "  name ") << masked_name(name) << '\n';
  for (const auto& file : share.files)
    std::cout << say(l, "  ファイル ", "  file ") << masked_name(file.name) << "  " << file.size
              << '\n';
  if (share.file_count > share.files.size())
    std::cout << say(l, "  ほかのファイル ", "  more files ")
              << share.file_count - share.files.size() << '\n';
  if (!share.hosts.empty())
    std::cout << say(l, "  ホスト ", "  hosts ") << joined(share.hosts) << '\n';
  if (!share.comment.empty())
    std::cout << say(l, "  コメント ", "  comment ") << masked_name(share.comment) << '\n';
  if (!share.created_by.empty())
    std::cout << say(l, "  作成 ", "  made by ") << masked_name(share.created_by) << '\n';
  if (share.created)
    std::cout << say(l, "  作成日時 ", "  made on ") << format_jst(*share.created) << '\n';
  for (const auto& one : s.seen)
    std::cout << say(l, "  掲載 ", "  seen in ") << one.capture << "  " << one.source << "  "
              << format_jst(one.at) << '\n';
  std::cout << say(l, "  中身は取得していません。トラッカーにもピアにも接続していません。\n",
                   "  The content was not fetched; no tracker and no peer was asked.\n");
}

struct Opened {
  identity::KeyStore keys;
  std::unique_ptr<crawler::ShareStore> shares;
};

Result<std::unique_ptr<Opened>> open(Environment& env) {
  TRY(auto keys, env.open_key_store());
  TRY(auto db, env.open_database());
  auto out = std::make_unique<Opened>(Opened{std::move(keys), nullptr});
  out->shares = storage::make_share_store(std::move(db), out->keys, env.random);
  return out;
}

Result<int> list(Environment& env, const SharesArguments& o) {
  crawler::ShareFilter filter;
  if (!o.kind.empty()) {
    TRY(filter.kind, crawler::share_kind_by_name(o.kind));
  }
  filter.with_terms = o.terms;
  filter.limit = o.limit;
  if (!o.after.empty()) filter.after = o.after;
  TRY(const auto opened, open(env));
  TRY(const auto all, opened->shares->list(filter));
  if (env.json) {
    std::string lines;
    for (const auto& share : all) lines += (lines.empty() ? "" : ",") + crawler::to_json(share);
    std::cout << "{\"shares\":[" << lines << "]}\n";
    return 0;
  }
  for (const auto& share : all) print(env, share);
  if (all.empty())
    std::cerr << say(env.language, "ファイル共有は見つかっていません\n",
                     "no file sharing was found\n");
  return 0;
}

Result<int> show(Environment& env, const SharesArguments& o) {
  TRY(const auto opened, open(env));
  TRY(const auto share, opened->shares->load(o.id));
  if (env.json) {
    std::cout << crawler::to_json(share) << '\n';
  } else {
    print_all(env, share);
  }
  return 0;
}

}  // namespace

void add_shares_commands(CLI::App& app, Environment& env) {
  auto* group = app.add_subcommand(
      "shares",
      env.text("取得物にあるファイル共有（マグネットリンク、torrent、ファイル共有サイト）",
               "File sharing that captures name: magnet links, torrents, file hosts"));
  group->require_subcommand(1);
  const auto o = std::make_shared<SharesArguments>();
  auto* list_command = group->add_subcommand(
      "list", env.text("一覧、最後に見た順。中身は取得しない",
                       "All, those seen last first; their content is never fetched"));
  list_command->add_option("--kind", o->kind,
                           env.text("magnet、torrent、file_host", "magnet, torrent or file_host"));
  list_command->add_flag(
      "--terms", o->terms,
      env.text("名前に監視語のあるものだけ", "Only those with a watch term in a name"));
  list_command->add_option("--after", o->after,
                           env.text("これより前のもの（次の頁）", "Those before this one"));
  list_command->add_option("--limit", o->limit, env.text("件数、1～1000", "How many, 1 to 1000"))
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  list_command->callback([&env, o] { env.action = [&env, o] { return list(env, *o); }; });
  auto* show_command =
      group->add_subcommand("show", env.text("一つを詳しく：ファイル、ホスト、掲載された取得物",
                                             "One of them: files, hosts, captures that name it"));
  show_command->add_option("SHARE", o->id, env.text("番号（SHR-…）", "Number, SHR-…"))->required();
  show_command->callback([&env, o] { env.action = [&env, o] { return show(env, *o); }; });
}

}  // namespace hitokoe::app
