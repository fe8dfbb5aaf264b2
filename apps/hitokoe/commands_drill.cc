#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "apps/hitokoe/environment.h"
#include "apps/hitokoe/listen_address.h"
#include "hitokoe/drill/drill.h"

namespace hitokoe::app {
namespace {

struct DrillArguments {
  bool once = false;
  std::uint64_t seed = 1;
  std::string listen;
  std::string write_pastes;
  drill::DrillOptions options;
};

// A folder of its own for every exercise that names none.
std::filesystem::path fresh_folder(const Environment& env, std::uint64_t seed) {
  std::string now = format_utc(env.clock.now()).substr(0, 19);
  std::erase_if(now, [](char c) { return c == ':' || c == '-'; });
  return std::filesystem::path("var") / "drill" / (now + "-" + std::to_string(seed));
}

void tell(const Environment& env, const drill::Console& console,
          const std::filesystem::path& data) {
  const Language l = env.language;
  std::cerr << '\n'
            << say(l, "コンソールを開いたままにします。終了は Ctrl-C。\n",
                   "The console stays open. Ctrl-C ends it.\n")
            << "  " << console.url << '\n'
            << say(l, "  全体を見るトークン:            ", "  token that sees everything:      ")
            << console.coordinator_token << '\n'
            << say(l, "  ", "  token of a person at ") << console.party
            << say(l, " の担当者のトークン: ", ": ") << console.party_token << '\n'
            << say(l, "コマンドで見るには:\n", "To look with the commands:\n")
            << "  export HITOKOE_DATA=" << data.string()
            << " HITOKOE_PASSPHRASE_FILE=" << (data / "drill" / "passphrase").string() << '\n'
            << std::flush;
}

Result<int> run(Environment& env, DrillArguments& a) {
  if (!a.write_pastes.empty()) {
    TRYV(drill::write_pastes(a.seed, a.write_pastes));
    return 0;
  }
  if (!a.options.smtp.empty() && a.options.smtp_ca.empty()) {
    return fail(Errc::kUsage, "--smtp needs --smtp-ca FILE: the relay's certificate is verified",
                "--smtp には --smtp-ca ファイル が必要: 中継サーバの証明書を確かめます");
  }
  net::HttpServerOptions http{.port = 8080};
  if (!a.listen.empty()) {
    TRYV(set_listen(a.listen, http));
  }
  a.options.seed = a.seed;
  a.options.language = env.language;
  a.options.data = std::filesystem::absolute(env.data_given ? env.data : fresh_folder(env, a.seed));
  a.options.progress = [](const std::string& line) { std::cerr << line << '\n' << std::flush; };
  std::cerr << say(env.language, "訓練のデータ: ", "data of this exercise: ")
            << a.options.data.string() << '\n';
  // The exercise tells its own story; what goes wrong is still logged.
  const auto log = Logger::to_stderr(env.clock, LogLevel::kWarn);
  TRY(auto exercise, drill::Drill::open(a.options, {env.clock, env.random, log}));
  TRY(const auto outcome, exercise.run());
  if (env.json) {
    std::cout << drill::to_json(outcome, a.seed) << std::flush;
  } else {
    std::cout << '\n' << drill::render(outcome, env.language) << std::flush;
  }
  if (!a.once) {
    TRYV(exercise.serve(http.address, http.port, [&](const drill::Console& console) {
      tell(env, console, a.options.data);
    }));
  }
  return outcome.findings.empty() ? 0 : 1;
}

}  // namespace

void add_drill_commands(CLI::App& app, Environment& env) {
  auto* command = app.add_subcommand(
      "drill",
      env.text("架空の会社と顧客による訓練：CSV からお知らせが届くまで",
               "An exercise on made-up companies and customers, from CSV to delivered notices"));
  auto a = std::make_shared<DrillArguments>();
  command->add_flag("--once", a->once,
                    env.text("結果の表を出したら終わる。省くとコンソールを開いたままにする",
                             "End after the table; otherwise the console stays open"));
  command
      ->add_option("--seed", a->seed,
                   env.text("乱数の種。同じ種なら同じ筋書き", "The same seed tells the same story"))
      ->capture_default_str();
  command->add_option(
      "--listen", a->listen,
      env.text("コンソールの待ち受け先（ADDRESS:PORT）", "Of the console: ADDRESS:PORT"));
  command->add_option(
      "--paste-url", a->options.paste_url,
      env.text("--write-pastes のページを置いた別の貼り付けサーバの一覧ページ",
               "List page of another paste server that holds the pages of --write-pastes"));
  command
      ->add_option(
          "--paste-link", a->options.paste_link,
          env.text("一覧ページのリンクに合う正規表現（RE2）", "RE2 of a link on that list page"))
      ->capture_default_str();
  command
      ->add_option(
          "--paste-raw", a->options.paste_raw,
          env.text("リンク先の本文だけのページの場所", "Where the raw page of such a link is"))
      ->capture_default_str();
  command->add_option(
      "--write-pastes", a->write_pastes,
      env.text("この種のページをフォルダに書くだけ", "Only write this seed's pages into a folder"));
  command->add_option("--smtp", a->options.smtp,
                      env.text("STARTTLS を使う別の中継サーバ（HOST:PORT）",
                               "HOST:PORT of another relay with STARTTLS"));
  command->add_option("--smtp-ca", a->options.smtp_ca,
                      env.text("中継サーバの証明書の認証局（PEM ファイル）",
                               "PEM file that its certificate is under"));
  command->callback([&env, a] { env.action = [&env, a] { return run(env, *a); }; });
}

}  // namespace hitokoe::app
