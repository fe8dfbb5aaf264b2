#include "hitokoe/base/huge_pages.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>

namespace hitokoe {
namespace {

TEST(HugePages, KeepsItsElementsWhileItGrowsIntoHugePages) {
  HugeVector<std::uint64_t> v;
  const std::uint64_t count = 3 * kHugePage / sizeof(std::uint64_t) + 1;
  for (std::uint64_t i = 0; i < count; ++i) v.push_back(i);
  const HugeVector<std::uint64_t> copy = v;
  v.resize(10);
  v.shrink_to_fit();  // back into ordinary memory
  EXPECT_EQ(v.back(), 9U);
  EXPECT_EQ(std::accumulate(copy.begin(), copy.end(), std::uint64_t{0}), count * (count - 1) / 2);
}

TEST(HugePages, LargeMemoryBeginsAtAHugePage) {
  void* memory = allocate_large(kHugePage + 1);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % kHugePage, 0U);
  free_large(memory, kHugePage + 1);
}

TEST(HugePages, KnowsHowMuchMemoryIsAvailable) {
  EXPECT_GT(available_memory(), 16ULL << 20);
  EXPECT_LT(available_memory(), 1ULL << 50);
}

}  // namespace
}  // namespace hitokoe
