#include "matcher/index/sorted_runs.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "hitokoe/base/random.h"
#include "tests/scratch_folder.h"

namespace hitokoe::matcher {
namespace {

HugeVector<KeyItem> random_items(std::size_t n, std::uint64_t distinct, std::uint64_t seed) {
  SeededRandom random(seed);
  HugeVector<KeyItem> out(n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t key = random.below(distinct);
    // Spread over the whole range, as fingerprints are.
    out[i] = {key * 0x9e3779b97f4a7c15ULL, key ^ 0x5555, i};
  }
  return out;
}

void expect_sorted_like_std(HugeVector<KeyItem> items, const char* what) {
  std::vector<KeyItem> oracle(items.begin(), items.end());
  std::sort(oracle.begin(), oracle.end());
  sort_keys(items);
  EXPECT_TRUE(std::ranges::equal(items, oracle)) << what << ' ' << items.size();
}

TEST(SortKeys, GivesWhatStdSortGivesForEveryKindOfKeys) {
  for (const std::size_t n : {0U, 1U, 2U, 11U, 12U, 13U, 1000U, 16383U, 16384U, 40000U, 300000U}) {
    expect_sorted_like_std(random_items(n, ~0ULL >> 1, n + 1), "all different");
    expect_sorted_like_std(random_items(n, n / 3 + 1, n + 2), "three each");
    expect_sorted_like_std(random_items(n, 1, n + 3), "one value");
    auto low = random_items(n, ~0ULL >> 1, n + 4);
    for (auto& item : low) item.high &= 0xff;  // nothing in the leading bits
    expect_sorted_like_std(std::move(low), "not distributed");
    auto sorted = random_items(n, ~0ULL >> 1, n + 5);
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    expect_sorted_like_std(std::move(sorted), "descending");
  }
}

std::vector<KeyItem> read_all(SortedRuns& runs) {
  EXPECT_TRUE(runs.start_reading());
  std::vector<KeyItem> out;
  for (auto piece = runs.next_piece(); !piece.empty(); piece = runs.next_piece()) {
    out.insert(out.end(), piece.begin(), piece.end());
  }
  EXPECT_TRUE(runs.next_piece().empty());
  return out;
}

TEST(SortedRuns, GiveTheSameFromMemoryAndFromManyFiles) {
  const ScratchFolder scratch;
  for (const std::size_t n : {0U, 1U, 100U, 50000U}) {
    std::vector<KeyItem> oracle;
    SortedRuns in_memory(scratch.path(), 1U << 20);
    SortedRuns in_files(scratch.path(), 1000);
    in_memory.reserve(n);
    for (const auto& item : random_items(n, n / 2 + 1, n)) {
      const std::array<Block, 1> key = {block_of(item)};
      ASSERT_TRUE(in_memory.add(key, item.record));
      ASSERT_TRUE(in_files.add(key, item.record));
      oracle.push_back(item);
    }
    EXPECT_EQ(in_files.size(), n);
    std::sort(oracle.begin(), oracle.end());
    EXPECT_EQ(read_all(in_memory), oracle);
    EXPECT_EQ(read_all(in_files), oracle);
  }
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path())) << "runs are unlinked at once";
}

TEST(SortedRuns, MayBeLeftBeforeTheEnd) {
  const ScratchFolder scratch;
  SortedRuns runs(scratch.path(), 1U << 22);
  for (const auto& item : random_items(200000, ~0ULL >> 1, 7)) {
    const std::array<Block, 1> key = {block_of(item)};
    ASSERT_TRUE(runs.add(key, item.record));
  }
  ASSERT_TRUE(runs.start_reading());
  EXPECT_FALSE(runs.next_piece().empty());
}

}  // namespace
}  // namespace hitokoe::matcher
