#include <gtest/gtest.h>

#include "evaluation/model/scratch.h"
#include "evaluation/product/run.h"
#include "tests/unit/evaluation/small_world.h"

namespace hitokoe::evaluation::test {
namespace {

TEST(ProductRun, FindsNearlyAllRowsOfACleanLeak) {
  auto options = small_world();
  options.customers = 1'000;
  const World world(options, 1);
  LeakOptions clean;
  clean.most_junk = 0;
  clean.two_sources = clean.known_old = clean.unregistered = 0;
  clean.illegible = clean.other_version = 0;
  clean.dumps = 1;
  LeakMaker maker(world, clean, 2);
  auto scratch = Scratch::make();
  ASSERT_TRUE(scratch);
  const auto run = ProductRun::make(world, maker.dumps(), scratch.value().path() / "files", 3);
  ASSERT_TRUE(run) << run.error().detail;
  std::uint64_t rows = 0;
  std::uint64_t matched = 0;
  for (std::uint64_t i = 0; i < 6; ++i) {
    auto leak = maker.make();
    // With number and name nothing is left to be guessed.
    if (!has(leak.columns, kRefColumn) || !has(leak.columns, 1)) continue;
    const auto report = run.value()->scan(leak, i);
    ASSERT_TRUE(report) << report.error().detail;
    rows += leak.rows.size();
    matched += report.value().matched_rows;
  }
  EXPECT_GT(rows, 0U);
  EXPECT_GE(static_cast<double>(matched), 0.97 * static_cast<double>(rows));
}

}  // namespace
}  // namespace hitokoe::evaluation::test
