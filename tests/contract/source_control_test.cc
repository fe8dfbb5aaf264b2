// What every SourceControl and SourceNotices must do, whatever keeps it.
#include "hitokoe/storage/source_control.h"

#include <gtest/gtest.h>

#include "tests/contract/stores_under_test.h"
#include "tests/database_under_test.h"

namespace hitokoe::storage {
namespace {

using crawler::SourceControl;
using crawler::SourceNotices;
using crawler::SourceProblem;

UtcTime at(int minute) {
  return UtcTime(std::chrono::seconds(1'775'000'000) + std::chrono::minutes(minute));
}

class SourceControlContract : public ::testing::TestWithParam<Kept> {
 protected:
  static std::unique_ptr<SourceControl> in_sql(std::shared_ptr<Database> db) {
    return make_source_control(std::move(db));
  }
  UnderTest<SourceControl> control{GetParam(), &make_memory_source_control, &in_sql};
};

TEST_P(SourceControlContract, KeepsWhoPausedWhatAndWhyUntilItIsResumed) {
  EXPECT_TRUE(control->paused().value().empty());
  EXPECT_TRUE(control->pause({"b", "法務の確認待ち", "sato", at(1)}).value());
  EXPECT_TRUE(control->pause({"a", "moved", "sato", at(2)}).value());
  EXPECT_FALSE(control->pause({"b", "again", "suzuki", at(3)}).value());
  control.reopen();
  const auto paused = control->paused().value();
  ASSERT_EQ(paused.size(), 2u);
  EXPECT_EQ(paused[0].source, "a");
  EXPECT_EQ(paused[1], (crawler::SourcePause{"b", "法務の確認待ち", "sato", at(1)}));
  EXPECT_TRUE(control->resume("b", "cleared", "suzuki", at(4)).value());
  EXPECT_FALSE(control->resume("b", "cleared", "suzuki", at(5)).value());
  EXPECT_EQ(control->paused().value().size(), 1u);
}

TEST_P(SourceControlContract, WantsAReason) {
  for (const auto& reason :
       {std::string(), std::string(" "), std::string(501, 'a'), std::string("\xff")}) {
    const auto done = control->pause({"a", reason, "sato", at(1)});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::kBadInput);
    EXPECT_FALSE(control->resume("a", reason, "sato", at(1)));
  }
  EXPECT_TRUE(control->paused().value().empty());
}

TEST(SourceControlEvents, EachChangeIsOneEvent) {
  ScratchFolder folder;
  const auto db = testing::open_database(folder.path() / "t.db").value();
  const auto control = make_source_control(db);
  ASSERT_TRUE(control->pause({"a", "moved", "sato", at(1)}).value());
  ASSERT_FALSE(control->pause({"a", "moved", "sato", at(2)}).value());
  ASSERT_TRUE(control->resume("a", "back", "suzuki", at(3)).value());
  const auto events = make_audit_log(db)->read("source/a").value();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].kind, "source.paused");
  EXPECT_EQ(events[0].actor, "sato");
  EXPECT_EQ(events[0].body, R"({"reason":"moved"})");
  EXPECT_EQ(events[1].kind, "source.resumed");
  EXPECT_EQ(events[1].at, at(3));
}

class SourceNoticesContract : public ::testing::TestWithParam<Kept> {
 protected:
  static std::unique_ptr<SourceNotices> in_sql(std::shared_ptr<Database> db) {
    return make_source_notices(std::move(db));
  }
  // "a blind_login" of what is going on, "(a blind_login)" of what is over.
  std::string untold(int begun_by, std::size_t most = 99) {
    std::string out;
    const auto all = notices->untold(at(begun_by), most).value();
    for (const auto& n : all) {
      const auto text = n.source + " " + n.what;
      out += n.ended ? "(" + text + ") " : text + " ";
    }
    return out;
  }
  void tell(int minute) {
    ASSERT_TRUE(notices->told(notices->untold(at(minute), 99).value(), at(minute)));
  }
  UnderTest<SourceNotices> notices{GetParam(), &make_memory_source_notices, &in_sql};
};

TEST_P(SourceNoticesContract, TellsBeginningAndEndOnce) {
  const std::vector<SourceProblem> wrong{{"a", "blind_login"}, {"b", "timeout"}, {"b", "timeout"}};
  ASSERT_TRUE(notices->settle(wrong, at(1)));
  EXPECT_EQ(untold(0), "") << "not long enough";
  EXPECT_EQ(untold(1), "a blind_login b timeout ");
  EXPECT_EQ(untold(1, 1), "a blind_login ");
  tell(1);
  ASSERT_TRUE(notices->settle(wrong, at(2)));
  notices.reopen();
  EXPECT_EQ(untold(9), "");
  ASSERT_TRUE(notices->settle({{"b", "timeout"}}, at(3)));
  EXPECT_EQ(untold(9), "(a blind_login) ");
  tell(9);
  EXPECT_EQ(untold(9), "");
  ASSERT_TRUE(notices->settle({{"a", "blind_login"}, {"b", "timeout"}}, at(10)));
  EXPECT_EQ(untold(10), "a blind_login ") << "a new one, later";
}

TEST_P(SourceNoticesContract, WhatWasShortIsNeverTold) {
  ASSERT_TRUE(notices->settle({{"a", "timeout"}}, at(1)));
  ASSERT_TRUE(notices->settle({}, at(2)));
  EXPECT_EQ(untold(99), "");
  EXPECT_TRUE(notices->settle({}, at(3)));
}

INSTANTIATE_TEST_SUITE_P(Stores, SourceControlContract,
                         ::testing::Values(Kept::kInMemory, Kept::kInSql),
                         [](const auto& c) { return name_of(c.param); });
INSTANTIATE_TEST_SUITE_P(Stores, SourceNoticesContract,
                         ::testing::Values(Kept::kInMemory, Kept::kInSql),
                         [](const auto& c) { return name_of(c.param); });

}  // namespace
}  // namespace hitokoe::storage
