// Labels of host names: "xn--…" → Unicode (RFC 3492).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hitokoe::matcher {

// What stands after "xn--", in any case. Nothing where it is no Punycode, or over 63 characters.
std::optional<std::u32string> decode_punycode(std::string_view encoded);

}  // namespace hitokoe::matcher
