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
  TRY(auto plan, incident::RetentionPlan::load(env.config.parent_path() / "rules"));
  TRYV(service::serve(
      {env.data, keys, db, env.clock, env.random, env.log, std::move(rules), std::move(plan)},
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
