#include <CLI/CLI.hpp>
#include <iostream>

#include "apps/hitokoe/environment.h"
#include "apps/hitokoe/listen_address.h"
#include "apps/hitokoe/load_config.h"
#include "hitokoe/service/service.h"

namespace hitokoe::app {
namespace {

struct ServeArguments {
  std::vector<std::string> roles;
  std::string listen;
};

void tell_of_old_settings(const Environment& env, const service::Config& config) {
  if (!config.escalation.old_before && !config.escalation.old_every) return;
  std::cerr << say(env.language,
                   "注意: escalation の before と every は rules/escalation.yaml に移りました。"
                   "ここに書いた値は、そのファイルの default の代わりに使われます。承認の督促は"
                   " silent_every です。\n",
                   "note: before and every of escalation are in rules/escalation.yaml now. What "
                   "stands here counts in place of that file's default; silent approvers: "
                   "silent_every.\n");
}

Result<int> serve(Environment& env, const ServeArguments& arguments) {
  TRY(auto config, load_config(env));
  TRY(const auto roles, service::Roles::parse(arguments.roles));
  if (!arguments.listen.empty()) {
    TRYV(set_listen(arguments.listen, config.http));
  }
  TRY(auto keys, env.open_key_store());
  TRY(auto db, env.open_database());
  // The same files as the incident commands, so that console and terminal show the same deadlines.
  TRY(auto rules, incident::load_rules(env.config.parent_path() / "rules"));
  TRY(auto steps, load_escalation_plan(env, rules.clocks, config));
  tell_of_old_settings(env, config);
  TRY(auto plan, incident::RetentionPlan::load(env.config.parent_path() / "rules"));
  TRYV(service::serve({env.data, keys, db, env.clock, env.random, env.log, std::move(rules),
                       std::move(plan), std::move(steps)},
                      std::move(config), roles, [&](const std::string& url) {
                        if (url.empty()) return;
                        std::cerr << say(env.language, "コンソール: ", "console: ") << url << "/\n";
                      }));
  return 0;
}

}  // namespace

void add_serve_commands(CLI::App& app, Environment& env) {
  auto* command =
      app.add_subcommand("serve", env.text("常駐サービス：巡回し、照合し、期限を見張り、応答する",
                                           "Crawl, match, watch the deadlines, and answer"));
  auto arguments = std::make_shared<ServeArguments>();
  command->add_option("--role", arguments->roles,
                      env.text("役割（crawler、matcher、incident、api）。複数可。省くとすべて",
                               "Roles: crawler, matcher, incident, api; default: everything"));
  command->add_option("--listen", arguments->listen,
                      env.text("待ち受け先 ADDRESS:PORT。省くと 127.0.0.1:8080",
                               "Where it listens, ADDRESS:PORT; default 127.0.0.1:8080"));
  command->callback(
      [&env, arguments] { env.action = [&env, arguments] { return serve(env, *arguments); }; });
}

}  // namespace hitokoe::app
