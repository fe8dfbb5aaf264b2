#include <CLI/CLI.hpp>

#include "apps/hitokoe/environment.h"

namespace hitokoe::app {

void add_text_commands(CLI::App&, Environment&) {}

}  // namespace hitokoe::app
