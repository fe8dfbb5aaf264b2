#include "evaluation/oracle/oracle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "evaluation/leaks/truth.h"
#include "tests/sanitized.h"
#include "tests/unit/evaluation/small_world.h"

namespace hitokoe::evaluation::test {
namespace {

using hitokoe::test::kSanitized;

WorldOptions tiny_world() {
  auto o = small_world();
  o.contractors = 4;
  o.sub_contractors = 4;
  o.customers = 300;
  o.own_every = 1'095;
  o.handovers = 2;
  return o;
}

TEST(Oracle, LeavesOutOnlyWhatDoesNotMatter) {
  const World world(tiny_world(), 1);
  LeakOptions options;
  options.dumps = 2;
  LeakMaker maker(world, options, 2);
  const Oracle quick(world, maker);
  const Oracle thorough(world, maker, true);
  for (int i = 0; i < 12; ++i) {
    const auto leak = maker.make();
    const auto a = quick.answer(leak.rows, leak.columns);
    const auto b = thorough.answer(leak.rows, leak.columns);
    for (std::size_t p = 0; p < a.holders.size(); ++p) {
      EXPECT_NEAR(a.holders[p], b.holders[p], 0.01) << i << " " << world.parties()[p];
    }
    EXPECT_NEAR(a.unknown, b.unknown, 0.01) << i;
  }
}

// Whoever knows how leaks are made is as often right as it says.
TEST(Oracle, IsCalibrated) {
  double said = 0;
  double right = 0;
  double variance = 0;
  double unknown_said = 0;
  double unknown_was = 0;
  double unknown_variance = 0;
  for (std::uint64_t seed = 0; seed < (kSanitized ? 2 : 10); ++seed) {
    const World world(small_world(), 100 + seed);
    LeakOptions options;
    options.unregistered = 0.3;
    LeakMaker maker(world, options, seed);
    const Oracle oracle(world, maker);
    for (int i = 0; i < 40; ++i) {
      const auto leak = maker.make();
      const auto truth = truth_of(world, maker.dumps(), leak);
      const auto answer = oracle.answer(leak.rows, leak.columns);
      for (std::size_t p = 0; p < answer.holders.size(); ++p) {
        const double q = answer.holders[p];
        if (q < 0.02 || q > 0.98) continue;
        said += q;
        variance += q * (1 - q);
        right += std::ranges::count(truth.sources, static_cast<std::uint32_t>(p)) > 0 ? 1 : 0;
      }
      unknown_said += answer.unknown;
      unknown_variance += answer.unknown * (1 - answer.unknown);
      unknown_was += truth.kind == LeakKind::kUnregistered ? 1 : 0;
    }
  }
  EXPECT_GT(variance, kSanitized ? 2 : 10);
  EXPECT_NEAR(right, said, 4 * std::sqrt(variance));
  EXPECT_NEAR(unknown_was, unknown_said, 4 * std::sqrt(unknown_variance));
}

TEST(Oracle, SaysNothingOfNoRows) {
  const World world(tiny_world(), 3);
  LeakMaker maker(world, {}, 4);
  const auto answer = Oracle(world, maker).answer({}, 0);
  EXPECT_EQ(answer.unknown, 1);
  EXPECT_EQ(*std::ranges::max_element(answer.holders), 0);
}

}  // namespace
}  // namespace hitokoe::evaluation::test
