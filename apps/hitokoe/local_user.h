// Who runs the program.
#pragma once

#include <string>

namespace hitokoe::app {

// The login name; its number where it has none.
std::string login_name();  // environment_keys.cc

}  // namespace hitokoe::app
