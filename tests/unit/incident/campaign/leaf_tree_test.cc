#include "incident/campaign/leaf_tree.h"

#include <gtest/gtest.h>

#include "hitokoe/base/random.h"

namespace hitokoe::incident::campaign {
namespace {

TEST(LeafTree, RootAndHiddenHashesAreThoseOfThePlainTree) {
  SeededRandom random(5);
  for (std::size_t n :
       {0U, 1U, 2U, 3U, 7U, 127U, 128U, 129U, 255U, 256U, 300U, 511U, 513U, 1000U}) {
    std::vector<crypto::Digest> leaves(n);
    LeafTree tree(n);
    for (std::size_t i = 0; i < n; ++i) random.fill(leaves[i]);
    for (std::size_t i = n; i-- > 0;) tree.set(i, leaves[i]);
    tree.finish();
    EXPECT_EQ(tree.root(), identity::merkle_root(leaves)) << n;
    for (int round = 0; round < 20; ++round) {
      std::vector<LeafRange> ranges;
      std::vector<std::uint64_t> opened;
      for (std::uint64_t at = random.below(n + 1); at < n; at += 1 + random.below(200)) {
        const auto end = std::min<std::uint64_t>(n, at + 1 + random.below(150));
        ranges.push_back({at, end});
        for (; at < end; ++at) opened.push_back(at);
      }
      EXPECT_EQ(tree.hidden(ranges), identity::merkle_hidden(leaves, opened)) << n;
    }
  }
}

}  // namespace
}  // namespace hitokoe::incident::campaign
