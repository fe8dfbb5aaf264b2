// The lines that a look-up goes to: 64 bytes, tags of fifteen keys.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "matcher/index/sorted_runs.h"

namespace hitokoe::matcher {

inline constexpr std::size_t kLineTags = 15;
inline constexpr std::uint32_t kOverflowBit = 0x80000000;  // of Line::first

struct Line {
  std::uint32_t first;                        // of its keys; kOverflowBit: more keys than tags
  std::array<std::uint32_t, kLineTags> tags;  // 0: none
};
static_assert(sizeof(Line) == 64);

inline std::uint32_t tag_of(const KeyItem& item) {
  const auto tag = static_cast<std::uint32_t>(item.low);
  return tag == 0 ? 1 : tag;
}
// Monotone in the key, so that sorted keys lie in order of lines.
inline std::uint64_t line_of(std::uint64_t high, std::uint64_t lines) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(high) * lines) >> 64);
}

// Bit i: tags[i] is `tag`.
unsigned equal_tags(const Line& line, std::uint32_t tag);

// masks[i] |= the same of the line of z[i], and the bit behind where there are more keys than tags:
// 0 means that the key is not there. Sizes must be equal. About 2 ns each with the lines at hand.
void equal_tags(std::span<const Line> lines, std::span<const Block> z,
                std::span<std::uint16_t> masks);

}  // namespace hitokoe::matcher
