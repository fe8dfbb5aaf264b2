#include <CLI/CLI.hpp>
#include <charconv>
#include <iostream>

#include "apps/hitokoe/environment.h"
#include "apps/hitokoe/load_config.h"
#include "hitokoe/service/service.h"

namespace hitokoe::app {
namespace {

struct ServeArguments {
  std::vector<std::string> roles;
  std::string listen;
};

// "127.0.0.1:8080", "[::1]:8080", ":8080", "8080"
Result<void> set_listen(std::string_view text, net::HttpServerOptions& http) {
  const std::size_t colon = text.rfind(':');
  std::string_view host = colon == std::string_view::npos ? "" : text.substr(0, colon);
  const std::string_view port = colon == std::string_view::npos ? text : text.substr(colon + 1);
  const auto parsed = std::from_chars(port.data(), port.data() + port.size(), http.port);
  if (parsed.ec != std::errc() || parsed.ptr != port.data() + port.size()) {
    return fail(Errc::kUsage, "--listen takes ADDRESS:PORT, as 127.0.0.1:8080");
  }
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (!host.empty()) http.address = host;
  return ok();
}

Result<int> serve(Environment& env, const ServeArguments& arguments) {
  TRY(auto config, load_config(env));
  TRY(const auto roles, service::Roles::parse(arguments.roles));
  if (!arguments.listen.empty()) {
    TRYV(set_listen(arguments.listen, config.http));
  }
  TRY(auto keys, env.open_key_store());
  TRY(auto db, env.open_database());
  TRYV(service::serve({env.data, keys, db, env.clock, env.random, env.log}, std::move(config),
                      roles, [&](const std::string& url) {
                        if (url.empty()) return;
                        std::cerr << say(env.language, "コンソール: ", "console: ") << url << "/\n";
                      }));
  return 0;
}

}  // namespace

void add_serve_commands(CLI::App& app, Environment& env) {
  auto* command = app.add_subcommand("serve", "Crawl, match, watch the deadlines, and answer");
  auto arguments = std::make_shared<ServeArguments>();
  command->add_option("--role", arguments->roles,
                      "crawler, matcher, incident, api; several; default: everything");
  command->add_option("--listen", arguments->listen, "ADDRESS:PORT; default 127.0.0.1:8080");
  command->callback(
      [&env, arguments] { env.action = [&env, arguments] { return serve(env, *arguments); }; });
}

}  // namespace hitokoe::app
