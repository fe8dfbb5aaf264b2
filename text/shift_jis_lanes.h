// Blocks of CP932 by vectors: characters of two bytes are looked up sixteen at once and put between
// the ASCII around them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hitokoe::text {

// Turns what it can of p[0 … n) into UTF-8, from its beginning; what is left begins with a whole
// character, and is for those who take one at a time: up to 64 bytes that hold anything rare
// (half-width kana, what is below U+0800, what is no character), or what is too short. Writes up to
// 64 bytes behind what it gives: `out` has three for each of `n`, and those. Only where there is
// AVX-512.
struct Lanes {
  std::size_t taken;
  std::size_t written;
};
bool have_shift_jis_lanes();
Lanes shift_jis_lanes(const std::uint8_t* p, std::size_t n, char* out);
inline constexpr std::size_t kLanesBlock = 64;

}  // namespace hitokoe::text
