// What is seen of all bytes of a short text at once, for snippet.cc.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace hitokoe::text {

inline constexpr std::size_t kSnippet = 64;  // bytes at most

// Ranges of bytes that tell something.
enum Range : std::uint8_t {
  kHigh,  // not ASCII
  kZero,
  kEscape,
  kBelowTab,
  kShifts,   // SO, SI
  kLowLead,  // of two bytes in CP932, this and the next
  kHighLead,
  kNoRow85,  // leads to which CP932 gives no character, three ranges
  kNoRowEb,
  kNoRowEf,   // also U+F000 to U+FFFF in UTF-8
  kTrail,     // the second byte in CP932
  kEuc,       // the two bytes of JIS X 0208 in EUC-JP
  kEucOrFf,   // and FF
  kKana,      // half-width, in CP932 and behind 8E in EUC-JP
  kKanaLead,  // 8E
  kLongLead,  // 8F: three bytes of EUC-JP
  kRest,      // UTF-8: what is behind a lead
  kTwo,       // leads of so many bytes
  kThree,
  kFour,
  kRareE0,  // leads behind which less may stand
  kRareEd,
  kCjk,        // leads of U+3000 to U+9FFF
  kSurrogate,  // high bytes of UTF-16
  kRanges
};
struct FromTo {
  std::uint8_t first, last;
};
inline constexpr std::array<FromTo, kRanges> kRangeOf = {{
    {0x80, 0xff}, {0x00, 0x00}, {0x1b, 0x1b}, {0x00, 0x08}, {0x0e, 0x0f}, {0x81, 0x9f},
    {0xe0, 0xfc}, {0x85, 0x86}, {0xeb, 0xec}, {0xef, 0xef}, {0x40, 0xfc}, {0xa1, 0xfe},
    {0xa1, 0xff}, {0xa1, 0xdf}, {0x8e, 0x8e}, {0x8f, 0x8f}, {0x80, 0xbf}, {0xc2, 0xdf},
    {0xe0, 0xef}, {0xf0, 0xf4}, {0xe0, 0xe0}, {0xed, 0xed}, {0xe3, 0xe9}, {0xd8, 0xdf},
}};

// Prices (price.h) by a byte, or two of ASCII.
struct BytePrices {
  // What a character costs at least, whatever stands before it: one of UTF-16 by its high byte; one
  // of Windows-1252; one of ASCII, which in EUC-JP and UTF-8 is no part of another (else 0).
  std::array<std::uint8_t, 256> unit, single, ascii_alone;
  std::array<std::uint8_t, 256> shift_jis;   // the same of CP932 by the first byte
  std::array<std::uint8_t, 128> ascii;       // classes of ASCII, below 8; that of nothing is 0
  std::array<std::uint8_t, 64> after_ascii;  // price of class i % 8 after class i / 8
};

struct SnippetMasks {
  std::array<std::uint64_t, kRanges> of;  // bit i: byte i is of the range
  // Sums of least prices: of units by their place, even and odd, and of the others.
  std::array<std::uint32_t, 2> units;
  std::uint32_t singles;
  std::uint32_t ascii_alone;
  std::uint32_t shift_jis;  // but of bytes that may be second ones
  std::uint32_t ascii;      // price of the beginning, up to the first byte that is not ASCII
};

// `bytes`: kSnippet of them, those behind the `n` > 0 of the text 0 and in no mask.
using SeeSnippet = SnippetMasks (*)(const std::uint8_t* bytes, std::size_t n, const BytePrices&);
SnippetMasks see_portable(const std::uint8_t* bytes, std::size_t n, const BytePrices& prices);
SnippetMasks see_avx512(const std::uint8_t* bytes, std::size_t n, const BytePrices& prices);

// Characters of one byte and two, as SnippetTables takes them, one behind the other: `begins` and,
// of those of two bytes, `firsts`. Gives how many; writes kListed. `bytes` has kSnippet + 1.
inline constexpr std::size_t kListed = kSnippet + 32;
using ListCharacters = std::size_t (*)(const std::uint8_t* bytes, std::uint64_t begins,
                                       std::uint64_t firsts, std::uint16_t* out);
std::size_t list_portable(const std::uint8_t* bytes, std::uint64_t begins, std::uint64_t firsts,
                          std::uint16_t* out);
std::size_t list_avx512(const std::uint8_t* bytes, std::uint64_t begins, std::uint64_t firsts,
                        std::uint16_t* out);

bool have_avx512();  // all that the two need; without, they must not be called

}  // namespace hitokoe::text
