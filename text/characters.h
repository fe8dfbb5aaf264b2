// One character at a time of each charset: what the decoders and the detection agree upon.
#pragma once

#include <cstddef>
#include <cstdint>

#include "text/tables/tables.h"
#include "text/utf8.h"

namespace hitokoe::text {

// `length` bytes make `value`; where `valid` is false they make no character (one byte is refused,
// for UTF-8 the longest valid beginning). `cut`: the bytes end before it can be told.
using Character = CodePoint;

inline constexpr char32_t kHalfWidthKana = 0xff61 - 0xa1;

inline char32_t in_94_table(const std::uint16_t* table, unsigned row, unsigned cell) {
  return row < 94 && cell < 94 ? table[row * 94 + cell] : 0;
}

// CP932. `n` > 0.
inline Character shift_jis_at(const std::uint8_t* p, std::size_t n) {
  const unsigned lead = p[0];
  if (lead < 0x80) return {lead, 1, true};
  if (lead >= 0xa1 && lead <= 0xdf) return {kHalfWidthKana + lead, 1, true};
  if (lead == 0x80 || lead == 0xa0 || lead > 0xfc) return {kReplacement, 1, false};
  if (n < 2) return {kReplacement, 1, false, true};
  const unsigned trail = p[1];
  if (trail < 0x40 || trail > 0xfc) return {kReplacement, 1, false};
  const char32_t value = tables::kCp932[(lead - 0x81) * tables::kCp932Trails + (trail - 0x40)];
  if (value == 0) return {kReplacement, 1, false};
  return {value, 2, true};
}

// What is left of EUC-JP once ASCII and JIS X 0208 are done.
Character rare_euc_jp_at(const std::uint8_t* p, std::size_t n);

// CP51932 with JIS X 0212 in three bytes. `n` > 0.
inline Character euc_jp_at(const std::uint8_t* p, std::size_t n) {
  const unsigned lead = p[0];
  if (lead < 0x80) return {lead, 1, true};
  if (n >= 2 && lead >= 0xa1 && lead <= 0xfe && p[1] >= 0xa1 && p[1] <= 0xfe) {
    const char32_t value = tables::kJisX0208[(lead - 0xa1) * 94 + (p[1] - 0xa1U)];
    return {value != 0 ? value : kReplacement, value != 0 ? 2U : 1U, value != 0};
  }
  return rare_euc_jp_at(p, n);
}

// `n` > 0.
inline Character utf16_at(const std::uint8_t* p, std::size_t n, bool big_endian) {
  if (n < 2) return {kReplacement, 1, false, true};
  const auto unit = [big_endian](const std::uint8_t* at) {
    return static_cast<char32_t>(big_endian ? at[0] << 8 | at[1] : at[1] << 8 | at[0]);
  };
  const char32_t high = unit(p);
  if (high < 0xd800 || high > 0xdfff) return {high, 2, true};
  if (high < 0xdc00 && n < 4) return {kReplacement, 2, false, true};
  const char32_t low = high < 0xdc00 ? unit(p + 2) : char32_t{0};
  if (low < 0xdc00 || low > 0xdfff) return {kReplacement, 2, false};
  return {0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), 4, true};
}

// Windows-1252; the five bytes that it leaves free are C1 controls, as browsers read them. n > 0.
inline Character windows_1252_at(const std::uint8_t* p, std::size_t /*n*/) {
  static constexpr char16_t kFrom80[32] = {
      0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
      0x2039, 0x0152, 0x8d,   0x017d, 0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
      0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178};
  const unsigned byte = p[0];
  if (byte >= 0x80 && byte < 0xa0) return {kFrom80[byte - 0x80], 1, true};
  return {byte, 1, true};
}

}  // namespace hitokoe::text
