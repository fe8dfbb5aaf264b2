// Days of crawling in a second: every item that a list showed is captured and handed on once, or
// is in the ledger as missed with a reason; politeness is never broken; a seed replays exactly.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "hitokoe/crawler/crawler.h"
#include "hitokoe/storage/memory.h"
#include "tests/property/crawler/faulty_stores.h"
#include "tests/property/crawler/simulated_web.h"

namespace hitokoe::crawler {
namespace {

using hitokoe::testing::FaultyCaptures;
using hitokoe::testing::FaultyFrontier;
using hitokoe::testing::FaultyQueue;
using hitokoe::testing::SimulatedWeb;
using hitokoe::testing::VirtualTime;
using hitokoe::testing::WebFaults;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const UtcTime kStart = parse_utc("2026-04-01T00:00:00Z").value();

std::vector<Source> sources() {
  std::string yaml = "sources:\n";
  for (const char* host : {"a.test", "b.test", "c.test"}) {
    yaml += "  - {id: " + std::string(host, 1) + ", kind: list, url: 'http://" + host +
            "/list', item: {link: '\"/p/([0-9]+)\"', key: '\\1', url: '/p/\\1'}, schedule: 17m, "
            "delay: 2s, limits: {tries: 6}}\n";
  }
  return parse_sources(yaml, "simulation.yaml").value();
}

struct World {
  explicit World(std::uint64_t seed, WebFaults faults, double store_fault)
      : time(kStart),
        web(time, seed, faults,
            {{"a.test", minutes(10), hours(6), kStart + hours(14), seconds(2)},
             {"b.test", minutes(25), hours(6), kStart + hours(20), seconds(2)},
             {"c.test", minutes(4), hours(2), kStart + hours(10), seconds(2)}}),
        random(seed + 1),
        fault_random(seed + 2),
        stored(storage::make_memory_frontier()),
        queued(storage::make_memory_work_queue()),
        frontier(*stored, fault_random, store_fault),
        queue(*queued, fault_random, store_fault),
        captures(fault_random, store_fault) {}

  // One life of the process, ended as a kill would: whatever waits is gone.
  void live(UtcTime until) {
    TaskGroup group(io.get_executor());
    Crawler crawler(sources(), {},
                    {web, frontier, queue, captures, time.clock, time, random, metrics},
                    Logger::silent(), group);
    // A store that fails at the start ends the process, which is started again.
    while (!crawler.start()) {
    }
    time.run(io, until, [] { return false; });
    group.stop();
    io.restart();
    io.poll();
    ASSERT_EQ(group.running(), 0u);
  }

  asio::io_context io;
  VirtualTime time;
  SimulatedWeb web;
  SeededRandom random;
  SeededRandom fault_random;
  MetricsRegistry metrics;
  std::unique_ptr<Frontier> stored;
  std::unique_ptr<WorkQueue> queued;
  FaultyFrontier frontier;
  FaultyQueue queue;
  FaultyCaptures captures;
};

void expect_nothing_lost(World& world) {
  EXPECT_TRUE(world.web.broken.empty()) << *world.web.broken.begin();
  std::map<std::string, std::set<std::string>> captured;
  for (const auto& [id, meta] : world.captures.all) captured[meta.source].insert(meta.item);
  std::set<std::string> handed_on;
  const auto items = world.queued->claim("w", 100'000, world.time.clock.now(), minutes(1)).value();
  for (const auto& item : items) {
    EXPECT_TRUE(handed_on.insert(item.capture).second) << "queued twice";
    EXPECT_TRUE(world.captures.all.contains(item.capture)) << "queued but not durable";
  }
  for (const auto& [id, meta] : world.captures.all) EXPECT_TRUE(handed_on.contains(id));

  const auto coverage = world.stored->coverage().value();
  ASSERT_EQ(coverage.size(), 3u);
  for (const auto& line : coverage) {
    const auto& shown = world.web.shown[line.source + ".test"];
    EXPECT_EQ(line.listed, shown.size()) << line.source;
    EXPECT_EQ(line.pending, 0u) << line.source;
    EXPECT_EQ(line.listed, line.fetched + line.missed) << line.source;
    EXPECT_EQ(line.fetched, captured[line.source].size()) << line.source;
    EXPECT_GT(line.fetched, line.listed * 8 / 10) << line.source;
    std::uint64_t reasons = 0;
    for (const auto& [reason, count] : line.missed_by_reason) {
      EXPECT_FALSE(reason.empty());
      reasons += count;
    }
    EXPECT_EQ(reasons, line.missed) << line.source;
  }
}

class Seeds : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Some, Seeds, ::testing::Values(1, 2, 20260401));

TEST_P(Seeds, LoseNothingOverTwoDays) {
  World world(GetParam(), WebFaults{}, 0);
  world.live(kStart + hours(48));
  expect_nothing_lost(world);
}

TEST_P(Seeds, LoseNothingWhenStoresFailAndTheProcessIsKilled) {
  World world(GetParam(), WebFaults{}, 0.002);
  SeededRandom kills(GetParam() + 9);
  while (world.time.clock.now() < kStart + hours(24)) {
    world.live(world.time.clock.now() + seconds(1 + kills.below(7200)));
  }
  world.frontier.rate = world.queue.rate = world.captures.rate = 0;
  world.live(kStart + hours(48));
  expect_nothing_lost(world);
}

TEST_P(Seeds, ReplayIdentically) {
  const auto story = [](std::uint64_t seed) {
    World world(seed, WebFaults{}, 0.001);
    world.live(kStart + hours(2));
    world.live(kStart + hours(4));
    return world.web.trace;
  };
  const auto once = story(GetParam());
  EXPECT_GT(once.size(), 2'000u);
  EXPECT_EQ(once, story(GetParam()));
  EXPECT_NE(once, story(GetParam() + 100));
}

// The wall does not wait while a program thinks: every look at the clock finds it later.
class RunningClock final : public Clock {
 public:
  RunningClock(SimulatedClock& clock, Duration step) : clock_(clock), step_(step) {}
  UtcTime now() const override { return clock_.now(); }
  SteadyTime steady() const override {
    clock_.advance(step_);
    return clock_.steady();
  }

 private:
  SimulatedClock& clock_;
  Duration step_;
};

Task<Result<void>> one_round(Crawler& crawler, bool& over) {
  const auto report = co_await crawler.run_once({});
  over = report.has_value();
  co_return ok();
}

class Steps : public ::testing::TestWithParam<int> {};  // milliseconds
INSTANTIATE_TEST_SUITE_P(Some, Steps, ::testing::Values(1, 30, 400, 700, 1000));

// A host that gets ready between two looks is not forgotten.
TEST_P(Steps, ARoundEndsThoughHostsGetReadyMeanwhile) {
  VirtualTime time(kStart);
  const RunningClock clock(time.clock, std::chrono::milliseconds(GetParam()));
  SimulatedWeb web(time, 1, {0, 0, 0, 0, 0, 0, 0},
                   {{"a.test", minutes(10), hours(1), kStart + hours(1), seconds(2)},
                    {"b.test", minutes(7), hours(1), kStart + hours(1), seconds(2)},
                    {"c.test", minutes(5), hours(1), kStart + hours(1), seconds(2)}});
  time.clock.advance(minutes(45));
  auto frontier = storage::make_memory_frontier();
  auto queue = storage::make_memory_work_queue();
  SeededRandom random(1);
  FaultyCaptures captures(random, 0);
  MetricsRegistry metrics;
  asio::io_context io;
  TaskGroup group(io.get_executor());
  Crawler crawler(sources(), {}, {web, *frontier, *queue, captures, clock, time, random, metrics},
                  Logger::silent(), group);
  bool over = false;
  group.spawn("round", one_round(crawler, over));
  time.run(io, kStart + hours(24), [&] { return over; });
  EXPECT_TRUE(over);
  EXPECT_GT(captures.all.size(), 10u);
  group.stop();
  io.restart();
  io.poll();
}

// One list with one item, which is there the first time and gone ever after.
class ShortLived final : public net::Fetcher {
 public:
  Task<Result<net::Response>> fetch(net::Request request) override {
    net::Response out;
    out.status = 200;
    out.final_url = request.url;
    std::string text = "<a href=\"/p/1\">";
    if (request.url.ends_with("robots.txt")) text = "";
    if (request.url.ends_with("/p/1")) {
      text = "a leak";
      if (++asked > 1) out.status = 404;
    }
    out.body.assign(text.begin(), text.end());
    co_return out;
  }
  int asked = 0;
};

TEST(Captures, AreHandedOnThoughTheQueueFailedAndTheItemIsGone) {
  VirtualTime time(kStart);
  ShortLived web;
  auto frontier = storage::make_memory_frontier();
  auto queue = storage::make_memory_work_queue();
  SeededRandom random(1);
  FaultyQueue failing(*queue, random, 1);
  FaultyCaptures captures(random, 0);
  MetricsRegistry metrics;
  asio::io_context io;
  auto only = sources();
  only.resize(1);
  TaskGroup group(io.get_executor());
  Crawler crawler(std::move(only), {},
                  {web, *frontier, failing, captures, time.clock, time, random, metrics},
                  Logger::silent(), group);
  ASSERT_TRUE(crawler.start());
  time.run(io, kStart + hours(1), [&] { return web.asked > 0; });
  ASSERT_EQ(captures.all.size(), 1u);
  failing.rate = 0;
  time.run(io, kStart + hours(2), [] { return false; });
  EXPECT_GT(web.asked, 1);
  EXPECT_EQ(queue->depth().value(), 1u);
  group.stop();
  io.restart();
  io.poll();
}

TEST(Lists, AreQueuedAgainWhereWhatKeepsThemForgotThem) {
  World world(1, {0, 0, 0, 0, 0, 0, 0}, 0);
  TaskGroup group(world.io.get_executor());
  Crawler crawler(sources(), {},
                  {world.web, world.frontier, world.queue, world.captures, world.time.clock,
                   world.time, world.random, world.metrics},
                  Logger::silent(), group);
  ASSERT_TRUE(crawler.start());
  world.time.run(world.io, kStart + hours(1), [] { return false; });
  for (const auto& source : sources()) {
    const FetchJob list{.source = source.id, .item = "", .url = "", .host = ""};
    ASSERT_TRUE(world.stored->done(list, FetchOutcome::kFetched, world.time.clock.now(), ""));
  }
  ++world.frontier.forgot;
  world.time.run(world.io, kStart + hours(2), [] { return false; });
  for (const auto& source : sources()) {
    EXPECT_TRUE(world.stored->next_due({source.id}, {}).value()) << "nobody reads it any more";
    EXPECT_GT(*world.stored->coverage().value().front().last_success, kStart + minutes(90));
  }
  group.stop();
  world.io.restart();
  world.io.poll();
}

TEST(ARoundOfSomeSources, LeavesTheTimesOfTheOthersAlone) {
  VirtualTime time(kStart);
  SimulatedWeb web(time, 1, {0, 0, 0, 0, 0, 0, 0},
                   {{"a.test", minutes(10), hours(1), kStart + hours(1), seconds(2)}});
  auto frontier = storage::make_memory_frontier();
  auto queue = storage::make_memory_work_queue();
  SeededRandom random(1);
  FaultyCaptures captures(random, 0);
  MetricsRegistry metrics;
  asio::io_context io;
  // Read by another clock, which is ahead, and every week.
  const FetchJob weekly{.source = "weekly",
                        .item = "",
                        .url = "http://w.test/",
                        .host = "http://w.test:80",
                        .due = kStart + hours(24 * 6)};
  ASSERT_TRUE(frontier->list_done(weekly, FetchOutcome::kFetched, kStart + hours(1), ""));
  auto only = sources();
  only.resize(1);
  TaskGroup group(io.get_executor());
  Crawler crawler(std::move(only), {},
                  {web, *frontier, *queue, captures, time.clock, time, random, metrics},
                  Logger::silent(), group);
  bool over = false;
  group.spawn("round", one_round(crawler, over));
  time.run(io, kStart + hours(1), [&] { return over; });
  EXPECT_TRUE(over);
  EXPECT_EQ(frontier->next_due({"weekly"}, {}).value(), weekly.due);
  EXPECT_EQ(frontier->next_due({"a"}, {}).value().value() > kStart, true);
  group.stop();
  io.restart();
  io.poll();
}

// Whoever renews a turn is told that it is another's now.
class LosingTurns final : public HostPoliteness {
 public:
  Result<Turn> take(const std::string&, Duration) override {
    lost = false;
    return Turn{.granted = true};
  }
  Result<std::vector<std::string>> renew(const std::vector<Hold>& holds) override {
    lost = true;
    ++renewed;
    std::vector<std::string> all;
    for (const auto& hold : holds) all.push_back(hold.host);
    return all;
  }
  Result<void> give_back(const std::string&, Duration, Duration, std::optional<Duration>) override {
    return ok();
  }
  Duration lease() const override { return seconds(3); }

  bool lost = false;
  int renewed = 0;
};

class WatchesTurns final : public net::Fetcher {
 public:
  explicit WatchesTurns(const LosingTurns& turns) : turns_(turns) {}
  Task<Result<net::Response>> fetch(net::Request request) override {
    ++asked;
    if (turns_.lost) ++late;
    net::Response out;
    out.status = 404;
    out.final_url = request.url;
    co_return out;
  }
  int asked = 0;
  int late = 0;

 private:
  const LosingTurns& turns_;
};

TEST(Turns, NothingIsAskedOfAHostThatIsAnothersNowNotEvenRobots) {
  VirtualTime time(kStart);
  LosingTurns turns;
  WatchesTurns web(turns);
  auto frontier = storage::make_memory_frontier();
  auto queue = storage::make_memory_work_queue();
  SeededRandom random(1);
  FaultyCaptures captures(random, 0);
  MetricsRegistry metrics;
  asio::io_context io;
  auto only = sources();
  only.resize(1);
  TaskGroup group(io.get_executor());
  CrawlerPorts ports{web, *frontier, *queue, captures, time.clock, time, random, metrics};
  ports.politeness = &turns;
  Crawler crawler(std::move(only), {}, ports, Logger::silent(), group);
  ASSERT_TRUE(crawler.start());
  time.run(io, kStart + minutes(2), [] { return false; });
  EXPECT_GT(turns.renewed, 0);
  EXPECT_GT(web.asked, 0);
  EXPECT_EQ(web.late, 0) << "of " << web.asked;
  group.stop();
  io.restart();
  io.poll();
}

TEST(BlindList, IsReportedTheFirstTimeAndRecovers) {
  VirtualTime time(kStart);
  // Publishes for an hour, shows for an hour: then an empty page that is no error.
  SimulatedWeb web(time, 1, {0, 0, 0, 0, 0, 0, 0},
                   {{"a.test", minutes(10), hours(1), kStart + hours(1), seconds(2)}});
  auto frontier = storage::make_memory_frontier();
  auto queue = storage::make_memory_work_queue();
  SeededRandom random(1);
  FaultyCaptures captures(random, 0);
  MetricsRegistry metrics;
  asio::io_context io;
  auto only = sources();
  only.resize(1);
  TaskGroup group(io.get_executor());
  Crawler crawler(std::move(only), {},
                  {web, *frontier, *queue, captures, time.clock, time, random, metrics},
                  Logger::silent(), group);
  ASSERT_TRUE(crawler.start());
  time.run(io, kStart + minutes(90), [] { return false; });
  EXPECT_TRUE(crawler.report().warnings.empty());
  EXPECT_EQ(frontier->coverage().value().at(0).last_reason, "");
  time.run(io, kStart + minutes(150), [] { return false; });
  ASSERT_EQ(crawler.report().warnings.size(), 1u);
  EXPECT_EQ(crawler.report().warnings[0].what, "blind?");
  EXPECT_EQ(frontier->coverage().value().at(0).last_reason, "blind?");
  EXPECT_NE(metrics.render().find("hitokoe_crawler_blind{source=\"a\"} 1"), std::string::npos);
  group.stop();
  io.restart();
  io.poll();
}

}  // namespace
}  // namespace hitokoe::crawler
