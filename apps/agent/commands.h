// The commands of `hitokoe-agent`: what is asked, shown and written around identity::Agent.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "hitokoe/base/language.h"
#include "hitokoe/base/random.h"
#include "hitokoe/base/time.h"
#include "hitokoe/identity/agent.h"

namespace CLI {
class App;
}

namespace hitokoe::agent {

struct Context {
  std::filesystem::path home;  // --home
  bool json = false;
  Language language = Language::kEnglish;
  const Clock& clock;
  Random& random;
  // What --help says of a command or option.
  std::string text(std::string_view ja, std::string_view en) const {
    return std::string(say(language, ja, en));
  }

  std::function<Result<int>()> action;  // of the chosen command; gives the exit code
};

void add_commands(CLI::App& app, Context& context);
void add_canary_command(CLI::App& app, Context& context);
void add_approval_command(CLI::App& app, Context& context);

// reports.cc: what a person or a script reads.
void show(const Context& c, const identity::FingerprintReport& report, const std::string& out);
void show(const Context& c, const identity::HkfHeader& header);
void show(const Context& c, const identity::AgentStatus& status);
void show(const Context& c, const identity::ResolveReport& report, const std::string& out);
// On stderr also with --json: a person signs what is shown.
void show(const Context& c, const identity::Agent::Approvable& approvable);

}  // namespace hitokoe::agent
