#include "tests/bench/matcher/sweep_table.h"

#include <algorithm>
#include <bit>

namespace hitokoe::bench {
namespace {

using matcher::equal_tags;
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

// As SegmentLookup does.
void MadeTable::find(std::span<const crypto::Block> z, std::vector<std::uint32_t>& found) const {
  constexpr std::size_t kPart = 64;
  std::array<std::uint16_t, kPart> masks;
  std::array<std::uint32_t, kPart> perhaps;
  for (std::size_t at = 0; at < z.size(); at += kPart) {
    const auto part = z.subspan(at, std::min(kPart, z.size() - at));
    masks.fill(0);
    matcher::equal_tags(lines_, part, std::span(masks).first(part.size()));
    std::size_t many = 0;
    for (std::size_t i = 0; i < part.size(); ++i) {
      perhaps[many] = static_cast<std::uint32_t>(i);
      many += masks[i] != 0 ? 1U : 0U;
    }
    for (std::size_t k = 0; k < many; ++k) {
      if (!has(matcher::key_item(part[perhaps[k]], 0))) continue;
      found.push_back(static_cast<std::uint32_t>(at + perhaps[k]));
    }
  }
}

}  // namespace hitokoe::bench
