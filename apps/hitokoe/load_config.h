// The configuration that a command works with.
#pragma once

#include "apps/hitokoe/environment.h"
#include "hitokoe/service/config.h"

namespace hitokoe::app {

// --config. Where nobody named a file and the default one is not there, the defaults in code.
inline Result<service::Config> load_config(const Environment& env) {
  std::error_code ignored;
  if (env.config == "config/default.yaml" && !std::filesystem::exists(env.config, ignored)) {
    return service::Config{};
  }
  return service::load_config(env.config);
}

// rules/escalation.yaml beside it, or what was built in; with what an older configuration says.
inline Result<incident::EscalationPlan> load_escalation_plan(const Environment& env,
                                                             const incident::ClockRules& clocks,
                                                             const service::Config& config) {
  TRY(auto plan, incident::EscalationPlan::load(env.config.parent_path() / "rules", clocks));
  plan.replace_default(config.escalation.old_before, config.escalation.old_every);
  return plan;
}

}  // namespace hitokoe::app
