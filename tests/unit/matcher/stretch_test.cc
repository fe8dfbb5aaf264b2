#include "matcher/attribute/stretch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace hitokoe::matcher {
namespace {

// `n` different ranks from [from, to).
std::vector<std::uint32_t> ranks(std::size_t n, std::uint32_t from, std::uint32_t to,
                                 unsigned seed) {
  std::vector<std::uint32_t> all;
  for (auto i = from; i < to; ++i) all.push_back(i);
  std::ranges::shuffle(all, std::mt19937(seed));
  all.resize(n);
  return all;
}

TEST(StretchEvidence, SpeaksForAFileWhereTheRowsLieSideBySide) {
  EXPECT_DOUBLE_EQ(stretch_evidence(ranks(50, 300, 351, 1), 5000, 0.7, {}), kMostStretch);
  const double few = stretch_evidence(ranks(8, 300, 310, 1), 5000, 0.9, {});
  EXPECT_GT(few, 3);
}

TEST(StretchEvidence, SeesAStretchAmongRowsFromElsewhere) {
  auto some = ranks(60, 1000, 1100, 2);
  for (const auto r : ranks(40, 0, 20'000, 3)) some.push_back(r);
  EXPECT_GT(stretch_evidence(some, 20'000, 0.5, {}), 4);
}

TEST(StretchEvidence, SaysLittleOfRowsFromAllOverTheFile) {
  const Rates rates;
  for (unsigned seed = 0; seed < 200; ++seed) {
    for (const std::size_t n : {6U, 20U, 100U, 1000U}) {
      const double e = stretch_evidence(ranks(n, 0, 4000, seed), 4000,
                                        1 / (1 + static_cast<double>(n) / 100), rates);
      EXPECT_GE(e, std::log(1 - rates.stretch) - 1e-9);
      EXPECT_LT(e, 4.5) << n << ", seed " << seed;
    }
  }
}

// On the average a ratio of likelihoods is 1 where its hypothesis is false. Stretches overlap, and
// the best of them is taken: it comes out 2 dB too high, no more.
TEST(StretchEvidence, IsOnTheAverageHardlyMoreThanOneForRowsFromAllOverTheFile) {
  for (const std::size_t n : {10U, 100U}) {
    double sum = 0;
    constexpr int kTimes = 2000;
    for (unsigned seed = 0; seed < kTimes; ++seed) {
      sum += std::exp(stretch_evidence(ranks(n, 0, 2000, seed), 2000, 1, {})) / kTimes;
    }
    EXPECT_LT(sum, 1.7) << n;
  }
}

TEST(StretchEvidence, DoesNotDependOnTheOrderNorOnRepeats) {
  auto some = ranks(40, 100, 160, 4);
  const double before = stretch_evidence(some, 900, 0.7, {});
  std::ranges::sort(some);
  EXPECT_DOUBLE_EQ(stretch_evidence(some, 900, 0.7, {}), before);
  some.insert(some.end(), 500, some.front());
  EXPECT_DOUBLE_EQ(stretch_evidence(some, 900, 0.7, {}), before);
}

TEST(StretchEvidence, IsNothingForAFewRowsAndFiniteAtTheExtremes) {
  EXPECT_EQ(stretch_evidence({}, 100, 1, {}), 0);
  EXPECT_EQ(stretch_evidence(ranks(5, 0, 10, 1), 100, 1, {}), 0);
  EXPECT_TRUE(std::isfinite(stretch_evidence(ranks(10, 0, 10, 1), 10, 1, {})));
  EXPECT_TRUE(std::isfinite(stretch_evidence(ranks(10, 0, 10, 1), 0, 1, {})));
  EXPECT_TRUE(std::isfinite(stretch_evidence(ranks(900, 0, 900, 1), 4e9, 1, {})));
}

}  // namespace
}  // namespace hitokoe::matcher
