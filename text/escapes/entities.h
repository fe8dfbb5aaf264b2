// Names of HTML's character references.
#pragma once

#include <string_view>

namespace hitokoe::text {

// The code point of "amp", "eacute", "commat" …; 0: no such name. Those of HTML 4, and of HTML 5
// those of ASCII.
char32_t entity_named(std::string_view name);

}  // namespace hitokoe::text
