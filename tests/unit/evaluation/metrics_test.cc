#include <gtest/gtest.h>

#include <cmath>

#include "evaluation/metrics/figures.h"
#include "evaluation/metrics/interval.h"
#include "hitokoe/base/random.h"

namespace hitokoe::evaluation::test {
namespace {

using Pairs = std::vector<std::pair<double, bool>>;

TEST(Share, HasWilsonsInterval) {
  const auto f = share(8, 10);
  EXPECT_DOUBLE_EQ(f.value, 0.8);
  EXPECT_NEAR(f.low, 0.4902, 1e-4);  // (0.8 + 0.19207 ∓ 0.31363) / 1.38415, by hand
  EXPECT_NEAR(f.high, 0.9433, 1e-4);
  EXPECT_EQ(f.of, 10U);
  EXPECT_DOUBLE_EQ(share(0, 5).low, 0);
  EXPECT_DOUBLE_EQ(share(5, 5).high, 1);
  EXPECT_EQ(share(0, 0).of, 0U);
}

TEST(Ece, SeesWhatIsWrongByALot) {
  Pairs pairs(200, {0.9, false});
  for (std::size_t i = 0; i < 100; ++i) pairs[i].second = true;
  EXPECT_NEAR(debiased_ece(pairs), 0.4, 0.03);
}

TEST(Ece, TakesOffWhatChanceAloneMakes) {
  SeededRandom random(1);
  double plain = 0;
  double debiased = 0;
  constexpr int kTimes = 50;
  for (int t = 0; t < kTimes; ++t) {
    Pairs pairs;
    for (int i = 0; i < 300; ++i) {
      const double p = random.unit();
      pairs.emplace_back(p, random.unit() < p);
    }
    std::ranges::sort(pairs);
    debiased += debiased_ece(pairs) / kTimes;
    double sum = 0;
    for (const auto& bin : calibration(pairs)) {
      sum += static_cast<double>(bin.was.of) * std::abs(bin.said - bin.was.value);
    }
    plain += sum / 300 / kTimes;
  }
  EXPECT_GT(plain, 0.06) << "fifteen groups of twenty answers are noise";
  // Where nothing else is wrong, a difference d of deviation s counts 2|d| − E|d + s·z|: on the
  // average 2 − √2 of E|d| stays, and somewhat less since it is never below 0.
  EXPECT_NEAR(debiased / plain, 2 - std::sqrt(2.0), 0.06);
}

TEST(Ece, OfNothingIsNothing) {
  EXPECT_EQ(debiased_ece(Pairs{}), 0);
  EXPECT_TRUE(calibration(Pairs{}).empty());
}

TEST(Judge, TheFirstHasToBeASourceOfTheNewPart) {
  const Truth truth{.kind = LeakKind::kOneSource, .rows = 10, .sources = {2}, .old_holder = 0};
  const auto right = judge(truth, {.holders = {0.1, 0.0, 0.7}, .unknown = 0.2});
  EXPECT_TRUE(right.first);
  EXPECT_TRUE(right.top_is_source);
  EXPECT_DOUBLE_EQ(right.main, 0.7);
  EXPECT_DOUBLE_EQ(right.top, 0.7);
  const auto old = judge(truth, {.holders = {0.6, 0.0, 0.4}});
  EXPECT_FALSE(old.first);
  EXPECT_TRUE(old.top_is_old);
  EXPECT_DOUBLE_EQ(old.main, 0.4);
  const auto unknown = judge(truth, {.holders = {0.0, 0.0, 0.4}, .unknown = 0.6});
  EXPECT_FALSE(unknown.first) << "the unknown ranks before it";
  EXPECT_TRUE(unknown.top_is_source);
}

TEST(Judge, EqualRanksAreRightOnlyWhereAllAreSources) {
  const Truth one{.kind = LeakKind::kOneSource, .sources = {0}};
  EXPECT_FALSE(judge(one, {.holders = {0.5, 0.5}}).first);
  const Truth two{.kind = LeakKind::kTwoSources, .sources = {0, 1}};
  EXPECT_TRUE(judge(two, {.holders = {1.0, 1.0}}).first);
  // Ranks tell apart what rounds to the same probability.
  EXPECT_TRUE(judge(one, {.holders = {1.0, 1.0}, .ranks = {50, 40}}).first);
}

TEST(Judge, OfAnUnregisteredSourceTheUnknownIsRight) {
  const Truth truth{.kind = LeakKind::kUnregistered};
  const auto j = judge(truth, {.holders = {0.3, 0.1}, .unknown = 0.6});
  EXPECT_TRUE(j.first);
  EXPECT_DOUBLE_EQ(j.main, 0.6);
  EXPECT_FALSE(j.top_is_source);
}

TEST(Judge, OfAnUnregisteredSourceTheCopyThatItHadIsRight) {
  const Truth truth{.kind = LeakKind::kUnregistered, .copies = {1}};
  const auto j = judge(truth, {.holders = {0.1, 0.85}, .unknown = 0.05, .copies = {0.1, 0.9}});
  EXPECT_FALSE(j.top_is_source);
  EXPECT_TRUE(j.copy_is_right);
  EXPECT_DOUBLE_EQ(j.copy_top, 0.9);
  const auto other = judge(truth, {.holders = {0.6, 0.3}, .copies = {0.65, 0.35}});
  EXPECT_FALSE(other.copy_is_right);
  EXPECT_FALSE(judge(truth, {.holders = {0.5, 0.5}}).copy_is_right) << "of equal ones all";
  EXPECT_TRUE(judge(truth, {.holders = {0.2, 0.7}}).copy_is_right) << "without copies: holders";
  EXPECT_FALSE(judge({.kind = LeakKind::kKnownOld}, {.holders = {0.9}}).copy_is_right);
}

TEST(Figures, OfTheCopyCountUnregisteredSourcesAsThoseOfTheCopyThatTheyHad) {
  const std::vector<Judged> answers = {
      {.kind = LeakKind::kOneSource, .copy_top = 0.95, .copy_is_right = true},
      {.kind = LeakKind::kUnregistered, .copy_top = 0.92, .copy_is_right = true},
      {.kind = LeakKind::kUnregistered, .copy_top = 0.4, .copy_is_right = true},
      {.kind = LeakKind::kKnownOld, .copy_top = 0.91},
  };
  const auto f = figures_of("x", answers, 1).all;
  EXPECT_DOUBLE_EQ(f.copy_precision.value, 2.0 / 3);
  EXPECT_DOUBLE_EQ(f.copy_coverage.value, 2.0 / 3) << "an older dump has no new part";
  EXPECT_EQ(f.copy_coverage.of, 3U);
}

TEST(Figures, AreThoseCountedByHand) {
  const auto one = LeakKind::kOneSource;
  const std::vector<Judged> answers = {
      {.kind = one,
       .rows = 30,
       .twin = true,
       .top = 0.95,
       .top_is_source = true,
       .main = 0.95,
       .first = true},
      {.kind = one, .rows = 300, .twin = true, .top = 0.92, .main = 0.05},
      {.kind = one, .rows = 300, .top = 0.91, .top_is_old = true, .main = 0.08},
      {.kind = one, .rows = 30, .top = 0.6, .top_is_source = true, .main = 0.6, .first = true},
      {.kind = LeakKind::kTwoSources,
       .top = 0.99,
       .top_is_source = true,
       .main = 0.4,
       .first = true},
      {.kind = LeakKind::kUnregistered, .top = 0.95, .main = 0.03},
      {.kind = LeakKind::kUnregistered, .top = 0.2, .main = 0.7, .first = true},
      {.kind = LeakKind::kKnownOld, .top = 0.97, .top_is_old = true},
      {.kind = LeakKind::kKnownOld, .top = 0.1},
  };
  const auto f = figures_of("model", answers, 1);
  EXPECT_DOUBLE_EQ(f.all.top1.value, 3.0 / 5);
  EXPECT_DOUBLE_EQ(f.all.primary.value, 2.0 / 5);
  EXPECT_DOUBLE_EQ(f.all.coverage.value, 4.0 / 5);
  EXPECT_DOUBLE_EQ(f.all.precision.value, 2.0 / 6);
  EXPECT_DOUBLE_EQ(f.all.precision_with_old.value, 4.0 / 6);
  EXPECT_DOUBLE_EQ(f.all.twins_wrong.value, 1.0 / 2);
  EXPECT_DOUBLE_EQ(f.all.unregistered_top1.value, 1.0 / 2);
  EXPECT_DOUBLE_EQ(f.all.unregistered_primary.value, 1.0 / 2);
  EXPECT_DOUBLE_EQ(f.all.unregistered_named.value, 1.0 / 2);
  EXPECT_DOUBLE_EQ(f.all.old_wrong.value, 0);
  // (0.05² + 0.92² + 0.91² + 0.4² + 0.01² + 0.95² + 0.2² + 0.97² + 0.1²) / 9
  EXPECT_NEAR(f.all.brier.value, 3.7305 / 9, 1e-9);
  EXPECT_EQ(f.by_rows[0].leaks, 7U) << "five have no rows at all";
  EXPECT_EQ(f.by_rows[2].leaks, 2U);
}

}  // namespace
}  // namespace hitokoe::evaluation::test
