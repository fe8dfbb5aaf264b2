#include <CLI/CLI.hpp>

#include "apps/hitokoe/environment.h"

namespace hitokoe::app {

void add_serve_commands(CLI::App&, Environment&) {}

}  // namespace hitokoe::app
