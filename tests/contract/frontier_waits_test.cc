// What every frontier must do that keeps waits.
#include "hitokoe/crawler/frontier_waits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/stores_under_test.h"

namespace hitokoe::storage {
namespace {

using crawler::FetchJob;
using crawler::FetchOutcome;
using crawler::Frontier;
using ::testing::ElementsAre;
using ::testing::Pair;

// Of a frontier with a clock of its own, this is what that says, too: the day of the test.
UtcTime at(int second) {
  static const auto kStart = std::chrono::floor<std::chrono::seconds>(SystemClock().now());
  return kStart + std::chrono::seconds(second);
}

FetchJob job(const std::string& source, const std::string& item, int due,
             const std::string& host = "https://a.example:443") {
  return {source, item, host + "/" + item, host, 0, at(due)};
}

class FrontierWaitsContract : public ::testing::TestWithParam<Kept> {
 protected:
  static std::unique_ptr<Frontier> in_sql(std::shared_ptr<Database> db) {
    return make_frontier(std::move(db));
  }
  crawler::FrontierWaits& waits() { return dynamic_cast<crawler::FrontierWaits&>(*frontier); }

  // "Not later than `wait`", said at `second`. The server counts from its own now, which is at(0)
  // or a moment after it.
  void not_later(int second, int wait) {
    const bool own_clock = GetParam() == Kept::kInRedis;
    const auto now = own_clock ? at(-1'000'000) : at(second);
    ASSERT_TRUE(
        waits().not_later(now, std::chrono::seconds(own_clock ? second + wait : wait), all));
  }
  // Whether it is that, and not the moment later that a server's clock may have gone on.
  static bool is_about(UtcTime time, int second) {
    const auto slack = std::chrono::seconds(GetParam() == Kept::kInRedis ? 60 : 0);
    return time >= at(second) && time <= at(second) + slack;
  }

  const std::vector<std::string> all{"s", "r"};
  UnderTest<Frontier> frontier{GetParam(), &make_memory_frontier, &in_sql, &make_redis_frontier};
};

TEST_P(FrontierWaitsContract, RemembersOverARestartWhoWantsToBeLeftAlone) {
  EXPECT_TRUE(waits().left_alone(at(-100)).value().empty());
  ASSERT_TRUE(waits().leave_alone("https://b.example:443", at(-70)));
  ASSERT_TRUE(waits().leave_alone("https://a.example:443", at(-90)));
  ASSERT_TRUE(waits().leave_alone("https://b.example:443", at(-80))) << "the last call counts";
  frontier.reopen();
  EXPECT_THAT(
      waits().left_alone(at(-91)).value(),
      ElementsAre(Pair("https://a.example:443", at(-90)), Pair("https://b.example:443", at(-80))));
  EXPECT_THAT(waits().left_alone(at(-90)).value(),
              ElementsAre(Pair("https://b.example:443", at(-80))));
  EXPECT_THAT(waits().left_alone(at(-95)).value(),
              ElementsAre(Pair("https://b.example:443", at(-80))))
      << "what was over is forgotten, wherever the clock goes";
}

// Else one whose clock is ahead would forget for the others what they still have to wait for.
TEST(FrontierWaits, OneThatIsSharedForgetsByItsOwnClock) {
  UnderTest<Frontier> shared(Kept::kInRedis, nullptr, nullptr, &make_redis_frontier);
  auto& waits = dynamic_cast<crawler::FrontierWaits&>(*shared);
  ASSERT_TRUE(waits.leave_alone("https://a.example:443", at(1'000)));
  EXPECT_TRUE(waits.left_alone(at(5'000)).value().empty());
  EXPECT_THAT(waits.left_alone(at(0)).value(),
              ElementsAre(Pair("https://a.example:443", at(1'000))));
}

TEST_P(FrontierWaitsContract, LetsNothingWaitForAClockThatWasAhead) {
  const std::string other = "https://b.example:443";
  ASSERT_TRUE(frontier->add({job("s", "z", 5), job("s", "b", 9'000), job("s", "a", 9'000'000),
                             job("s", "c", 8'000, other), job("r", "d", 700)}));
  ASSERT_TRUE(frontier->done(job("r", "e", 9'000'000), FetchOutcome::kFetched, at(0), ""));
  ASSERT_TRUE(frontier->add({job("weekly", "", 600'000)}));
  not_later(150, 600);
  frontier.reopen();
  EXPECT_FALSE(frontier->next(at(4), all, {}).value());
  const auto take = [&](UtcTime now) {
    const auto found = frontier->next(now, all, {}).value();
    if (!found) return std::string("none");
    EXPECT_TRUE(frontier->done(*found, FetchOutcome::kFetched, now, ""));
    const bool moved = is_about(found->due, 750);
    const auto due = (found->due - at(0)) / std::chrono::seconds(1);
    return found->source + "/" + found->item + " " + std::to_string(moved ? 750 : due);
  };
  const auto latest = frontier->next_due({"s"}, {"https://a.example:443"}).value();
  ASSERT_TRUE(latest);
  std::vector<std::string> order;
  for (int i = 0; i < 6; ++i) order.push_back(take(*latest));
  EXPECT_THAT(order, ElementsAre("s/z 5", "r/d 700", "s/a 750", "s/b 750", "s/c 750", "none"));
  EXPECT_EQ(frontier->next_due({"weekly"}, {}).value(), at(600'000)) << "of another source";
}

TEST_P(FrontierWaitsContract, HoweverManyJobsWaitForAClockThatWasAhead) {
  std::vector<FetchJob> many;
  for (int n = 0; n < 2'500; ++n) {
    many.push_back(job("s", std::to_string(n), 9'000'000 + n,
                       "https://h" + std::to_string(n % 7) + ".example:443"));
  }
  many.push_back(job("s", "soon", 5));
  ASSERT_TRUE(frontier->add(many));
  not_later(40, 60);
  EXPECT_EQ(frontier->next(at(99), all, {}).value()->item, "soon");
  for (int h = 0; h < 7; ++h) {
    std::vector<std::string> others{"https://a.example:443"};
    for (int o = 0; o < 7; ++o) {
      if (o != h) others.push_back("https://h" + std::to_string(o) + ".example:443");
    }
    EXPECT_TRUE(is_about(frontier->next_due(all, others).value().value(), 100));
  }
  not_later(-60, 60);
  EXPECT_EQ(frontier->coverage().value().front().pending, 2'501U) << "all of them moved";
}

TEST_P(FrontierWaitsContract, AtHoweverManyHostsTheyWait) {
  std::vector<FetchJob> many;
  // Long names: short ones stand in one page of Redis', however many they are.
  for (int n = 0; n < 250; ++n) {
    many.push_back(job("s", std::to_string(n), 9'000'000,
                       "https://" + std::string(60, 'x') + std::to_string(n) + ".example:443"));
  }
  ASSERT_TRUE(frontier->add(many));
  not_later(40, 60);
  std::vector<std::string> seen;
  while (const auto found = frontier->next(at(1'000), all, seen).value()) {
    ASSERT_TRUE(is_about(found->due, 100)) << found->host;
    seen.push_back(found->host);
  }
  EXPECT_EQ(seen.size(), many.size());
}

INSTANTIATE_TEST_SUITE_P(Stores, FrontierWaitsContract,
                         ::testing::Values(Kept::kInMemory, Kept::kInSql, Kept::kInRedis),
                         [](const auto& c) { return name_of(c.param); });

}  // namespace
}  // namespace hitokoe::storage
