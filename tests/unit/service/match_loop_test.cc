// What a matcher does with what another held that is dead.
#include "service/match_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <memory>
#include <optional>
#include <stdexcept>

#include "hitokoe/base/run_alone.h"
#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/incident/clocks.h"
#include "hitokoe/storage/memory.h"
#include "hitokoe/storage/sql.h"
#include "tests/database_under_test.h"
#include "tests/scratch_folder.h"

namespace hitokoe::service {
namespace {

constexpr crypto::Argon2Cost kCheap{.ops = 1, .memory_bytes = 8192};

// Pages without anybody in them, and one that ends whoever reads it.
class Pages final : public crawler::CaptureStore {
 public:
  Result<void> put(const crawler::CaptureMeta&, ByteView) override { return ok(); }
  Result<crawler::CaptureMeta> meta(const std::string& id) override {
    if (id == "trouble") return fail(Errc::kUnavailable, "made up", "made up");
    if (id == "poison") throw std::runtime_error("the process ends here");
    crawler::CaptureMeta m;
    m.id = id;
    m.content_type = "text/plain";
    return m;
  }
  Result<Bytes> read(const std::string&) override { return Bytes{'x', '\n'}; }
  Result<void> keep_for_incident(const std::string&, const std::string&) override { return ok(); }
  Result<std::vector<std::string>> list() override { return std::vector<std::string>(); }
};

// Time passes by whoever sleeps; after so many looks at the queue all is stopped. Signs of life do
// not count: while a capture is worked on there may be any number of them.
class Steps final : public Sleeper {
 public:
  Steps(SimulatedClock& clock, int most) : clock_(clock), left_(most) {}
  Task<Result<void>> sleep_for(Duration d) override {
    if (d < std::chrono::minutes(1)) --left_;
    if (left_ < 0) co_return fail(Errc::kCancelled, "stopped", "stopped");
    clock_.advance(d);
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    co_return ok();
  }

 private:
  SimulatedClock& clock_;
  int left_;
};

class MatchLoopTest : public ::testing::Test {
 protected:
  MatchLoopTest() {
    const SecretText passphrase(std::string("correct horse battery"));
    EXPECT_TRUE(identity::KeyStore::init(folder_.path(), passphrase, clock_, random_, kCheap));
    keys_.emplace(identity::KeyStore::open(folder_.path(), passphrase, clock_, random_).value());
    db_ = testing::open_own_database().value();
    registry_ = storage::make_registry_store(db_, clock_);
    incident_store_ = storage::make_incident_store(db_);
    incidents_.emplace(
        incident::IncidentService::Parts{*incident_store_, *keys_, &captures_, rules_.clocks,
                                         rules_.holidays, clock_, random_},
        incident::IncidentOptions{});
    queue_ = storage::make_memory_work_queue();
  }
  void push(std::initializer_list<const char*> captures) {
    for (const auto* id : captures) EXPECT_TRUE(queue_->push(id, clock_.now()));
  }
  // One life of a process: until nothing may be claimed, or until it is killed.
  Result<MatchCounts> live(const std::string& worker) {
    asio::io_context io;
    CpuPool pool(1);
    SystemSleeper sleeper;
    MetricsRegistry metrics;
    IndexWatch index(folder_.path(), *keys_);
    MatchLoop loop({*queue_, captures_, index, *registry_, *keys_, *incidents_, clock_, sleeper,
                    pool, metrics, Logger::silent(), worker},
                   {}, {});
    return run_alone(io, loop.drain());
  }

  // One life of a process that also gives signs of life.
  void live_on(const std::string& worker, int sleeps) {
    asio::io_context io;
    CpuPool pool(1);
    Steps sleeper(clock_, sleeps);
    MetricsRegistry metrics;
    IndexWatch index(folder_.path(), *keys_);
    MatchLoop loop({*queue_, captures_, index, *registry_, *keys_, *incidents_, clock_, sleeper,
                    pool, metrics, Logger::silent(), worker},
                   {}, {});
    TaskGroup group(io.get_executor());
    group.spawn("match", loop.run());
    group.spawn("claims", loop.keep_claims());
    while (group.running() > 0) {
      io.restart();
      io.run();
    }
  }

  ScratchFolder folder_;
  SimulatedClock clock_{parse_utc("2026-11-25T00:00:00Z").value()};
  SystemRandom random_;
  std::optional<identity::KeyStore> keys_;
  std::shared_ptr<storage::Database> db_;
  std::unique_ptr<registry::RegistryStore> registry_;
  incident::LegalRules rules_ = incident::built_in_rules().value();
  Pages captures_;
  std::unique_ptr<incident::IncidentStore> incident_store_;
  std::optional<incident::IncidentService> incidents_;
  std::unique_ptr<crawler::WorkQueue> queue_;
};

TEST_F(MatchLoopTest, DoesAtOnceWhatADeadProcessHeld) {
  push({"a", "b", "c"});
  ASSERT_EQ(queue_->claim("dead", 2, clock_.now(), std::chrono::minutes(10)).value().size(), 2U);
  EXPECT_EQ(live("next").value().captures, 3U);
  EXPECT_EQ(queue_->depth().value(), 0U);
}

TEST_F(MatchLoopTest, APageThatKillsEveryProcessIsSetAsideAndItAlone) {
  push({"a", "poison", "b", "c", "d"});
  const auto allowed = MatchLoopOptions{}.deliveries;
  for (std::uint32_t life = 1; life <= allowed; ++life) {
    EXPECT_EQ(live("life " + std::to_string(life)).error().code, Errc::kInternal);
    EXPECT_EQ(queue_->depth().value(), 4U) << "the first page was done in the first life";
  }
  const auto last = live("the last").value();
  EXPECT_EQ(last.set_aside, 1U);
  EXPECT_EQ(last.captures, 3U);
  EXPECT_EQ(queue_->depth().value(), 0U);
}

TEST_F(MatchLoopTest, WhatFailedIsTriedAgainInTheSameLifeUntilItIsSetAside) {
  push({"a", "trouble", "b"});
  live_on("one life", 200);
  EXPECT_EQ(queue_->depth().value(), 0U) << "a failure kept its claim for ever";
}

}  // namespace
}  // namespace hitokoe::service
