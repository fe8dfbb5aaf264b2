#include "incident/campaign/leaf_tree.h"

#include <bit>

namespace hitokoe::incident::campaign {

using crypto::Digest;
using identity::merkle_node;

void LeafTree::finish() {
  levels_.clear();
  std::vector<Digest> nodes(leaves_.size() >> kLow);
  for (std::size_t i = 0; i < nodes.size(); ++i)
    nodes[i] = identity::merkle_root(std::span(leaves_).subspan(i << kLow, 1U << kLow));
  while (!nodes.empty()) {
    std::vector<Digest> above(nodes.size() / 2);
    for (std::size_t i = 0; i < above.size(); ++i)
      above[i] = merkle_node(nodes[2 * i], nodes[2 * i + 1]);
    levels_.push_back(std::move(nodes));
    nodes = std::move(above);
  }
}

Digest LeafTree::subtree(std::uint64_t begin, std::uint64_t count) const {
  if (count == 1) return leaves_[begin];
  if (std::has_single_bit(count) && count >= (1U << kLow)) {
    const auto height = static_cast<unsigned>(std::countr_zero(count));
    return levels_[height - kLow][begin >> height];
  }
  const auto left = std::bit_floor(count - 1);
  return merkle_node(subtree(begin, left), subtree(begin + left, count - left));
}

Digest LeafTree::root() const {
  return leaves_.empty() ? crypto::sha256({}) : subtree(0, leaves_.size());
}

void LeafTree::collect(std::uint64_t begin, std::uint64_t count, std::span<const LeafRange> opened,
                       std::vector<Digest>& out) const {
  const auto end = begin + count;
  while (!opened.empty() && opened.front().end <= begin) opened = opened.subspan(1);
  if (opened.empty() || opened.front().begin >= end) {
    out.push_back(subtree(begin, count));
    return;
  }
  if (count == 1 || (opened.front().begin <= begin && opened.front().end >= end)) return;
  const auto left = std::bit_floor(count - 1);
  collect(begin, left, opened, out);
  collect(begin + left, count - left, opened, out);
}

std::vector<Digest> LeafTree::hidden(std::span<const LeafRange> opened) const {
  std::vector<Digest> out;
  if (!leaves_.empty()) collect(0, leaves_.size(), opened, out);
  return out;
}

}  // namespace hitokoe::incident::campaign
