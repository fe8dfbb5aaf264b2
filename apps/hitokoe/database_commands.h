// Where the database is, and moving it.
#pragma once

#include "apps/hitokoe/environment.h"

namespace hitokoe::app {

void add_database_commands(CLI::App& app, Environment& env);

}  // namespace hitokoe::app
