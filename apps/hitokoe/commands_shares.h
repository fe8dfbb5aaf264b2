// `shares list|show`: file sharing that captures name.
#pragma once

#include <CLI/CLI.hpp>

#include "apps/hitokoe/environment.h"

namespace hitokoe::app {

void add_shares_commands(CLI::App& app, Environment& env);

}  // namespace hitokoe::app
