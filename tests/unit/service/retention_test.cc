// Captures after their days, and the disk's budget, over the real stores.
#include "hitokoe/storage/retention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/crawler/unfinished_purges.h"
#include "hitokoe/storage/captures.h"
#include "hitokoe/storage/shares.h"
#include "service/disk_gate.h"
#include "service/retention_loop.h"
#include "tests/database_under_test.h"
#include "tests/scratch_folder.h"

namespace hitokoe::service {
namespace {

using ::testing::ElementsAre;

class RetentionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const SecretText passphrase{std::string("test")};
    ASSERT_TRUE(identity::KeyStore::init(folder.path(), passphrase, clock, random,
                                         {.ops = 1, .memory_bytes = 8192}));
    keys.emplace(identity::KeyStore::open(folder.path(), passphrase, clock, random).value());
    open(testing::open_own_database().value());
  }
  void open(std::shared_ptr<storage::Database> with) {
    db = std::move(with);
    captures = storage::make_capture_store(folder.path(), *keys, clock, random);
    purge = storage::make_capture_purge(folder.path(), *keys);
    use = storage::make_capture_use(db);
    queue = storage::make_work_queue(db);
    const auto sources = crawler::parse_sources(
        "sources:\n"
        "  - {id: short, kind: feed, url: 'https://a.test/', retention_days: 2}\n"
        "  - {id: long, kind: feed, url: 'https://b.test/', retention_days: 9}\n",
        "t.yaml");
    loop.emplace(RetentionLoop::Parts{*captures, *purge, *use, clock, sleeper, pool, metrics,
                                      Logger::silent()},
                 sources.value(), RetentionOptions{.days = 5});
  }
  void put(const std::string& id, const std::string& source) {
    crawler::CaptureMeta meta;
    meta.id = id;
    meta.source = source;
    meta.fetched = clock.now();
    meta.size = 4;
    ASSERT_TRUE(captures->put(meta, as_bytes("text")));
    clock.advance(std::chrono::seconds(1));
  }
  Result<std::vector<std::string>> unfinished() {
    return dynamic_cast<crawler::UnfinishedPurges&>(*use).unfinished();
  }
  std::uint64_t after(int days) {
    clock.advance(std::chrono::days(days));
    return loop->look().value().purged;
  }

  SimulatedClock clock{UtcTime(std::chrono::seconds(1'775'000'000))};
  SystemRandom random;
  SystemSleeper sleeper;
  ScratchFolder folder;
  MetricsRegistry metrics;
  CpuPool pool{1};
  std::optional<identity::KeyStore> keys;
  std::shared_ptr<storage::Database> db;
  std::unique_ptr<crawler::CaptureStore> captures;
  std::unique_ptr<crawler::CapturePurge> purge;
  std::unique_ptr<crawler::CaptureUse> use;
  std::unique_ptr<crawler::WorkQueue> queue;
  std::optional<RetentionLoop> loop;
};

TEST_F(RetentionTest, EachSourceHasItsDaysAndWhatIsUnknownTheDefault) {
  put("a-short", "short");
  put("b-long", "long");
  put("c-other", "intake");
  EXPECT_EQ(after(1), 0U);
  EXPECT_EQ(after(1), 1U);
  EXPECT_THAT(captures->list().value(), ElementsAre("b-long", "c-other"));
  EXPECT_EQ(after(2), 0U);
  EXPECT_EQ(after(1), 1U);
  EXPECT_THAT(captures->list().value(), ElementsAre("b-long"));
  EXPECT_EQ(after(4), 1U);
  EXPECT_EQ(loop->look().value().days.size(), 0U) << "the day may still be needed";
  clock.advance(std::chrono::days(2));
  EXPECT_EQ(loop->look().value().days.size(), 1U);
  EXPECT_NE(metrics.render().find("\nhitokoe_captures_purged_total 3\n"), std::string::npos);
  const auto events = storage::make_audit_log(db)->read("captures").value();
  EXPECT_EQ(events.size(), 3U);
}

TEST_F(RetentionTest, WhatIsMatchedOrStillToBeMatchedStays) {
  put("kept", "short");
  put("waits", "short");
  ASSERT_TRUE(captures->keep_for_incident("kept", "INC-1"));
  ASSERT_TRUE(queue->push("waits", clock.now()));
  clock.advance(std::chrono::days(50));
  const auto report = loop->look().value();
  EXPECT_EQ(report.purged, 0U);
  EXPECT_EQ(report.in_use, 1U);
  const auto item = queue->claim("w", 1, clock.now(), std::chrono::minutes(1)).value().at(0);
  ASSERT_TRUE(queue->acknowledge(item.ticket));
  EXPECT_EQ(loop->look().value().purged, 1U);
  EXPECT_THAT(captures->list().value(), ElementsAre("kept"));
}

TEST_F(RetentionTest, WhatACaptureNamedOfFileSharingGoesWithItAndNotBefore) {
  const auto shares = storage::make_share_store(db, *keys, random);
  put("kept", "short");
  put("goes", "short");
  for (const std::string id : {"kept", "goes"}) {
    crawler::FileShare share;
    share.key = "btih:" + id;
    ASSERT_TRUE(shares->add(share, {id, "short", clock.now()}, {}));
  }
  ASSERT_TRUE(captures->keep_for_incident("kept", "INC-1"));
  EXPECT_EQ(after(50), 1U);
  const auto left = shares->list({}).value();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].id, crawler::share_id("btih:kept"));
}

// Killed when it has destroyed captures and not yet said so.
class KilledUse final : public crawler::CaptureUse {
 public:
  explicit KilledUse(CaptureUse& inner) : inner_(inner) {}
  Result<std::vector<std::string>> in_use(const std::vector<std::string>& ids) override {
    return inner_.in_use(ids);
  }
  Result<void> record(const std::map<std::string, std::uint64_t>& by_source,
                      const std::vector<std::string>& ids, UtcTime at) override {
    return inner_.record(by_source, ids, at);
  }
  Result<void> forget(const std::vector<std::string>& ids) override {
    if (!ids.empty()) ::kill(::getpid(), SIGKILL);
    return ok();
  }

 private:
  CaptureUse& inner_;
};

TEST_F(RetentionTest, WhatACaptureNamedGoesThoughTheProcessWasKilledOnceItHadDestroyedIt) {
  const auto file = folder.path() / "t.db";
  open(testing::open_database(file).value());
  put("kept", "short");
  put("goes", "short");
  for (const std::string id : {"kept", "goes"}) {
    crawler::FileShare share;
    share.key = "btih:" + id;
    ASSERT_TRUE(
        storage::make_share_store(db, *keys, random)->add(share, {id, "short", clock.now()}, {}));
  }
  ASSERT_TRUE(captures->keep_for_incident("kept", "INC-1"));
  clock.advance(std::chrono::days(50));
  // A database is not carried over a fork.
  loop.reset();
  use.reset();
  queue.reset();
  db.reset();
  const pid_t child = ::fork();
  if (child == 0) {
    open(testing::open_database(file).value());
    KilledUse killed(*use);
    RetentionLoop dying(
        {*captures, *purge, killed, clock, sleeper, pool, metrics, Logger::silent()}, {},
        RetentionOptions{.days = 5});
    (void)dying.look();
    ::_exit(1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "it destroyed nothing";
  open(testing::open_database(file).value());
  const auto shares = storage::make_share_store(db, *keys, random);
  EXPECT_THAT(captures->list().value(), ElementsAre("kept")) << "it is destroyed";
  EXPECT_EQ(shares->list({}).value().size(), 2U) << "and what it named is left over";
  EXPECT_THAT(unfinished().value(), ElementsAre("goes"));
  ASSERT_TRUE(loop->look());
  EXPECT_TRUE(unfinished().value().empty());
  const auto left = shares->list({}).value();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].id, crawler::share_id("btih:kept"));
}

TEST_F(RetentionTest, WhatNobodyCanReadAnyMoreGoesToo) {
  put("a", "long");
  ASSERT_TRUE(keys->destroy(identity::KeyKind::kCaptureDay, format_day(jst_day(clock.now()))));
  EXPECT_EQ(after(3), 1U);
  EXPECT_TRUE(captures->list().value().empty());
}

TEST_F(RetentionTest, TheBudgetStopsTheIntakeAndOpensItAgain) {
  DiskGate gate(folder.path(), {.captures = 100'000, .least_free = 0}, metrics, Logger::silent());
  EXPECT_TRUE(gate.open());
  ASSERT_TRUE(gate.look());
  EXPECT_TRUE(gate.open());
  crawler::CaptureMeta meta;
  meta.id = "big";
  meta.source = "short";
  meta.fetched = clock.now();
  meta.size = 200'000;
  Bytes noise(200'000);
  for (auto& byte : noise) byte = static_cast<std::uint8_t>(random.u64());
  ASSERT_TRUE(captures->put(meta, noise));
  ASSERT_TRUE(gate.look());
  EXPECT_FALSE(gate.open());
  EXPECT_NE(metrics.render().find("\nhitokoe_intake_open 0\n"), std::string::npos);
  EXPECT_EQ(after(3), 1U);
  ASSERT_TRUE(gate.look());
  EXPECT_TRUE(gate.open());
}

TEST_F(RetentionTest, ADiskThatIsTooFullStopsTheIntake) {
  DiskGate gate(folder.path(), {.least_free = 1ULL << 62}, metrics, Logger::silent());
  ASSERT_TRUE(gate.look());
  EXPECT_FALSE(gate.open());
}

}  // namespace
}  // namespace hitokoe::service
