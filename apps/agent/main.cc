#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include "apps/agent/commands.h"
#include "apps/command_line/words.h"
#include "hitokoe/base/process.h"

namespace {

using hitokoe::agent::Context;

std::filesystem::path default_home() {
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home != nullptr ? home : ".") / ".hitokoe-agent";
}

int run(int argc, char** argv) {
  const hitokoe::SystemClock clock;
  hitokoe::SystemRandom random;
  Context context{.home = default_home(),
                  .language = hitokoe::language_from_environment(),
                  .clock = clock,
                  .random = random,
                  .action = {}};
  CLI::App app{
      std::string(say(context.language, "hitokoe-agent: 顧客データを外に出さずに照合用の指紋を作る",
                      "hitokoe-agent: fingerprints of customer data that stay with you")),
      "hitokoe-agent"};
  hitokoe::command_line::speak(app, context.language, "hitokoe-agent " HITOKOE_VERSION);
  app.add_option("--home", context.home,
                 context.text("自社の鍵の保管場所", "Home of this party's keys"))
      ->capture_default_str();
  app.add_flag("--json", context.json,
               context.text("標準出力に JSON を一つ書く", "One JSON document on stdout"));
  app.require_subcommand(1);
  app.fallthrough();
  hitokoe::agent::add_commands(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : hitokoe::exit_code(hitokoe::Errc::kUsage);
  }
  if (!context.action) return hitokoe::exit_code(hitokoe::Errc::kUsage);
  const auto done = context.action();
  if (done) return done.value();
  std::cerr << "hitokoe-agent: " << done.error().text(context.language) << '\n';
  return hitokoe::exit_code(done.error().code);
}

}  // namespace

int main(int argc, char** argv) {
  hitokoe::harden_process();
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is an error of the write, not the end
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    // Not e.what(): a library's message may carry customers' text.
    std::cerr << "hitokoe-agent: "
              << say(hitokoe::language_from_environment(), "内部の異常", "internal error") << " ("
              << typeid(e).name() << ")\n";
    return hitokoe::exit_code(hitokoe::Errc::kInternal);
  }
}
