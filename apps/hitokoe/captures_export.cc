#include "apps/hitokoe/captures_export.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <iostream>
#include <memory>
#include <utility>

#include "apps/hitokoe/new_file.h"
#include "hitokoe/crawler/warc.h"
#include "hitokoe/storage/captures.h"

namespace hitokoe::app {

namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

struct ExportArguments {
  std::string file;
  std::vector<std::string> captures;
  std::vector<std::string> sources;
};

bool is_wanted(const std::vector<std::string>& chosen, const std::string& one) {
  return chosen.empty() || std::ranges::find(chosen, one) != chosen.end();
}

struct Exported {
  std::uint64_t captures = 0;
  std::uint64_t destroyed = 0;  // their keys are gone: nothing of them can be read
};

Result<Exported> write_archive(Environment& env, crawler::CaptureStore& store,
                               const ExportArguments& arguments, NewFile& file) {
  crawler::WarcWriter archive([&](ByteView bytes) { return file.write(bytes); }, env.random);
  TRYV(archive.begin(env.clock.now(), "hitokoe/" HITOKOE_VERSION,
                     fs::path(arguments.file).filename().string()));
  auto ids = arguments.captures;
  if (ids.empty()) {
    TRY(ids, store.list());
  }
  Exported out;
  for (const auto& id : ids) {
    const auto meta = store.meta(id);
    if (!meta && meta.error().code == Errc::kForbidden && arguments.captures.empty()) {
      ++out.destroyed;
      continue;
    }
    if (!meta) return outcome::failure(meta.error());
    if (!is_wanted(arguments.sources, meta.value().source)) continue;
    TRY(const auto body, store.read(id));
    TRYV(archive.add(meta.value(), body));
    ++out.captures;
  }
  return out;
}

Result<int> export_captures(Environment& env, const ExportArguments& arguments) {
  TRY(auto keys, env.open_key_store());
  const auto store = storage::make_capture_store(env.data, keys, env.clock, env.random);
  TRY(auto file, NewFile::create(arguments.file));
  TRY(const auto done, write_archive(env, *store, arguments, file));
  if (done.captures == 0) {
    return fail(Errc::kNotFound, "no capture is chosen: nothing was written",
                "対象の取得物がありません。何も書いていません");
  }
  TRYV(file.finish());
  if (env.json) {
    std::cout << json::serialize(json::object{{"file", arguments.file},
                                              {"captures", done.captures},
                                              {"destroyed", done.destroyed}})
              << '\n';
  } else {
    std::cout << arguments.file << ": " << done.captures
              << say(env.language, " 件の取得物（鍵が破棄され読めないもの ",
                     " captures (unreadable, their keys destroyed: ")
              << done.destroyed << say(env.language, " 件）", ")") << '\n';
    std::cerr << say(env.language,
                     "このファイルには漏えいした内容が平文で入っています。扱いに注意してください。",
                     "This file holds leaked text in the clear: keep it accordingly.")
              << '\n';
  }
  return 0;
}

}  // namespace

void add_captures_commands(CLI::App& app, Environment& env) {
  const auto arguments = std::make_shared<ExportArguments>();
  auto* captures = app.add_subcommand("captures", env.text("取得物", "What was captured"));
  captures->require_subcommand(1);
  auto* out = captures->add_subcommand("export", env.text("取得物を証拠として書き出す（平文）",
                                                          "Captures as evidence, in the clear"));
  out->add_option("--warc", arguments->file,
                  env.text("書き出すファイル（WARC/1.1、gzip。ISO 28500）",
                           "The file to write (WARC/1.1, gzip; ISO 28500)"))
      ->required();
  out->add_option(
      "--capture", arguments->captures,
      env.text("この取得物だけ。繰り返し指定できる", "Only this capture; may be given again"));
  out->add_option(
      "--source", arguments->sources,
      env.text("この情報源だけ。繰り返し指定できる", "Only this source; may be given again"));
  out->callback([&env, arguments] {
    env.action = [&env, arguments] { return export_captures(env, *arguments); };
  });
}

}  // namespace hitokoe::app
