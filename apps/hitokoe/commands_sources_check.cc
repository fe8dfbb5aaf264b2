#include "apps/hitokoe/commands_sources_check.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <iostream>
#include <optional>

#include "apps/hitokoe/network.h"
#include "hitokoe/crawler/reasons.h"
#include "hitokoe/crawler/source_check.h"
#include "hitokoe/storage/source_accounts.h"
#include "service/role_lock.h"

namespace hitokoe::app {

namespace {

namespace json = boost::json;
using crawler::AnswerCheck;
using crawler::ItemCheck;
using crawler::Source;
using crawler::SourceCheck;

struct CheckArguments {
  std::string file;
  bool no_items = false;
};

// The accounts of sources that are signed in to, where nobody else uses them now.
struct Accounts {
  std::unique_ptr<identity::KeyStore> keys;  // stays where it is: `all` refers to it
  std::unique_ptr<crawler::SourceAccounts> all;
  std::optional<service::RoleLock> alone;  // an account is one crawler's at a time
};

bool signs_in(const Source& source) { return source.login != nullptr; }

Result<Accounts> open_accounts(Environment& env, std::vector<Source>& sources,
                               std::vector<SourceCheck>& left_out) {
  Accounts out;
  if (std::ranges::none_of(sources, signs_in)) return out;
  auto lock = service::RoleLock::take(env.data, "crawler");
  if (!lock && lock.error().code != Errc::kConflict) return outcome::failure(lock.error());
  if (!lock) {
    for (const auto& source : sources) {
      if (!signs_in(source)) continue;
      SourceCheck busy;
      busy.source = source.id;
      busy.warnings.emplace_back("account_busy");
      left_out.push_back(std::move(busy));
    }
    std::erase_if(sources, signs_in);
    return out;
  }
  out.alone.emplace(std::move(lock).value());
  TRY(auto keys, env.open_key_store());
  out.keys = std::make_unique<identity::KeyStore>(std::move(keys));
  TRY(auto db, env.open_database());
  out.all = storage::make_source_accounts(db, *out.keys, env.random);
  return out;
}

bool needs_a_person(const SourceCheck& check) {
  const auto fine = [](const ItemCheck& item) { return item.trouble.empty(); };
  return !check.warnings.empty() ||
         (!check.looked.empty() && std::ranges::none_of(check.looked, fine));
}

json::object to_json(const ItemCheck& item) {
  return {{"url", item.url},
          {"with_list", item.with_list},
          {"status", item.answer.status},
          {"bytes", item.answer.bytes},
          {"media_type", item.answer.media_type},
          {"charset", item.answer.charset},
          {"cut", item.answer.cut},
          {"captures", item.captures},
          {"posts", item.posts},
          {"lines", item.lines},
          {"links", item.links},
          {"more", item.more},
          {"trouble", item.trouble}};
}

json::object to_json(const SourceCheck& check) {
  json::array looked;
  for (const auto& item : check.looked) looked.emplace_back(to_json(item));
  return {{"source", check.source},
          {"status", check.list.status},
          {"bytes", check.list.bytes},
          {"media_type", check.list.media_type},
          {"charset", check.list.charset},
          {"items", check.items},
          {"with_list", check.with_list},
          {"pages", check.pages},
          {"lists", check.lists},
          {"requests", check.requests},
          {"first_urls", json::array(check.first_urls.begin(), check.first_urls.end())},
          {"looked", std::move(looked)},
          {"warnings", json::array(check.warnings.begin(), check.warnings.end())}};
}

// The stable name, and what it means where that is known.
std::string explained(Language language, const std::string& reason) {
  const auto words = crawler::in_words(reason);
  return words.en.empty() ? reason : reason + ": " + std::string(words.in(language));
}

void print(Language l, const AnswerCheck& answer) {
  std::cout << "HTTP " << answer.status << say(l, "、", ", ") << answer.bytes
            << say(l, " バイト", " bytes");
  if (!answer.media_type.empty()) std::cout << say(l, "、", ", ") << answer.media_type;
  if (!answer.charset.empty()) std::cout << say(l, "、", ", ") << answer.charset;
  if (!answer.cut.empty()) std::cout << say(l, "、途中切れ: ", ", cut: ") << answer.cut;
}

void print(Language l, const ItemCheck& item) {
  std::cout << say(l, "  見た項目 ", "  looked at ") << item.url << ": ";
  if (item.with_list) {
    std::cout << say(l, "一覧に本文あり", "came with the list");
  } else if (item.answer.status == 0) {
    std::cout << say(l, "応答なし", "no answer");
  } else {
    print(l, item.answer);
  }
  const auto count = [&](std::uint64_t number, std::string_view ja, std::string_view en) {
    if (number > 0) std::cout << say(l, "、", ", ") << say(l, ja, en) << ' ' << number;
  };
  count(item.posts, "投稿", "posts");
  count(item.lines, "行", "lines");
  count(item.links, "リンク", "links");
  if (item.captures > 1) count(item.captures, "取得物", "captures");
  if (item.more) std::cout << say(l, "、続きのページあり", ", goes on on another page");
  std::cout << '\n';
  if (!item.trouble.empty())
    std::cout << say(l, "    取得できません: ", "    not captured: ") << explained(l, item.trouble)
              << '\n';
}

void print(Language l, const SourceCheck& check) {
  std::cout << check.source << ": ";
  if (!check.lists) {
    std::cout << say(l, "一覧なし。ほかの取得物にあるリンクだけをたどります",
                     "no list; what other captures link to is fetched");
  } else if (check.list.status == 0) {
    std::cout << say(l, "一覧の応答なし", "no answer of the list");
  } else {
    print(l, check.list);
    std::cout << say(l, "、", ", ") << check.items << say(l, " 件", " items");
    if (check.with_list > 0)
      std::cout << say(l, "（うち一覧に本文があるもの ", " (with their text: ") << check.with_list
                << say(l, "）", ")");
    if (check.pages > 0) std::cout << say(l, "、続きのページ ", ", more pages: ") << check.pages;
  }
  std::cout << '\n';
  for (const auto& url : check.first_urls) std::cout << "  " << url << '\n';
  for (const auto& item : check.looked) print(l, item);
  for (const auto& what : check.warnings)
    std::cout << say(l, "  要確認: ", "  look at: ") << explained(l, what) << '\n';
}

Result<int> check_sources(Environment& env, const CheckArguments& arguments) {
  TRY(auto sources, crawler::load_sources(arguments.file));
  std::vector<std::string> order;
  order.reserve(sources.size());
  for (const auto& source : sources) order.push_back(source.id);
  std::vector<SourceCheck> left_out;
  TRY(const auto accounts, open_accounts(env, sources, left_out));
  SystemSleeper sleeper;
  Network network(env);
  crawler::SourceChecker checker(
      std::move(sources), {.items = !arguments.no_items},
      {network.fetcher(), env.clock, sleeper, env.random, &network.renewer(), accounts.all.get()},
      env.log, network.group());
  TRY(auto checks, network.run(checker.run()));
  std::ranges::move(left_out, std::back_inserter(checks));
  json::array lines;
  for (const auto& id : order) {
    const auto& check = *std::ranges::find(checks, id, &SourceCheck::source);
    if (env.json) {
      lines.emplace_back(to_json(check));
    } else {
      print(env.language, check);
    }
  }
  if (env.json) std::cout << json::serialize(json::object{{"sources", lines}}) << '\n';
  return std::ranges::any_of(checks, needs_a_person) ? 1 : 0;
}

}  // namespace

void add_sources_check_command(CLI::App& sources, Environment& env) {
  const auto arguments = std::make_shared<CheckArguments>();
  auto* check = sources.add_subcommand(
      "check",
      env.text("情報源の設定で何を取得し何が見つかるかを試す。最初の項目まで取得し、何も保存しない",
               "What a source file would fetch and find, up to its first item; stores nothing"));
  check->add_option("FILE", arguments->file, env.text("情報源の設定（YAML ファイル）", "YAML file"))
      ->required();
  check->add_flag("--no-items", arguments->no_items,
                  env.text("一覧だけを見る", "Looks at lists only"));
  check->callback([&env, arguments] {
    env.action = [&env, arguments] { return check_sources(env, *arguments); };
  });
}

}  // namespace hitokoe::app
