// UTF-8, one character at a time; broken bytes are U+FFFD, one by one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hitokoe::matcher {

struct CodePointAt {
  char32_t value = 0;
  unsigned length = 1;
};

inline CodePointAt code_point_at(std::string_view s, std::size_t at) {
  constexpr CodePointAt kBroken{0xfffd, 1};
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[at + i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const unsigned length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || s.size() - at < length) return kBroken;
  char32_t value = lead & (0x7fU >> length);
  for (unsigned i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return kBroken;
    value = value << 6 | (byte(i) & 0x3fU);
  }
  const char32_t least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
  if (value < least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return kBroken;
  return {value, length};
}

// `c` is a scalar value.
inline void append_code_point(char32_t c, std::string& out) {
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
    return;
  }
  char bytes[4];
  std::size_t n = 0;
  if (c < 0x800) {
    bytes[n++] = static_cast<char>(0xc0 | c >> 6);
  } else if (c < 0x10000) {
    bytes[n++] = static_cast<char>(0xe0 | c >> 12);
    bytes[n++] = static_cast<char>(0x80 | (c >> 6 & 0x3f));
  } else {
    bytes[n++] = static_cast<char>(0xf0 | c >> 18);
    bytes[n++] = static_cast<char>(0x80 | (c >> 12 & 0x3f));
    bytes[n++] = static_cast<char>(0x80 | (c >> 6 & 0x3f));
  }
  bytes[n++] = static_cast<char>(0x80 | (c & 0x3f));
  out.append(bytes, n);
}

inline bool begins_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80;
}

// The last place at or before `at` at which a character begins, at most 3 bytes back.
inline std::size_t character_at_or_before(std::string_view s, std::size_t at) {
  if (at >= s.size()) return s.size();
  for (std::size_t back = 0; back < 4 && back <= at; ++back) {
    if (begins_character(s[at - back])) return at - back;
  }
  return at;
}

inline bool is_ascii_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace hitokoe::matcher
