// What every ReachLog must do, whatever keeps it.
#include <gtest/gtest.h>

#include "hitokoe/storage/reach.h"
#include "tests/contract/stores_under_test.h"

namespace hitokoe::storage {
namespace {

using crawler::ReachLog;

UtcTime at(int second) { return UtcTime(std::chrono::seconds(1'775'000'000 + second)); }

class ReachLogContract : public ::testing::TestWithParam<Kept> {
 protected:
  static std::unique_ptr<ReachLog> in_sql(std::shared_ptr<Database> db) {
    return make_reach_log(std::move(db));
  }
  bool note(const std::string& source, bool up, int second) {
    return log->note({source, at(second), up, up ? "" : "timeout"}).value();
  }
  // "s+5" is a source that came up at second 5.
  std::string all(std::size_t most) {
    std::string out;
    const auto changes = log->changes(most).value();
    for (const auto& c : changes) {
      out += c.source + (c.up ? "+" : "-") +
             std::to_string((c.at - at(0)) / std::chrono::seconds(1)) + " ";
      EXPECT_EQ(c.reason, c.up ? "" : "timeout");
    }
    return out;
  }

  UnderTest<ReachLog> log{GetParam(), &make_memory_reach_log, &in_sql};
};

TEST_P(ReachLogContract, KeepsChangesOnly) {
  EXPECT_EQ(all(9), "");
  EXPECT_TRUE(note("s", true, 1));
  EXPECT_FALSE(note("s", true, 2));
  EXPECT_TRUE(note("s", false, 3));
  EXPECT_FALSE(note("s", false, 4));
  log.reopen();
  EXPECT_FALSE(note("s", false, 5));
  EXPECT_TRUE(note("s", true, 6));
  EXPECT_EQ(all(9), "s+6 s-3 s+1 ");
}

TEST_P(ReachLogContract, GivesTheNewestOfEachSource) {
  for (int i = 0; i < 6; ++i) {
    note("b", i % 2 == 0, i);
    note("a", i % 2 != 0, i + 10);
  }
  EXPECT_EQ(all(2), "a+15 a-14 b-5 b+4 ");
  EXPECT_EQ(all(0), "");
}

TEST_P(ReachLogContract, WhatWasNeverUpIsDown) {
  EXPECT_TRUE(note("s", false, 1));
  EXPECT_EQ(all(1), "s-1 ");
}

INSTANTIATE_TEST_SUITE_P(Stores, ReachLogContract, ::testing::Values(Kept::kInMemory, Kept::kInSql),
                         [](const auto& c) { return name_of(c.param); });

}  // namespace
}  // namespace hitokoe::storage
