// The master dies; three sentinels name another. What was queued and seen is there, work goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <thread>

#include "hitokoe/storage/redis.h"
#include "tests/integration/testbed.h"

namespace hitokoe::storage {
namespace {

using crawler::FetchJob;
using crawler::FetchOutcome;
using std::chrono::milliseconds;
using std::chrono::seconds;

UtcTime at(int second) { return UtcTime(seconds(1'775'000'000 + second)); }

FetchJob job(int n) {
  const auto item = "i" + std::to_string(n);
  return {"s", item, "https://a.example/" + item, "https://a.example:443", 0, at(n)};
}

TEST(RedisSentinel, AFailoverLosesNoWorkAndKeepsHostsAtRest) {
  hitokoe::testing::Testbed bed("redis");
  ASSERT_EQ(bed.started(), 0) << bed.said();
  SystemClock clock;
  SystemRandom random;
  RedisOptions options;
  options.master = "testbed";
  // The first does not answer: the next is asked.
  options.sentinels = {"127.0.0.1:1"};
  for (int i = 2; i <= 4; ++i)
    options.sentinels.push_back("127.0.0.1:" + std::to_string(bed.port() + i));
  options.lease = seconds(1);
  options.wait_replicas = 1;
  const auto redis = Redis::open(options, clock, random, Logger::silent()).value();
  const auto frontier = make_redis_frontier(redis);
  const auto queue = make_redis_work_queue(redis, "q", "seat");
  const auto ours = make_redis_host_politeness(redis, "ours");
  ASSERT_EQ(frontier->add({job(1), job(2), job(3)}).value(), 3U);
  ASSERT_TRUE(frontier->done(job(1), FetchOutcome::kFetched, at(5), ""));
  ASSERT_TRUE(ours->take("https://a.example:443", milliseconds(0)).value().granted);
  // With it all before is replicated; the replica may still be reading its first copy.
  const auto patience = std::chrono::steady_clock::now() + seconds(15);
  while (!queue->push_all({"c1", "c2", "c3"}, at(0)) && std::chrono::steady_clock::now() < patience)
    std::this_thread::sleep_for(milliseconds(20));
  ASSERT_EQ(queue->depth().value(), 3U);
  const auto held = queue->claim("w", 1, at(0), seconds(60)).value();
  ASSERT_EQ(held.size(), 1U);
  ASSERT_TRUE(queue->push("c4", at(0)));

  bed.seed({"kill-master"});
  const auto begun = std::chrono::steady_clock::now();
  while (!redis->ping() && std::chrono::steady_clock::now() - begun < seconds(15))
    std::this_thread::sleep_for(milliseconds(20));
  ASSERT_TRUE(redis->ping());
  EXPECT_EQ(redis->health().failovers, 1U);

  // Whoever held a host may not have heard of it yet: nobody gets one for a lease.
  const auto other = make_redis_host_politeness(
      Redis::open(options, clock, random, Logger::silent()).value(), "other");
  EXPECT_FALSE(other->take("https://b.example:443", milliseconds(0)).value().granted);
  EXPECT_TRUE(ours->renew({{"https://a.example:443", milliseconds(0)}}).value().empty());
  EXPECT_FALSE(other->take("https://a.example:443", milliseconds(0)).value().granted);

  EXPECT_EQ(frontier->add({job(1)}).value(), 0U) << "seen";
  EXPECT_EQ(frontier->next(at(9), {"s"}, {}).value()->item, "i2");
  ASSERT_TRUE(queue->acknowledge(held[0].ticket));
  std::set<std::string> rest;
  const auto claimed = queue->claim("w", 10, at(0), seconds(60)).value();
  for (const auto& item : claimed) rest.insert(item.capture);
  EXPECT_EQ(rest, (std::set<std::string>{"c2", "c3", "c4"}));
}

}  // namespace
}  // namespace hitokoe::storage
