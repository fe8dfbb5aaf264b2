// `sources account …`: with which accounts sources are signed in to.
#pragma once

#include <CLI/CLI.hpp>

#include "apps/hitokoe/environment.h"

namespace hitokoe::app {

void add_source_account_commands(CLI::App& sources, Environment& env);

}  // namespace hitokoe::app
