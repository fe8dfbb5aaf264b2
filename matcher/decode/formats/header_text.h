// The text of mail headers: encoded words and bytes in any character set (RFC 2047).
#pragma once

#include <string>
#include <string_view>

namespace hitokoe::matcher {

// `raw`, unfolded → UTF-8. Neighbouring words in one character set are decoded together, as many
// Japanese programs cut them in the middle of a character. `quoted`: every run of encoded words
// becomes a quoted string, for headers that hold addresses.
std::string header_text(std::string_view raw, bool quoted = false);

}  // namespace hitokoe::matcher
