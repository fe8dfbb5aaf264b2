// What every HostPoliteness must do: between two processes no host is asked sooner than by one.
#include "hitokoe/crawler/host_politeness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/contract/stores_under_test.h"

namespace hitokoe::storage {
namespace {

using crawler::HostPoliteness;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::IsEmpty;
using ::testing::Le;

constexpr Duration kLease = seconds(1);
constexpr Duration kTick = milliseconds(1);  // the server's clock has no less

class HostPolitenessContract : public ::testing::TestWithParam<Kept> {
 protected:
  std::unique_ptr<HostPoliteness> process(const std::string& name) {
    if (GetParam() == Kept::kInMemory)
      return make_memory_host_politeness(hosts, name, clock, kLease);
    if (!redis) redis = std::make_unique<RedisUnderTest>();
    RedisOptions options;
    options.lease = kLease;
    return make_redis_host_politeness(redis->open(options), name);
  }
  // Waits until the turn comes. @return how long that took, counted from `begun`: what the host
  // owes is counted from an earlier moment still, on a machine that may stall at any line.
  Duration until_granted(HostPoliteness& who, const std::string& host,
                         std::chrono::steady_clock::time_point begun) {
    while (!who.take(host, milliseconds(0)).value().granted)
      std::this_thread::sleep_for(milliseconds(5));
    return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begun);
  }

  SystemClock clock;
  std::shared_ptr<MemoryHosts> hosts = make_memory_hosts();
  std::unique_ptr<RedisUnderTest> redis;
  std::unique_ptr<HostPoliteness> a = process("a"), b = process("b");
};

TEST_P(HostPolitenessContract, AHostIsOneProcesssTurnAtATime) {
  EXPECT_TRUE(a->take("h", milliseconds(50)).value().granted);
  EXPECT_TRUE(a->take("h", milliseconds(50)).value().granted) << "it is ours";
  const auto turn = b->take("h", milliseconds(50)).value();
  EXPECT_FALSE(turn.granted);
  EXPECT_THAT(turn.wait, AllOf(Gt(Duration::zero()), Le(kLease + milliseconds(50))));
  EXPECT_TRUE(b->take("other", milliseconds(50)).value().granted);
}

TEST_P(HostPolitenessContract, AHostRestsAfterATurnWhoeverHadIt) {
  ASSERT_TRUE(a->take("h", milliseconds(0)).value().granted);
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(a->give_back("h", seconds(2), milliseconds(0), milliseconds(0)));
  EXPECT_FALSE(a->take("h", milliseconds(0)).value().granted);
  const auto turn = b->take("h", milliseconds(0)).value();
  EXPECT_FALSE(turn.granted);
  EXPECT_THAT(turn.wait, AllOf(Gt(milliseconds(50)), Le(seconds(2))));
  EXPECT_GE(until_granted(*b, "h", begun), seconds(2) - kTick);
}

TEST_P(HostPolitenessContract, WhatAHostComplainedOfIsKnownToAll) {
  ASSERT_TRUE(a->take("h", milliseconds(0)).value().granted);
  ASSERT_TRUE(a->give_back("h", milliseconds(0), seconds(8), milliseconds(0)));
  EXPECT_EQ(b->take("h", milliseconds(0)).value().penalty, Duration(seconds(8)));
}

TEST_P(HostPolitenessContract, AfterADeadProcessTheLeaseAndTheRestAreWaitedFor) {
  ASSERT_TRUE(a->take("h", milliseconds(10)).value().granted);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_THAT(a->renew({{"h", milliseconds(300)}}).value(), IsEmpty())
      << "a Crawl-delay is learned";
  EXPECT_GE(until_granted(*b, "h", begun), kLease + milliseconds(300) - kTick);
}

TEST_P(HostPolitenessContract, ARenewedTurnStaysAndALostOneIsTold) {
  ASSERT_TRUE(a->take("h", milliseconds(0)).value().granted);
  std::this_thread::sleep_for(kLease / 2);
  const auto renewed = std::chrono::steady_clock::now();
  EXPECT_THAT(a->renew({{"h", milliseconds(0)}}).value(), IsEmpty());
  EXPECT_GE(until_granted(*b, "h", renewed), kLease - kTick);
  EXPECT_THAT(a->renew({{"h", milliseconds(0)}, {"mine", milliseconds(0)}}).value(),
              ElementsAre("h"));
  ASSERT_TRUE(a->give_back("h", milliseconds(0), milliseconds(0), {})) << "it is not ours";
  EXPECT_THAT(b->renew({{"h", milliseconds(0)}}).value(), IsEmpty());
}

TEST_P(HostPolitenessContract, ATurnThatAnotherHadAndGaveBackIsLostWhileTheHostRests) {
  ASSERT_TRUE(a->take("h", milliseconds(0)).value().granted);
  std::this_thread::sleep_for(kLease + milliseconds(20));  // a stalls
  ASSERT_TRUE(b->take("h", milliseconds(0)).value().granted);
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(b->give_back("h", seconds(2), milliseconds(0), milliseconds(0)));
  EXPECT_THAT(a->renew({{"h", milliseconds(0)}}).value(), ElementsAre("h"))
      << "it would ask within the pause";
  EXPECT_GE(until_granted(*b, "h", begun), seconds(2) - kTick) << "nor did it take the turn";
}

TEST_P(HostPolitenessContract, WhoWantsALongerRestThanWhoAskedBeforeWaitsForIt) {
  ASSERT_TRUE(a->take("h", milliseconds(50)).value().granted);
  ASSERT_TRUE(a->give_back("h", milliseconds(50), milliseconds(0), milliseconds(10)));
  const auto turn = b->take("h", seconds(3)).value();
  EXPECT_FALSE(turn.granted);
  EXPECT_THAT(turn.wait, AllOf(Gt(seconds(1)), Le(milliseconds(2991))));
  EXPECT_THAT(a->renew({{"h", seconds(3)}}).value(), ElementsAre("h"));
  std::this_thread::sleep_for(milliseconds(60));
  EXPECT_FALSE(b->take("h", seconds(3)).value().granted);
  EXPECT_TRUE(a->take("h", milliseconds(50)).value().granted) << "its own rest is over";
  ASSERT_TRUE(a->give_back("h", milliseconds(0), milliseconds(0), {}));
  std::this_thread::sleep_for(turn.wait);
  EXPECT_TRUE(b->take("h", seconds(3)).value().granted) << "a turn without a request";
}

TEST_P(HostPolitenessContract, ATurnWithoutARequestDoesNotHideWhatAnotherAskedSince) {
  ASSERT_TRUE(a->take("h", milliseconds(0)).value().granted);
  ASSERT_TRUE(a->give_back("h", milliseconds(0), milliseconds(0), milliseconds(0)));
  ASSERT_TRUE(b->take("h", milliseconds(0)).value().granted);
  ASSERT_TRUE(b->give_back("h", milliseconds(0), milliseconds(0), milliseconds(0)));
  ASSERT_TRUE(a->take("h", milliseconds(0)).value().granted);
  ASSERT_TRUE(a->give_back("h", milliseconds(0), milliseconds(0), seconds(100)));
  const auto turn = b->take("h", seconds(60)).value();
  EXPECT_FALSE(turn.granted) << "it asked a moment ago";
  EXPECT_GT(turn.wait, seconds(30));
}

TEST_P(HostPolitenessContract, ARestThatWasServedIsNotOwedAgainByTheNextWhoDies) {
  ASSERT_TRUE(a->take("h", milliseconds(0)).value().granted);
  ASSERT_TRUE(a->give_back("h", seconds(4), milliseconds(0), milliseconds(0)));
  until_granted(*b, "h", {});  // and b dies
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_LT(until_granted(*a, "h", begun), seconds(4)) << "the lease alone, not the rest of before";
}

TEST_P(HostPolitenessContract, BehindADeadProcessTheLongerRestIsWaitedFor) {
  ASSERT_TRUE(a->take("h", milliseconds(0)).value().granted);
  std::this_thread::sleep_for(kLease + milliseconds(20));
  EXPECT_FALSE(b->take("h", seconds(20)).value().granted);
  EXPECT_TRUE(b->take("h", milliseconds(0)).value().granted);
}

INSTANTIATE_TEST_SUITE_P(Stores, HostPolitenessContract,
                         ::testing::Values(Kept::kInMemory, Kept::kInRedis),
                         [](const auto& c) { return name_of(c.param); });

}  // namespace
}  // namespace hitokoe::storage
