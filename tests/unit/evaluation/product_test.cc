#include <gtest/gtest.h>

#include <algorithm>

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

constexpr std::size_t kName = 1, kPhone = 3;

// A copy with names and telephones, but without customer numbers, that has some customers.
std::size_t without_numbers(const World& world) {
  const auto& copies = world.copies();
  const auto at = std::ranges::find_if(copies, [](const Copy& c) {
    return !c.own() && !has(c.columns, kRefColumn) && has(c.columns, kName) &&
           has(c.columns, kPhone) && c.members.size() >= 100;
  });
  return static_cast<std::size_t>(at - copies.begin());
}

TEST(ProductRun, FindsTheRowsOfAHolderWhoseFileHasNoCustomerNumbers) {
  auto options = small_world();
  options.customers = 1'000;
  std::uint64_t seed = 1;
  while (without_numbers(World(options, seed)) == World(options, seed).copies().size()) ++seed;
  const World world(options, seed);
  const auto number = static_cast<std::uint32_t>(without_numbers(world));
  const auto& copy = world.copies()[number];
  MadeLeak leak;
  leak.columns = (1U << kName) | (1U << kPhone);
  leak.sources = {number};
  for (const auto contract : copy.members) {
    LeakedRow row{.contract = contract, .legible = leak.columns, .had = leak.columns};
    const auto person = world.people().contracts()[contract].person;
    for (const auto i : {kName, kPhone}) row.versions[i] = world.version(copy, person, i);
    leak.rows.push_back(row);
  }
  auto scratch = Scratch::make();
  ASSERT_TRUE(scratch);
  const auto run = ProductRun::make(world, {}, scratch.value().path() / "files", seed);
  ASSERT_TRUE(run) << run.error().detail;
  const auto report = run.value()->scan(leak, seed);
  ASSERT_TRUE(report) << report.error().detail;
  const auto& holders = report.value().holders;
  const auto holder =
      std::ranges::find(holders, world.parties()[copy.party], &matcher::HolderResult::party);
  ASSERT_NE(holder, holders.end());
  const auto rows = static_cast<double>(leak.rows.size());
  EXPECT_GE(static_cast<double>(holder->matched_rows), 0.97 * rows);
  EXPECT_LE(static_cast<double>(holder->contradicting_rows), 0.03 * rows);
}

}  // namespace
}  // namespace hitokoe::evaluation::test
