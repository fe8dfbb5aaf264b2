// `hitokoe sources list|pause|resume`.
#pragma once

#include "apps/hitokoe/environment.h"

namespace hitokoe::app {

// Adds them to the command `sources`.
void add_sources_commands(CLI::App& sources, Environment& env);

}  // namespace hitokoe::app
