// Bytes that an escape stood for → text, where they make some.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hitokoe/base/bytes.h"

namespace hitokoe::text {

struct Unescaped {
  std::string utf8;
  bool ascii = false;  // nothing in it that only text of this charset has
};

// In the character set that makes them plausible Japanese text without an undecodable byte, or
// printable ASCII. `trusted`: whoever wrote the escape said that it is text: rare characters pass.
std::optional<Unescaped> plausible_text(ByteView bytes, bool trusted);

// Digits, or -1.
int hex_digit(char c);
// The bytes of base64 without white space, padded or not; url-safe too. Nothing where it is none.
std::optional<std::string> base64_bytes(std::string_view text);
bool is_base64(char c);  // a digit of it, but not '='

}  // namespace hitokoe::text
