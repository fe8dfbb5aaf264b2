// Quoted-printable and base64 as mail and cards have them: what is no part of them is passed over.
#pragma once

#include <string>
#include <string_view>

namespace hitokoe::matcher {

// RFC 2045, 6.7. `underscores`: RFC 2047's Q, in which "_" is a space.
std::string from_quoted_printable(std::string_view text, bool underscores = false);
// RFC 2045, 6.8. Ends at what is no base64 but white space.
std::string from_mime_base64(std::string_view text);

}  // namespace hitokoe::matcher
