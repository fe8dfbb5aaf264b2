#include "tests/bench/matcher/sweep_table.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <bit>

namespace hitokoe::bench {
namespace {

using matcher::KeyItem;
using matcher::kLineTags;
using matcher::kOverflowBit;
using matcher::Line;

constexpr std::uint64_t kPerLine = 8;  // as a merge fills them

std::uint64_t mixed(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

// Bit i: tags[i] is `tag`.
unsigned equal_tags(const Line& line, std::uint32_t tag) {
  unsigned mask = 0;
#if defined(__SSE2__)
  const auto* words = reinterpret_cast<const __m128i*>(&line);
  const __m128i wanted = _mm_set1_epi32(static_cast<int>(tag));
  for (unsigned i = 0; i < 4; ++i) {
    const __m128i equal = _mm_cmpeq_epi32(_mm_loadu_si128(words + i), wanted);
    mask |= static_cast<unsigned>(_mm_movemask_ps(_mm_castsi128_ps(equal))) << (4 * i);
  }
  return mask >> 1;  // word 0 is `first`
#else
  for (std::size_t i = 0; i < kLineTags; ++i) mask |= (line.tags[i] == tag ? 1U : 0U) << i;
  return mask;
#endif
}

}  // namespace

MadeTable::MadeTable(std::uint64_t keys, std::span<const crypto::Block> planted)
    : lines_(std::max<std::uint64_t>(1, keys / kPerLine)), keys_(keys) {
  const auto key_at = [&](std::uint64_t i) -> KeyItem {
    if (i < planted.size()) return matcher::key_item(planted[i], 0);
    return {mixed(2 * i), mixed(2 * i + 1), 0};
  };
  std::vector<std::uint32_t> next(lines_.size() + 1, 0);
  for (std::uint64_t i = 0; i < keys; ++i) {
    ++next[matcher::line_of(key_at(i).high, lines_.size()) + 1];
  }
  for (std::size_t l = 1; l < next.size(); ++l) next[l] += next[l - 1];
  const std::vector<std::uint32_t> first = next;
  for (std::uint64_t i = 0; i < keys; ++i) {
    const KeyItem key = key_at(i);
    keys_[next[matcher::line_of(key.high, lines_.size())]++] = matcher::block_of(key);
  }
  for (std::size_t l = 0; l < lines_.size(); ++l) {
    std::sort(keys_.begin() + first[l], keys_.begin() + first[l + 1]);
    Line& line = lines_[l];
    line = {};
    const std::uint32_t many = first[l + 1] - first[l];
    line.first = first[l] | (many > kLineTags ? kOverflowBit : 0);
    for (std::uint32_t k = 0; k < std::min<std::uint32_t>(many, kLineTags); ++k) {
      line.tags[k] = matcher::tag_of(matcher::key_item(keys_[first[l] + k], 0));
    }
  }
}

void MadeTable::prefetch(std::span<const crypto::Block> z) const {
  for (const auto& block : z) {
    __builtin_prefetch(&lines_[matcher::line_of(matcher::key_item(block, 0).high, lines_.size())]);
  }
}

bool MadeTable::has(const KeyItem& z) const {
  const std::uint64_t number = matcher::line_of(z.high, lines_.size());
  const Line& line = lines_[number];
  const std::size_t first = line.first & ~kOverflowBit;
  const crypto::Block wanted = matcher::block_of(z);
  for (unsigned mask = equal_tags(line, matcher::tag_of(z)); mask != 0; mask &= mask - 1) {
    if (keys_[first + static_cast<std::size_t>(std::countr_zero(mask))] == wanted) return true;
  }
  if ((line.first & kOverflowBit) == 0) return false;
  const std::size_t end =
      number + 1 < lines_.size() ? lines_[number + 1].first & ~kOverflowBit : keys_.size();
  const auto from = keys_.begin() + static_cast<std::ptrdiff_t>(first + kLineTags);
  return std::binary_search(from, keys_.begin() + static_cast<std::ptrdiff_t>(end), wanted);
}

void MadeTable::find(std::span<const crypto::Block> z, std::vector<std::uint32_t>& found) const {
  for (std::size_t i = 0; i < z.size(); ++i) {
    if (has(matcher::key_item(z[i], 0))) found.push_back(static_cast<std::uint32_t>(i));
  }
}

}  // namespace hitokoe::bench
