#include "evaluation/leaks/leak.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "evaluation/leaks/truth.h"
#include "tests/unit/evaluation/small_world.h"

namespace hitokoe::evaluation::test {
namespace {

TEST(LeakMaker, IsAFunctionOfItsSeed) {
  const World world(small_world(), 1);
  LeakMaker a(world, {}, 3);
  LeakMaker b(world, {}, 3);
  for (int i = 0; i < 5; ++i) {
    const auto x = a.make();
    const auto y = b.make();
    ASSERT_EQ(x.rows.size(), y.rows.size());
    EXPECT_EQ(x.sources, y.sources);
    for (std::size_t r = 0; r < x.rows.size(); ++r) {
      EXPECT_EQ(x.rows[r].contract, y.rows[r].contract);
      EXPECT_EQ(x.rows[r].versions, y.rows[r].versions);
    }
  }
}

TEST(LeakMaker, WithoutJunkEveryRowIsTheSources) {
  const World world(small_world(), 2);
  LeakOptions options;
  options.two_sources = options.known_old = options.unregistered = 0;
  options.most_junk = 0;
  options.other_version = 0;
  LeakMaker maker(world, options, 4);
  for (int i = 0; i < 40; ++i) {
    const auto leak = maker.make();
    ASSERT_EQ(leak.sources.size(), 1U);
    const auto& copy = world.copies()[leak.sources[0]];
    EXPECT_EQ(leak.columns & ~copy.columns, 0);
    for (const auto& row : leak.rows) {
      EXPECT_TRUE(std::ranges::binary_search(copy.members, row.contract));
      EXPECT_GE(std::popcount(row.legible), kLeastValues);
      EXPECT_EQ(row.legible & ~leak.columns, 0);
      const auto person = world.people().contracts()[row.contract].person;
      for (std::size_t c = 0; c < kColumnCount; ++c) {
        if (has(row.legible, c)) {
          EXPECT_EQ(row.versions[c], world.version(copy, person, c));
        }
      }
    }
  }
}

TEST(LeakMaker, MixesKindsAsWasAsked) {
  const World world(small_world(), 3);
  LeakMaker maker(world, {}, 5);
  std::array<int, 4> seen{};
  constexpr int kLeaks = 1000;
  for (int i = 0; i < kLeaks; ++i) {
    const auto leak = maker.make();
    ++seen[static_cast<std::size_t>(leak.kind)];
    EXPECT_EQ(leak.sources.size(), leak.kind == LeakKind::kOneSource    ? 1U
                                   : leak.kind == LeakKind::kTwoSources ? 2U
                                                                        : 0U);
  }
  EXPECT_NEAR(seen[0], 800, 52);
  EXPECT_NEAR(seen[1], 80, 35);
  EXPECT_NEAR(seen[2], 60, 30);
  EXPECT_NEAR(seen[3], 60, 30);
}

TEST(LeakMaker, ARegionalSampleStaysInItsRegion) {
  const World world(small_world(), 4);
  LeakOptions options;
  options.two_sources = options.known_old = options.unregistered = 0;
  options.most_junk = 0;
  options.regional = 1;
  options.contiguous = 0;
  LeakMaker maker(world, options, 6);
  for (int i = 0; i < 20; ++i) {
    const auto leak = maker.make();
    for (const auto& row : leak.rows) {
      EXPECT_EQ(leak.parts[0].regions,
                std::uint64_t{1} << world.people().contracts()[row.contract].region);
    }
  }
}

TEST(LeakMaker, AKnownOldLeakShowsOnlyRowsOfTheDumpAndJunk) {
  const World world(small_world(), 5);
  LeakOptions options;
  options.known_old = 0.9;
  options.two_sources = options.unregistered = 0;
  LeakMaker maker(world, options, 7);
  const auto leak = maker.make();
  ASSERT_EQ(leak.kind, LeakKind::kKnownOld);
  const auto& dump = maker.dumps()[static_cast<std::size_t>(leak.dump)];
  for (const auto& row : leak.rows) {
    if (row.recombined) continue;
    EXPECT_TRUE(std::ranges::binary_search(dump.rows, row.contract, {}, &LeakedRow::contract));
  }
  const auto truth = truth_of(world, maker.dumps(), leak);
  EXPECT_TRUE(truth.sources.empty());
  EXPECT_EQ(truth.old_holder, static_cast<int>(world.copies()[dump.copy].party));
}

TEST(Truth, ATwinHoldsNineTenthsOfTheRows) {
  const World world(small_world(), 6);
  // A sub-contractor's rows are all its contractor's, too.
  const auto sub = std::ranges::find_if(world.copies(), [&](const Copy& c) {
    return c.source >= 0 && !world.copies()[static_cast<std::size_t>(c.source)].own() &&
           c.members.size() > 10;
  });
  ASSERT_NE(sub, world.copies().end());
  MadeLeak leak;
  leak.sources = {static_cast<std::uint32_t>(sub - world.copies().begin())};
  for (const auto m : sub->members) leak.rows.push_back({.contract = m, .legible = 3});
  EXPECT_TRUE(truth_of(world, {}, leak).twin);
  // The carrier holds every contractor's rows, and is no twin.
  const auto rare = std::ranges::find_if(world.copies(), [](const Copy& c) { return c.own(); });
  leak.sources = {static_cast<std::uint32_t>(rare - world.copies().begin())};
  leak.rows.clear();
  for (const auto m : rare->members) leak.rows.push_back({.contract = m, .legible = 3});
  bool full_copy = false;
  for (const auto& c : world.copies()) {
    std::vector<std::uint32_t> both;
    std::ranges::set_intersection(c.members, rare->members, std::back_inserter(both));
    full_copy = full_copy || (!c.own() && both.size() * 10 >= rare->members.size() * 9);
  }
  EXPECT_EQ(truth_of(world, {}, leak).twin, full_copy);
}

}  // namespace
}  // namespace hitokoe::evaluation::test
