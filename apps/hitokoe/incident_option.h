// The option that names the incident, and commands that begin with it.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "apps/hitokoe/environment.h"

namespace hitokoe::app {

inline CLI::Option* take_incident(CLI::App* command, const Environment& env, std::string& id) {
  return command->add_option(
      "incident,--incident", id,
      env.text("事案の番号（INC-YYYYMMDD-NNNN）", "Incident: INC-YYYYMMDD-NNNN"));
}

// Arguments has a text `incident`; it must be given.
template <class Arguments>
CLI::App* incident_command(CLI::App& group, Environment& env, const char* name,
                           const std::string& help, const std::shared_ptr<Arguments>& arguments,
                           Result<int> (*run)(Environment&, const Arguments&)) {
  auto* made = group.add_subcommand(name, help);
  take_incident(made, env, arguments->incident)->required();
  made->callback([&env, arguments, run] {
    env.action = [&env, arguments, run] { return run(env, *arguments); };
  });
  return made;
}

}  // namespace hitokoe::app
