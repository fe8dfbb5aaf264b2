// Crawlers whose clocks are apart share one frontier in a real Redis: none moves what the others
// queued or have to leave alone, and Redis' clock says what waits for too long. Nor does one
// without an account put off what others can fetch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hitokoe/crawler/crawler.h"
#include "hitokoe/crawler/frontier_waits.h"
#include "hitokoe/storage/memory.h"
#include "hitokoe/storage/redis.h"
#include "tests/property/crawler/virtual_time.h"
#include "tests/redis_server.h"

namespace hitokoe::crawler {
namespace {

using hitokoe::testing::RedisServer;
using hitokoe::testing::VirtualTime;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::Pair;

const std::string kRests = "http://b.test:80";

// The wall may be wrong, and set; the steady clock not.
class WrongClock final : public Clock {
 public:
  WrongClock(const Clock& right, Duration wrong_) : wrong(wrong_), right_(right) {}
  UtcTime now() const override { return right_.now() + wrong; }
  SteadyTime steady() const override { return right_.steady(); }
  Duration wrong;

 private:
  const Clock& right_;
};

class NobodyAnswers final : public net::Fetcher {
 public:
  Task<Result<net::Response>> fetch(net::Request /*request*/) override {
    ++asked;
    co_return fail(Errc::kTimeout, "no answer", "応答なし");
  }
  int asked = 0;
};

std::vector<Source> sources() {
  return parse_sources(
             "sources:\n  - {id: a, kind: list, url: 'http://a.test/list', item: {link: "
             "'\"/p/([0-9]+)\"', key: '\\1', url: '/p/\\1'}, schedule: 17m, delay: 2s}\n"
             "  - {id: club, kind: list, url: 'http://c.test/list', item: {link: "
             "'\"/p/([0-9]+)\"', key: '\\1', url: '/p/\\1'}, schedule: 17m, delay: 2s, account: "
             "watch, login: {page: 'http://c.test/login', insecure: true}}\n",
             "clocks.yaml")
      .value();
}

FetchJob list(UtcTime due) {
  return {.source = "a",
          .item = "",
          .url = "http://a.test/list",
          .host = "http://a.test:80",
          .due = due};
}

class TwoClocks : public ::testing::Test {
 protected:
  std::shared_ptr<storage::Redis> open() {
    storage::RedisOptions options;
    options.address = server.address();
    return storage::Redis::open(options, right, random, Logger::silent()).value();
  }
  FrontierWaits& waits() { return dynamic_cast<FrontierWaits&>(*others); }
  UtcTime due() { return others->next_due({"a"}, {}).value().value(); }

  const RedisServer server;
  const SystemClock right;
  SystemRandom random;
  // Of a crawler whose clock is right.
  const std::unique_ptr<Frontier> others = storage::make_redis_frontier(open());
  const UtcTime now = std::chrono::floor<seconds>(right.now());
};

// A crawler on a machine of its own, whose clock is wrong by so much.
class Crawls {
 public:
  Crawls(const std::shared_ptr<storage::Redis>& redis, UtcTime now, Duration wrong)
      : time(now),
        clock(time.clock, wrong),
        frontier_(storage::make_redis_frontier(redis)),
        politeness_(storage::make_redis_host_politeness(redis, "wrong")) {
    CrawlerPorts ports{web, *frontier_, *queue_, *captures_, clock, time, random_, metrics_};
    ports.politeness = politeness_.get();
    crawler_.emplace(sources(), CrawlerOptions{}, ports, Logger::silent(), group_);
    EXPECT_TRUE(crawler_->start());
    for_a_while();
  }
  ~Crawls() {
    group_.stop();
    io_.restart();
    io_.poll();
  }
  Crawls(const Crawls&) = delete;
  Crawls& operator=(const Crawls&) = delete;
  // Others' jobs are looked for every second.
  void for_a_while() {
    time.run(io_, time.clock.now() + seconds(5), [] { return false; });
  }

  VirtualTime time;
  WrongClock clock;
  NobodyAnswers web;

 private:
  std::unique_ptr<Frontier> frontier_;
  std::unique_ptr<HostPoliteness> politeness_;
  std::unique_ptr<WorkQueue> queue_ = storage::make_memory_work_queue();
  std::unique_ptr<CaptureStore> captures_ = storage::make_memory_capture_store();
  SeededRandom random_{1};
  MetricsRegistry metrics_;
  asio::io_context io_;
  TaskGroup group_{io_.get_executor()};
  std::optional<Crawler> crawler_;
};

TEST_F(TwoClocks, OneThatIsBehindMovesNothingOfTheOthers) {
  ASSERT_TRUE(others->list_done(list(now + minutes(17)), FetchOutcome::kFetched, now, ""));
  ASSERT_TRUE(waits().leave_alone(kRests, now + minutes(10)));
  Crawls behind(open(), now, -hours(5));
  EXPECT_EQ(due(), now + minutes(17));
  EXPECT_EQ(behind.web.asked, 0);
  EXPECT_THAT(waits().left_alone(now).value(), ElementsAre(Pair(kRests, now + minutes(10))));
}

TEST_F(TwoClocks, OneThatIsSetMovesNothingOfTheOthers) {
  ASSERT_TRUE(others->list_done(list(now + hours(5)), FetchOutcome::kFetched, now, ""));
  Crawls crawls(open(), now, {});
  // After it began: it does not know of it.
  ASSERT_TRUE(waits().leave_alone(kRests, now + minutes(10)));
  for (const Duration wrong : {Duration(-hours(2)), Duration(hours(1)), Duration{}}) {
    crawls.clock.wrong = wrong;
    crawls.for_a_while();
    EXPECT_EQ(due(), now + hours(5));
    EXPECT_THAT(waits().left_alone(now).value(), ElementsAre(Pair(kRests, now + minutes(10))));
  }
  EXPECT_EQ(crawls.web.asked, 0);
}

TEST_F(TwoClocks, WhatOneThatWasAheadQueuedWaitsNoLongerThanAnythingMayByRedisClock) {
  const CrawlerOptions options;
  const Duration longest = std::max<Duration>(
      options.backoff_most / 4 * 5, std::max<Duration>(options.retry_after_most, minutes(17)));
  ASSERT_TRUE(others->list_done(list(now + hours(24 * 30)), FetchOutcome::kFetched,
                                now + hours(24 * 30), ""));
  const Crawls behind(open(), now, -hours(24));
  EXPECT_GE(due(), now + longest);
  EXPECT_LE(due(), right.now() + longest);
  // The same where the clock is set back while it runs.
  ASSERT_TRUE(others->retry(list({}), now + hours(24 * 30), ""));
  Crawls ahead(open(), now, hours(24 * 31));
  ASSERT_TRUE(others->retry(list({}), now + hours(24 * 30), ""));
  ahead.clock.wrong = -hours(3);
  ahead.for_a_while();
  EXPECT_GE(due(), now + longest);
  EXPECT_LE(due(), right.now() + longest);
}

TEST_F(TwoClocks, OneWithoutTheAccountLeavesTheSourceToTheOthers) {
  const FetchJob page{.source = "club",
                      .item = "1",
                      .url = "http://c.test/p/1",
                      .host = "http://c.test:80",
                      .due = now};
  ASSERT_TRUE(others->list_done(list(now + hours(5)), FetchOutcome::kFetched, now, ""));
  ASSERT_TRUE(others->add({page}));
  ASSERT_TRUE(others->list_done({.source = "club",
                                 .item = "",
                                 .url = "http://c.test/list",
                                 .host = "http://c.test:80",
                                 .due = now},
                                FetchOutcome::kFetched, now, ""));
  Crawls without(open(), now, {});
  without.for_a_while();
  EXPECT_EQ(others->next_due({"club"}, {}).value(), now) << "it is as due as it was";
  EXPECT_EQ(without.web.asked, 0);
}

}  // namespace
}  // namespace hitokoe::crawler
