// One code point from UTF-8, and back.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hitokoe::text {

inline constexpr char32_t kReplacement = 0xfffd;

struct CodePoint {
  char32_t value;   // kReplacement where the bytes are no character
  unsigned length;  // bytes taken, at least 1
  bool valid;
  bool cut = false;  // the bytes end before the character does
};

// `n` > 0. Overlong forms, surrogates and values over U+10FFFF are refused (Unicode table 3-7); a
// broken sequence takes its longest valid beginning.
inline CodePoint next_code_point(const std::uint8_t* p, std::size_t n) {
  const std::uint8_t lead = p[0];
  if (lead < 0x80) return {lead, 1, true};
  unsigned length = 0;
  std::uint8_t low = 0x80, high = 0xbf;
  char32_t value = 0;
  if (lead >= 0xc2 && lead <= 0xdf) {
    length = 2;
    value = lead & 0x1fU;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3;
    value = lead & 0x0fU;
    if (lead == 0xe0) low = 0xa0;
    if (lead == 0xed) high = 0x9f;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4;
    value = lead & 0x07U;
    if (lead == 0xf0) low = 0x90;
    if (lead == 0xf4) high = 0x8f;
  } else {
    return {kReplacement, 1, false};
  }
  for (unsigned i = 1; i < length; ++i) {
    if (i >= n) return {kReplacement, i, false, true};
    if (p[i] < low || p[i] > high) return {kReplacement, i, false};
    value = value << 6 | (p[i] & 0x3fU);
    low = 0x80;
    high = 0xbf;
  }
  return {value, length, true};
}

// Writes 1 to 4 bytes, gives the end. `c` is a scalar value.
inline char* put_code_point(char32_t c, char* out) {
  if (c < 0x80) {
    *out++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *out++ = static_cast<char>(0xc0 | c >> 6);
    *out++ = static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    *out++ = static_cast<char>(0xe0 | c >> 12);
    *out++ = static_cast<char>(0x80 | (c >> 6 & 0x3f));
    *out++ = static_cast<char>(0x80 | (c & 0x3f));
  } else {
    *out++ = static_cast<char>(0xf0 | c >> 18);
    *out++ = static_cast<char>(0x80 | (c >> 12 & 0x3f));
    *out++ = static_cast<char>(0x80 | (c >> 6 & 0x3f));
    *out++ = static_cast<char>(0x80 | (c & 0x3f));
  }
  return out;
}

}  // namespace hitokoe::text
