#include "hitokoe/base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace hitokoe {
namespace {

TEST(SeededRandom, TheSameSeedGivesTheSameBytesHoweverTheyAreAskedFor) {
  SeededRandom whole(42);
  SeededRandom pieces(42);
  std::vector<std::uint8_t> a(10000);
  std::vector<std::uint8_t> b(10000);
  whole.fill(a);
  for (std::size_t at = 0, n = 1; at < b.size(); at += n, n = n * 2 % 997 + 1) {
    pieces.fill(std::span(b).subspan(at, std::min(n, b.size() - at)));
  }
  EXPECT_EQ(a, b);
  SeededRandom other(43);
  std::vector<std::uint8_t> c(10000);
  other.fill(c);
  EXPECT_NE(a, c);
}

TEST(Random, BelowIsUniformForBoundsThatAreNoPowerOfTwo) {
  SeededRandom random(7);
  std::array<int, 6> seen{};
  constexpr int kRolls = 60000;
  for (int i = 0; i < kRolls; ++i) ++seen[random.below(6)];
  // Chi-square with 5 degrees of freedom: 20.5 is exceeded with probability 0.001.
  double chi = 0;
  for (const int n : seen) chi += (n - 10000.0) * (n - 10000.0) / 10000.0;
  EXPECT_LT(chi, 20.5);
}

TEST(Random, UnitStaysBelowOne) {
  SeededRandom random(8);
  double sum = 0;
  for (int i = 0; i < 10000; ++i) {
    const double u = random.unit();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    sum += u;
  }
  EXPECT_NEAR(sum / 10000, 0.5, 0.02);
}

TEST(SystemRandom, DoesNotRepeat) {
  SystemRandom random;
  EXPECT_NE(random.u64(), random.u64());
}

}  // namespace
}  // namespace hitokoe
