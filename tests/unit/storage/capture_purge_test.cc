// Captures that are destroyed for good: the file, its key, the keys of days, and what is kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "hitokoe/base/file.h"
#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/storage/captures.h"
#include "hitokoe/storage/retention.h"
#include "tests/database_under_test.h"
#include "tests/scratch_folder.h"

namespace hitokoe::storage {
namespace {

namespace fs = std::filesystem;
using crawler::CaptureMeta;
using identity::KeyKind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Outcome = crawler::CapturePurge::Outcome;

class CapturePurgeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const SecretText passphrase{std::string("test")};
    ASSERT_TRUE(identity::KeyStore::init(folder.path(), passphrase, clock, random,
                                         {.ops = 1, .memory_bytes = 8192}));
    keys.emplace(identity::KeyStore::open(folder.path(), passphrase, clock, random).value());
    store = make_capture_store(folder.path(), *keys, clock, random);
    purge = make_capture_purge(folder.path(), *keys);
  }
  // `day`: of April 2026, at noon in Japan.
  void put(const std::string& id, int day) {
    CaptureMeta meta;
    meta.id = id;
    meta.source = "s";
    meta.fetched = noon(day);
    meta.size = 4;
    ASSERT_TRUE(store->put(meta, as_bytes("text")));
  }
  static UtcTime noon(int day) {
    return parse_utc("2026-04-01T03:00:00Z").value() + std::chrono::days(day - 1);
  }
  std::vector<std::string> before(int day) {
    std::vector<std::string> out;
    const auto all = purge->before(noon(day)).value();
    for (const auto& one : all) out.push_back(one.id);
    return out;
  }
  fs::path file_of(const std::string& id) const {
    for (const auto& entry : fs::recursive_directory_iterator(folder.path() / "captures")) {
      if (entry.path().filename().string().ends_with(id + ".cap")) return entry.path();
    }
    return {};
  }

  SimulatedClock clock{UtcTime(std::chrono::seconds(1'775'000'000))};
  SystemRandom random;
  ScratchFolder folder;
  std::optional<identity::KeyStore> keys;
  std::unique_ptr<crawler::CaptureStore> store;
  std::unique_ptr<crawler::CapturePurge> purge;
};

TEST_F(CapturePurgeTest, WhatIsPurgedIsGoneAndTheRestStays) {
  put("a", 1);
  put("b", 2);
  put("c", 3);
  const auto path = file_of("a");
  const auto linked = folder.path() / "witness";  // sees what becomes of the bytes on disk
  fs::create_hard_link(path, linked);
  EXPECT_THAT(before(3), ElementsAre("a", "b"));
  EXPECT_EQ(purge->purge("a").value(), Outcome::kPurged);
  EXPECT_EQ(purge->purge("a").value(), Outcome::kNotThere);
  EXPECT_EQ(purge->purge("c").value(), Outcome::kNotThere) << "not among those that are over";
  EXPECT_FALSE(fs::exists(path));
  const auto left = read_file(linked).value();
  EXPECT_TRUE(std::all_of(left.begin(), left.end(), [](auto byte) { return byte == 0; }))
      << "the key was overwritten before the file went";
  EXPECT_EQ(store->read("a").error().code, Errc::kNotFound);
  EXPECT_EQ(as_text(store->read("b").value()), "text");
  EXPECT_THAT(store->list().value(), ElementsAre("b", "c"));
  // The same again, later, is a capture again.
  put("a", 4);
  EXPECT_EQ(as_text(store->read("a").value()), "text");
}

TEST_F(CapturePurgeTest, WhatAnIncidentKeepsStaysAlsoWhenItComesInTheLastMoment) {
  put("kept", 1);
  put("late", 1);
  ASSERT_TRUE(store->keep_for_incident("kept", "INC-1"));
  EXPECT_THAT(before(9), ElementsAre("late"));
  ASSERT_TRUE(store->keep_for_incident("late", "INC-1"));
  EXPECT_EQ(purge->purge("late").value(), Outcome::kKept);
  EXPECT_EQ(as_text(store->read("late").value()), "text");
}

TEST_F(CapturePurgeTest, AKillInTheMiddleIsFinishedByTheNextLookOrTakenBack) {
  put("dead", 1);
  put("kept", 1);
  ASSERT_TRUE(store->keep_for_incident("kept", "INC-1"));
  for (const auto* id : {"dead", "kept"}) {
    const auto path = file_of(id);
    fs::rename(path, path.parent_path() / (".purge-" + path.filename().string()));
  }
  EXPECT_THAT(before(9), IsEmpty());
  EXPECT_EQ(file_of("dead"), fs::path());
  EXPECT_EQ(store->read("dead").error().code, Errc::kNotFound);
  EXPECT_EQ(as_text(store->read("kept").value()), "text");
}

TEST_F(CapturePurgeTest, ADaysKeyGoesWhenNothingNeedsItAnyMore) {
  put("a", 1);
  put("b", 2);
  put("kept", 2);
  ASSERT_TRUE(store->keep_for_incident("kept", "INC-1"));
  const auto third = parse_day("2026-04-03").value();
  EXPECT_THAT(purge->destroy_days_before(third).value(), IsEmpty());
  ASSERT_THAT(before(9), ElementsAre("a", "b"));
  ASSERT_EQ(purge->purge("b").value(), Outcome::kPurged);
  EXPECT_THAT(purge->destroy_days_before(parse_day("2026-04-02").value()).value(), IsEmpty());
  EXPECT_THAT(purge->destroy_days_before(third).value(), ElementsAre("2026-04-02"));
  EXPECT_EQ(keys->get(KeyKind::kCaptureDay, "2026-04-02").error().code, Errc::kForbidden);
  EXPECT_EQ(as_text(store->read("kept").value()), "text") << "by the incident's key";
  EXPECT_EQ(as_text(store->read("a").value()), "text");
}

TEST(CaptureUse, KnowsWhatWaitsAndRecordsWhatIsToGo) {
  const auto db = testing::open_own_database().value();
  const auto queue = make_work_queue(db);
  const auto use = make_capture_use(db);
  const UtcTime now{std::chrono::seconds(1'775'000'000)};
  ASSERT_TRUE(queue->push("waits", now));
  ASSERT_TRUE(queue->push("done", now));
  const auto claimed = queue->claim("w", 2, now, std::chrono::minutes(1)).value();
  ASSERT_EQ(claimed.size(), 2U);
  for (const auto& item : claimed) {
    if (item.capture == "done") {
      ASSERT_TRUE(queue->acknowledge(item.ticket));
    }
  }
  EXPECT_THAT(use->in_use({"waits", "done", "never"}).value(), ElementsAre("waits"));
  ASSERT_TRUE(use->record({{"s", 2}}, {"a", "b"}, now));
  const auto events = make_audit_log(db)->read("captures").value();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].kind, "captures.purged");
  EXPECT_EQ(events[0].body, R"({"by_source":{"s":2},"captures":["a","b"]})");
}

}  // namespace
}  // namespace hitokoe::storage
