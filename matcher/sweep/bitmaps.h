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

// 64 bits of nothing before the first and 128 behind the last, so that runs end and what is asked
// for beyond the window is there.
class Bitmap {
 public:
  static constexpr std::size_t kWords = kLargestWindow / 64 + 3;
  std::uint64_t* words() { return words_.data() + 1; }
  const std::uint64_t* words() const { return words_.data() + 1; }
  // Bits at … at + 63, the first in the lowest place.
  std::uint64_t from(std::size_t at) const { return cut(at + 64); }
  // Bits at - 64 … at - 1, the last in the highest place.
  std::uint64_t before(std::size_t at) const { return cut(at); }
  bool operator[](std::size_t at) const { return (words()[at / 64] >> (at % 64) & 1) != 0; }

 private:
  std::uint64_t cut(std::size_t at) const {
    const std::uint64_t* w = words_.data() + at / 64;
    return w[0] >> (at % 64) | w[1] << 1 << (63 - at % 64);
  }
  std::array<std::uint64_t, kWords> words_{};
};

struct Bitmaps {
  Bitmap digit, letter, sign, dot, host, local, phone;
  Bitmap beyond;   // bytes of characters outside ASCII
  Bitmap trigger;  // where a character may begin that is one (characters.h); may show too many
  // Zeros behind the window; called by those who fill.
  void end(std::size_t blocks) {
    for (Bitmap* b : {&digit, &letter, &sign, &dot, &host, &local, &phone, &beyond, &trigger}) {
      b->words()[blocks] = 0;
      b->words()[blocks + 1] = 0;
    }
  }
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
