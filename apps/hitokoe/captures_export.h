// `captures export`: what was captured, as evidence for others.
#pragma once

#include "apps/hitokoe/environment.h"

namespace hitokoe::app {

void add_captures_commands(CLI::App& app, Environment& env);

}  // namespace hitokoe::app
