// `desk check|note|follow-up|list|statistics|unlock`: the inquiry desk.
#pragma once

#include "apps/hitokoe/environment.h"

namespace hitokoe::app {

void add_desk_commands(CLI::App& app, Environment& env);

}  // namespace hitokoe::app
