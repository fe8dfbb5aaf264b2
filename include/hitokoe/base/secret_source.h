// Passphrases and passwords come from a file or an environment variable, never from an argument.
#pragma once

#include <string>

#include "hitokoe/base/result.h"
#include "hitokoe/base/secret.h"

namespace hitokoe {

// `variable`_FILE, else `variable`. One line end behind the text is dropped. kUsage: neither is
// set, or it is empty; the text says what to set. kNotFound, kIo, kLimit from the file.
Result<SecretText> secret_from_environment(const std::string& variable);

}  // namespace hitokoe
