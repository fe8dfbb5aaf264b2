// A window of text as bitmaps: bit i of each says whether byte i is of a class.
//
// The vector code ends here; what follows asks for runs and counts of bits, and touches the text
// itself only where a token is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "matcher/sweep/characters.h"

namespace hitokoe::matcher::sweep {

inline constexpr std::size_t kUsualWindow = 8U << 10;     // bytes; the bitmaps fit the first cache
inline constexpr std::size_t kLargestWindow = 64U << 10;  // of text without a barrier

// The maps that ASCII is looked up in; those of one block of 64 bytes stand in one line of the
// cache.
enum Map : std::uint8_t {
  kDigits,
  kLetters,
  kSigns,
  kDots,
  kHosts,
  kLocals,
  kPhones,
  kBeyonds,  // bytes of characters outside ASCII
  kMaps,
};
// Bit m of an entry: the byte is of map m.
inline constexpr std::array<std::uint8_t, 128> kMapsOf = [] {
  std::array<std::uint8_t, 128> t{};
  for (std::size_t c = 0; c < t.size(); ++c) {
    const auto add = [&](Map map, std::uint8_t of) {
      if ((kAscii[c] & of) != 0) t[c] |= static_cast<std::uint8_t>(1U << map);
    };
    add(kDigits, kDigit);
    add(kLetters, kLetter);
    add(kSigns, kSign);
    add(kDots, kDot);
    add(kHosts, kHost);
    add(kLocals, kLocal);
    add(kPhones, kPhoneUnit);
  }
  return t;
}();

// There is a block of nothing before the first and two behind the last, so that runs end and what
// is asked for beyond the window is there.
class Bitmaps {
 public:
  struct alignas(64) Row {
    std::array<std::uint64_t, kMaps> of;
  };
  // Where a character outside ASCII may begin that is something (characters.h); each may show too
  // many.
  struct alignas(32) OddRow {
    std::uint64_t trigger;
    std::uint64_t odd;
    std::uint64_t sign;
    std::uint64_t none;
  };

  Row& row(std::size_t block) { return rows_[block + 1]; }
  const Row& row(std::size_t block) const { return rows_[block + 1]; }
  OddRow& odd_row(std::size_t block) { return odd_rows_[block + 1]; }
  const OddRow& odd_row(std::size_t block) const { return odd_rows_[block + 1]; }

  // Bits at … at + 63, the first in the lowest place.
  std::uint64_t from(Map map, std::size_t at) const { return before(map, at + 64); }
  // Bits at - 64 … at - 1, the last in the highest place.
  std::uint64_t before(Map map, std::size_t at) const {
    const Row* r = rows_.data() + at / 64;
    return r[0].of[map] >> (at % 64) | r[1].of[map] << 1 << (63 - at % 64);
  }
  bool has(Map map, std::size_t at) const { return (row(at / 64).of[map] >> (at % 64) & 1) != 0; }
  // Whether the character at `at`, or the one before it, may be odd.
  bool odd_at(std::size_t at) const { return (odd_row(at / 64).odd >> (at % 64) & 1) != 0; }
  bool odd_before(std::size_t at) const {
    const OddRow* r = odd_rows_.data() + at / 64;
    const std::uint64_t bits = r[0].odd >> (at % 64) | r[1].odd << 1 << (63 - at % 64);
    return (bits >> 60 & 7) != 0;  // it has two bytes to four
  }

  // Zeros behind the window; called by those who fill.
  void end(std::size_t blocks) {
    for (const std::size_t i : {blocks, blocks + 1}) {
      row(i) = {};
      odd_row(i) = {};
    }
  }

 private:
  // Those who look at eight blocks at once look beyond the end.
  static constexpr std::size_t kRows = kLargestWindow / 64 + 18;
  std::array<Row, kRows> rows_{};
  std::array<OddRow, kRows> odd_rows_{};
};

// The instruction sets that there is a way for. All give the same bits.
enum class Cpu { kAvx512, kAvx2, kSse2, kPortable };
// Those of this processor, the fastest first; kPortable is always the last.
std::span<const Cpu> cpus();
std::string_view to_string(Cpu cpu);

// Fills the bitmaps of text[0 … n), n <= kLargestWindow.
using Fill = void (*)(const std::uint8_t* text, std::size_t n, Bitmaps& out);
Fill fill_for(Cpu cpu);

void fill_avx512(const std::uint8_t* text, std::size_t n, Bitmaps& out);
void fill_avx2(const std::uint8_t* text, std::size_t n, Bitmaps& out);
void fill_sse2(const std::uint8_t* text, std::size_t n, Bitmaps& out);
void fill_portable(const std::uint8_t* text, std::size_t n, Bitmaps& out);

// Exactly, by the table: what the characters are that begin at those of `places`. `at` has three
// bytes behind the block.
Bitmaps::OddRow odds_of(const std::uint8_t* at, std::uint64_t places);

// Block `at` (a multiple of 64) of text[0 … n), with zeros behind the text: kRoom bytes behind the
// block are there to be read. `last` is room for a block that the text does not fill.
template <std::size_t kRoom>
inline __attribute__((always_inline)) const std::uint8_t* block_at(
    const std::uint8_t* text, std::size_t n, std::size_t at,
    std::array<std::uint8_t, 64 + kRoom>& last) {
  if (at + last.size() <= n) return text + at;
  last.fill(0);
  __builtin_memcpy(last.data(), text + at, n - at);
  return last.data();
}

}  // namespace hitokoe::matcher::sweep
