// One way to read some bytes, and what the text that comes out costs (price.h).
#pragma once

#include <cstddef>
#include <cstdint>

#include "hitokoe/text/charset.h"
#include "text/price.h"

namespace hitokoe::text {

// Beside the characters: what a reading is dearer by because it is rare.
inline constexpr Price kBinaryByte = kBit * 8 + 1;
inline constexpr Price kBinaryHandicap = kBit * 24;
inline constexpr Price kUtf16Handicap = kBit * 22;    // without a byte order mark it is rare
inline constexpr Price kInKanjiHandicap = kBit * 26;  // without an escape sequence even more so
inline constexpr Price kWindows1252Handicap = kBit * 4;
inline constexpr Price kCutHandicap = kBit * 3;

// A charset, begun at byte `skip` (the text may have been cut inside a character).
struct Reading {
  Charset charset = Charset::kUtf8;
  std::size_t skip = 0;
  Price price = 0;
  int state = 0;  // of ISO-2022-JP
  std::size_t at = 0;
  Prices::Class previous = Prices::kStart;
  Price told = 0;  // of the characters that are not ASCII
  std::uint64_t telling = 0;

  // Bits for each of them; 0 where there are none. Of the answer: Detection::plausible().
  double bits_per_character() const {
    if (telling == 0) return 0;
    return static_cast<double>(told) / kBit / static_cast<double>(telling);
  }
};

// Decodes and prices the bytes up to `limit`; a character that is cut there costs nothing yet.
void price_more(Reading& reading, ByteView data, std::size_t limit);
// The same to the end; leaves off where more than `most` is added: `price` is then too low.
void price_up_to(Price most, Reading& reading, ByteView data);

// Whether `data`, which has nothing but ASCII, has an escape sequence of ISO-2022-JP, or one that
// is cut at the end.
bool has_iso2022_escape(ByteView data);

}  // namespace hitokoe::text
