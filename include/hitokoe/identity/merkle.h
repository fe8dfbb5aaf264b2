// A Merkle tree over the leaves of a frozen campaign, in the form of RFC 9162 section 2.1:
//   leaf = SHA-256(0x00 || data)     node = SHA-256(0x01 || left || right)
// A tree of n leaves splits at the largest power of two below n, so that no two lists of leaves
// have the same root (nothing is doubled) and a leaf can never pass for a node.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::identity {

crypto::Digest merkle_leaf(ByteView data);
crypto::Digest merkle_node(const crypto::Digest& left, const crypto::Digest& right);
// The root of an empty list is SHA-256 of nothing.
crypto::Digest merkle_root(std::span<const crypto::Digest> leaves);

// What has to be known beside some opened leaves to compute the root: the hashes of the largest
// subtrees without an opened leaf, from left to right. O(opened · log n) hashes.
std::vector<crypto::Digest> merkle_hidden(std::span<const crypto::Digest> leaves,
                                          std::span<const std::uint64_t> opened);

// The root from opened leaves. `opened` ascending, below `count`, as long as `hashes`.
// kCorrupt: too few or too many hidden hashes, or `opened` is not in order.
Result<crypto::Digest> merkle_root_from(std::uint64_t count, std::span<const std::uint64_t> opened,
                                        std::span<const crypto::Digest> hashes,
                                        std::span<const crypto::Digest> hidden);

}  // namespace hitokoe::identity
