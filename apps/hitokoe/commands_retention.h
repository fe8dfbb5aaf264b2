// `retention plan|due|destroy|hold|release|certificate`.
#pragma once

#include "apps/hitokoe/environment.h"

namespace hitokoe::app {

void add_retention_commands(CLI::App& app, Environment& env);

}  // namespace hitokoe::app
