// The way back from UTF-8: files as others write them, for exercises and made-up worlds.
#pragma once

#include <string>
#include <string_view>

#include "hitokoe/text/charset.h"

namespace hitokoe::text {

// The bytes of `utf8` in another character set (kShiftJis: CP932), without a BOM; what it lacks
// becomes '?'. kUtf8 and kBinary: as they are. By the C library's iconv. O(length).
std::string encode(std::string_view utf8, Charset charset);

}  // namespace hitokoe::text
