// The Merkle tree of a frozen campaign (identity/merkle.h) over leaf hashes that come in any order:
// 32 bytes a leaf, and a hundredth of that for inner nodes, so that the proofs of forty slices do
// not each hash millions of leaves again.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hitokoe/identity/merkle.h"

namespace hitokoe::incident::campaign {

struct LeafRange {  // [begin, end)
  std::uint64_t begin = 0, end = 0;
};

class LeafTree {
 public:
  explicit LeafTree(std::size_t leaves) : leaves_(leaves) {}

  std::size_t size() const { return leaves_.size(); }
  void set(std::size_t leaf, const crypto::Digest& hash) { leaves_[leaf] = hash; }
  // Once, after every leaf was set. One hash a leaf.
  void finish();

  // After finish(). The same as identity::merkle_root and merkle_hidden of the leaves.
  crypto::Digest root() const;
  // `opened`: ascending, apart from each other. O(ranges · (log n + 2^kLow)).
  std::vector<crypto::Digest> hidden(std::span<const LeafRange> opened) const;

 private:
  static constexpr unsigned kLow = 7;  // whole subtrees from 2^kLow leaves on are kept

  crypto::Digest subtree(std::uint64_t begin, std::uint64_t count) const;
  void collect(std::uint64_t begin, std::uint64_t count, std::span<const LeafRange> opened,
               std::vector<crypto::Digest>& out) const;

  std::vector<crypto::Digest> leaves_;
  std::vector<std::vector<crypto::Digest>> levels_;  // [0]: of 2^kLow leaves each
};

}  // namespace hitokoe::incident::campaign
