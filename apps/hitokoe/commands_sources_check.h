// `hitokoe sources check FILE`.
#pragma once

#include "apps/hitokoe/environment.h"

namespace hitokoe::app {

// Adds it to the command `sources`.
void add_sources_check_command(CLI::App& sources, Environment& env);

}  // namespace hitokoe::app
