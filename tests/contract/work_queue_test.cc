// What every WorkQueue must do, whatever keeps it.
#include "hitokoe/crawler/work_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>

#include "tests/contract/stores_under_test.h"

namespace hitokoe::storage {
namespace {

using crawler::WorkItem;
using crawler::WorkQueue;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

UtcTime at(int second) { return UtcTime(seconds(1'775'000'000 + second)); }

class WorkQueueContract : public ::testing::TestWithParam<Kept> {
 protected:
  static std::unique_ptr<WorkQueue> in_sql(std::shared_ptr<Database> db) {
    return make_work_queue(std::move(db));
  }
  static std::unique_ptr<WorkQueue> in_redis(std::shared_ptr<Redis> redis) {
    return make_redis_work_queue(std::move(redis), "q", "seat");
  }
  // Redis measures silence by its own clock: a second of these tests is 20 ms of it, counted from
  // the last claim. Longer than visibility is as good as for ever.
  void pass_until(int now) {
    if (GetParam() != Kept::kInRedis) return;
    std::this_thread::sleep_until(last_at + kSecond * std::min(now - last_now, 35));
  }
  Duration visibility() const {
    return GetParam() == Kept::kInRedis ? Duration(kSecond * 30) : seconds(30);
  }
  std::vector<std::string> claim(int now, std::size_t limit = 10, const std::string& who = "w") {
    std::vector<std::string> names;
    pass_until(now);
    last = queue->claim(who, limit, at(now), visibility()).value();
    last_now = now;
    last_at = std::chrono::steady_clock::now();
    for (const auto& item : last) names.push_back(item.capture);
    return names;
  }

  UnderTest<WorkQueue> queue{GetParam(), &make_memory_work_queue, &in_sql, &in_redis};
  static constexpr auto kSecond = std::chrono::milliseconds(20);
  std::chrono::steady_clock::time_point last_at = std::chrono::steady_clock::now();
  int last_now = 0;
  std::vector<WorkItem> last;
};

TEST_P(WorkQueueContract, HandsOutEachItemOnceInOrder) {
  for (const auto* id : {"c", "a", "b"}) ASSERT_TRUE(queue->push(id, at(0)));
  EXPECT_THAT(claim(1, 2), ElementsAre("c", "a"));
  EXPECT_THAT(claim(1), ElementsAre("b"));
  EXPECT_THAT(claim(1), IsEmpty());
  EXPECT_THAT(claim(1, 0), IsEmpty());
  EXPECT_EQ(queue->depth().value(), 3U) << "held is not done";
}

TEST_P(WorkQueueContract, AnItemOfASilentWorkerGoesToAnother) {
  ASSERT_TRUE(queue->push("a", at(0)));
  EXPECT_THAT(claim(1), ElementsAre("a"));
  EXPECT_EQ(last[0].deliveries, 1U);
  queue.reopen();
  EXPECT_THAT(claim(30, 10, "other"), IsEmpty());
  EXPECT_THAT(claim(31, 10, "other"), ElementsAre("a"));
  EXPECT_EQ(last[0].deliveries, 2U);
  EXPECT_THAT(claim(60), IsEmpty()) << "its time begins anew";
}

TEST_P(WorkQueueContract, WhatADeadWorkerHeldIsHandedOutAgainAtOnce) {
  for (const auto* id : {"a", "b", "c"}) ASSERT_TRUE(queue->push(id, at(0)));
  EXPECT_THAT(claim(1, 2, "dead"), ElementsAre("a", "b"));
  queue.reopen();
  EXPECT_THAT(claim(2, 1, "next"), ElementsAre("c"));
  EXPECT_THAT(claim(2, 10, "next"), IsEmpty());
  EXPECT_EQ(queue->take_over("next").value(), 2U);
  EXPECT_THAT(claim(2, 10, "next"), ElementsAre("a", "b")) << "and not what it holds itself";
  EXPECT_EQ(last[0].deliveries, 2U) << "the dead worker's claim counts";
  EXPECT_EQ(queue->depth().value(), 3U);
}

TEST_P(WorkQueueContract, WhatALivingWorkerHoldsIsNotGivenBack) {
  ASSERT_TRUE(queue->push("a", at(0)));
  EXPECT_THAT(claim(1, 10, "me"), ElementsAre("a"));
  EXPECT_EQ(queue->take_over("me").value(), 0U);
  EXPECT_THAT(claim(2, 10, "me"), IsEmpty());
  EXPECT_THAT(claim(31, 10, "me"), ElementsAre("a")) << "silence counts as before";
  EXPECT_EQ(last[0].deliveries, 2U);
}

TEST_P(WorkQueueContract, WhatIsDoneIsNotGivenBack) {
  for (const auto* id : {"a", "b", "c"}) ASSERT_TRUE(queue->push(id, at(0)));
  (void)claim(1, 2, "dead");
  ASSERT_TRUE(queue->acknowledge(last[0].ticket));
  ASSERT_TRUE(queue->set_aside(last[1].ticket, "unreadable"));
  EXPECT_EQ(queue->take_over("next").value(), 0U);
  queue.reopen();
  EXPECT_THAT(claim(1000, 10, "next"), ElementsAre("c"));
}

TEST_P(WorkQueueContract, AnItemThatKillsItsWorkersIsCountedUntilItIsSetAside) {
  ASSERT_TRUE(queue->push("poison", at(0)));
  for (std::uint32_t life = 1; life <= 6; ++life) {
    const auto worker = "life " + std::to_string(life);
    EXPECT_EQ(queue->take_over(worker).value(), life == 1 ? 0U : 1U);
    EXPECT_THAT(claim(1, 10, worker), ElementsAre("poison"));
    EXPECT_EQ(last[0].deliveries, life);
    queue.reopen();
  }
  ASSERT_TRUE(queue->set_aside(last[0].ticket, "delivered too often"));
  EXPECT_EQ(queue->take_over("the last").value(), 0U);
  EXPECT_THAT(claim(1000, 10, "the last"), IsEmpty());
  EXPECT_EQ(queue->depth().value(), 0U);
}

TEST_P(WorkQueueContract, WhatIsAcknowledgedNeverComesBack) {
  ASSERT_TRUE(queue->push("a", at(0)));
  (void)claim(1);
  ASSERT_TRUE(queue->acknowledge(last[0].ticket));
  ASSERT_TRUE(queue->acknowledge(last[0].ticket)) << "again changes nothing";
  ASSERT_TRUE(queue->set_aside(last[0].ticket, "late"));
  ASSERT_TRUE(queue->push("a", at(2))) << "pushed again after a crash";
  queue.reopen();
  EXPECT_THAT(claim(1000), IsEmpty());
  EXPECT_EQ(queue->depth().value(), 0U);
}

TEST_P(WorkQueueContract, WhatIsSetAsideIsNotHandedOut) {
  ASSERT_TRUE(queue->push("a", at(0)));
  ASSERT_TRUE(queue->push("b", at(0)));
  (void)claim(1, 1);
  ASSERT_TRUE(queue->set_aside(last[0].ticket, "unreadable"));
  ASSERT_TRUE(queue->push("a", at(2)));
  queue.reopen();
  EXPECT_THAT(claim(1000), ElementsAre("b"));
  EXPECT_EQ(queue->depth().value(), 1U);
}

TEST_P(WorkQueueContract, TheSameIdIsQueuedOnce) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(queue->push("a", at(i)));
  EXPECT_EQ(queue->depth().value(), 1U);
  EXPECT_THAT(claim(1), ElementsAre("a"));
}

TEST_P(WorkQueueContract, ASignOfLifeKeepsWhatAWorkerHoldsAndIsNoDelivery) {
  ASSERT_TRUE(queue->push("a", at(0)));
  EXPECT_THAT(claim(1, 10, "slow"), ElementsAre("a"));
  pass_until(20);
  const std::vector<std::uint64_t> in_hand{last[0].ticket};
  ASSERT_TRUE(queue->renew("slow", in_hand, at(20)));
  ASSERT_TRUE(queue->renew("other", in_hand, at(20)));
  EXPECT_THAT(claim(35, 10, "other"), IsEmpty());
  EXPECT_THAT(claim(60, 10, "other"), ElementsAre("a"));
  EXPECT_EQ(last[0].deliveries, 2U);
}

TEST_P(WorkQueueContract, ASignOfLifeIsForWhatAWorkerHasInHandOnly) {
  ASSERT_TRUE(queue->push("failed", at(0)));
  ASSERT_TRUE(queue->push("in hand", at(0)));
  ASSERT_TRUE(queue->push("done", at(0)));
  EXPECT_THAT(claim(1, 10, "w"), ElementsAre("failed", "in hand", "done"));
  const auto in_hand = last[1].ticket;
  const auto done = last[2].ticket;
  ASSERT_TRUE(queue->acknowledge(done));
  pass_until(20);
  ASSERT_TRUE(queue->renew("w", {}, at(20)));
  ASSERT_TRUE(queue->renew("w", {done, in_hand, 99}, at(20)))
      << "also of what is over, or never was";
  EXPECT_THAT(claim(35, 10, "w"), ElementsAre("failed")) << "a failed try is made again";
  EXPECT_EQ(last[0].deliveries, 2U);
}

TEST_P(WorkQueueContract, ManyArePushedAndAcknowledgedAtOnce) {
  std::vector<std::string> many;
  for (int i = 0; i < 140; ++i) many.push_back("c" + std::to_string(i));
  ASSERT_TRUE(queue->push_all(many, at(0)));
  ASSERT_TRUE(queue->push_all(many, at(0)));
  EXPECT_EQ(queue->depth().value(), many.size());
  EXPECT_EQ(claim(1, 1000), many);
  std::vector<std::uint64_t> tickets;
  for (const auto& item : last) tickets.push_back(item.ticket);
  ASSERT_TRUE(queue->acknowledge_all(tickets));
  ASSERT_TRUE(queue->acknowledge_all(tickets));
  EXPECT_EQ(queue->depth().value(), 0U);
}

TEST_P(WorkQueueContract, ATicketThatNeverWasIsNotFound) {
  EXPECT_EQ(queue->acknowledge(7).error().code, Errc::kNotFound);
  EXPECT_EQ(queue->set_aside(7, "x").error().code, Errc::kNotFound);
}

TEST_P(WorkQueueContract, WorkersAtTheSameTimeNeverGetTheSameItem) {
  constexpr int kItems = 60;
  for (int i = 0; i < kItems; ++i) ASSERT_TRUE(queue->push("c" + std::to_string(i), at(0)));
  std::mutex mutex;
  std::multiset<std::string> seen;
  std::vector<std::thread> workers;
  for (int w = 0; w < 4; ++w) {
    workers.emplace_back([&, w] {
      while (true) {
        const auto items = queue->claim("w" + std::to_string(w), 3, at(1), visibility()).value();
        if (items.empty()) return;
        for (const auto& item : items) {
          ASSERT_TRUE(queue->acknowledge(item.ticket));
          const std::scoped_lock lock(mutex);
          seen.insert(item.capture);
        }
      }
    });
  }
  for (auto& worker : workers) worker.join();
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kItems));
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), seen.size());
}

INSTANTIATE_TEST_SUITE_P(Stores, WorkQueueContract,
                         ::testing::Values(Kept::kInMemory, Kept::kInSql, Kept::kInRedis),
                         [](const auto& c) { return name_of(c.param); });

}  // namespace
}  // namespace hitokoe::storage
