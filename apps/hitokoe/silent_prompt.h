// A secret that is typed at the terminal: it is not shown.
#pragma once

#include <string_view>

#include "hitokoe/base/result.h"
#include "hitokoe/base/secret.h"

namespace hitokoe::app {

// One line, without its end. kUsage: nothing was typed. Only where stdin is a terminal.
Result<SecretText> silent_prompt(std::string_view text);

}  // namespace hitokoe::app
