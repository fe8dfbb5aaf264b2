#include <CLI/CLI.hpp>

#include "apps/hitokoe/environment.h"

namespace hitokoe::app {

void add_scan_commands(CLI::App&, Environment&) {}

}  // namespace hitokoe::app
