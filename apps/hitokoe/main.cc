#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "apps/command_line/words.h"
#include "apps/hitokoe/commands_desk.h"
#include "apps/hitokoe/commands_retention.h"
#include "apps/hitokoe/commands_shares.h"
#include "apps/hitokoe/database_commands.h"
#include "apps/hitokoe/duty_commands.h"
#include "apps/hitokoe/environment.h"
#include "hitokoe/base/process.h"

namespace {

using hitokoe::app::Environment;

std::filesystem::path default_data() {
  if (const char* set = std::getenv("HITOKOE_DATA"); set != nullptr && *set != '\0') return set;
  std::error_code ignored;
  return std::filesystem::is_directory("var", ignored) ? "var" : "/var/lib/hitokoe";
}

int run(int argc, char** argv) {
  hitokoe::SystemClock clock;
  hitokoe::SystemRandom random;
  Environment env{.data = default_data(),
                  .data_given = false,
                  .config = "config/default.yaml",
                  .language = hitokoe::language_from_environment(),
                  .clock = clock,
                  .random = random,
                  .log = hitokoe::Logger::to_stderr(clock, hitokoe::LogLevel::kInfo),
                  .action = {}};

  CLI::App app{
      env.text("Hitokoe（一声）: 誰の写しから漏れたかを突き止め、お知らせは一人に一通だけ。",
               "Hitokoe: whose copy leaked, and one notice to each customer."),
      "hitokoe"};
  hitokoe::command_line::speak(app, env.language, "hitokoe " HITOKOE_VERSION);
  const auto* data = app.add_option(
      "--data", env.data,
      env.text("データフォルダ（HITOKOE_DATA でも可）", "Data folder (also HITOKOE_DATA)"));
  app.add_option("--config", env.config, env.text("設定ファイル", "Configuration file"))
      ->capture_default_str();
  app.add_flag("--json", env.json,
               env.text("標準出力に JSON を一つ書く", "One JSON document on stdout"));
  app.require_subcommand(1);
  app.fallthrough();

  hitokoe::app::add_text_commands(app, env);
  hitokoe::app::add_key_commands(app, env);
  hitokoe::app::add_registry_commands(app, env);
  hitokoe::app::add_index_commands(app, env);
  hitokoe::app::add_scan_commands(app, env);
  hitokoe::app::add_sweep_commands(app, env);
  hitokoe::app::add_crawl_commands(app, env);
  hitokoe::app::add_shares_commands(app, env);
  hitokoe::app::add_terms_commands(app, env);
  hitokoe::app::add_alerts_commands(app, env);
  hitokoe::app::add_hunt_commands(app, env);
  hitokoe::app::add_incident_commands(app, env);
  hitokoe::app::add_report_commands(app, env);
  hitokoe::app::add_desk_commands(app, env);
  hitokoe::app::add_export_commands(app, env);
  hitokoe::app::add_webhook_commands(app, env);
  hitokoe::app::add_audit_commands(app, env);
  hitokoe::app::add_campaign_commands(app, env);
  hitokoe::app::add_retention_commands(app, env);
  hitokoe::app::add_database_commands(app, env);
  hitokoe::app::add_user_commands(app, env);
  hitokoe::app::add_serve_commands(app, env);
  hitokoe::app::add_drill_commands(app, env);
  hitokoe::app::add_evaluate_commands(app, env);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const int code = app.exit(e);
    return code == 0 ? 0 : hitokoe::exit_code(hitokoe::Errc::kUsage);
  }
  const char* named = std::getenv("HITOKOE_DATA");
  env.data_given = data->count() > 0 || (named != nullptr && *named != '\0');
  if (!env.action) return hitokoe::exit_code(hitokoe::Errc::kUsage);
  const auto done = env.action();
  if (done) return done.value();
  std::cerr << "hitokoe: " << done.error().text(env.language) << '\n';
  return hitokoe::exit_code(done.error().code);
}

}  // namespace

int main(int argc, char** argv) {
  hitokoe::harden_process();
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    // Not e.what(): a library's message may carry outside text.
    std::cerr << "hitokoe: "
              << say(hitokoe::language_from_environment(), "内部の異常", "internal error") << " ("
              << typeid(e).name() << ")\n";
    return hitokoe::exit_code(hitokoe::Errc::kInternal);
  }
}
