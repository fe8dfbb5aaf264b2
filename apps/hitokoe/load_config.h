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

}  // namespace hitokoe::app
