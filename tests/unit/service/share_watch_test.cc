// File sharing in captures: kept once, with the terms in its names, and gone with the captures.
#include "service/share_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/storage/retention.h"
#include "hitokoe/storage/shares.h"
#include "tests/database_under_test.h"
#include "tests/scratch_folder.h"

namespace hitokoe::service {
namespace {

using crawler::ShareKind;
using ::testing::ElementsAre;

constexpr const char* kLink =
    "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&dn=%E4%B8%99%E3%82%B3%E3%83%BC%E3"
    "%83%AB%20list";  // 丙コール list

class ShareWatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const SecretText passphrase{std::string("test")};
    ASSERT_TRUE(identity::KeyStore::init(folder.path(), passphrase, clock, random,
                                         {.ops = 1, .memory_bytes = 8192}));
    keys.emplace(identity::KeyStore::open(folder.path(), passphrase, clock, random).value());
    db = testing::open_database(folder.path() / "hitokoe.db").value();
    shares = storage::make_share_store(db, *keys, random);
    watch.emplace(*shares, std::vector<crawler::FileHost>{}, metrics);
    matcher::Term term;
    term.id = "callco";
    term.texts = {"丙コール"};
    terms = matcher::TermSet::compile({term}).value();
  }
  std::vector<matcher::DocumentHits> look(const std::string& capture, const std::string& body,
                                          int day = 0) {
    crawler::CaptureMeta meta;
    meta.id = capture;
    meta.source = "s";
    meta.fetched = clock.now() + std::chrono::days(day);
    return watch->look(meta, as_bytes(body), terms).value();
  }
  std::vector<crawler::SeenShare> all(crawler::ShareFilter filter = {}) {
    return shares->list(filter).value();
  }

  SimulatedClock clock{UtcTime(std::chrono::seconds(1'775'000'000))};
  SystemRandom random;
  ScratchFolder folder;
  std::optional<identity::KeyStore> keys;
  std::shared_ptr<storage::Database> db;
  std::unique_ptr<crawler::ShareStore> shares;
  MetricsRegistry metrics;
  std::optional<ShareWatch> watch;
  std::shared_ptr<const matcher::TermSet> terms;
};

TEST_F(ShareWatchTest, KeepsAShareOnceWithTheTermsInItsNames) {
  const auto hits = look("cap-1", std::string("here ") + kLink);
  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(hits[0].hits.size(), 1u);
  look("cap-1", std::string("here ") + kLink);
  look("cap-2", std::string(kLink) + "&dn=second&xl=77", 1);
  const auto list = all();
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].id, hits[0].document);
  EXPECT_THAT(list[0].terms, ElementsAre("callco"));
  EXPECT_EQ(list[0].sightings, 2u);
  EXPECT_THAT(list[0].share.names, ElementsAre("丙コール list", "second"));
  EXPECT_EQ(list[0].share.size, 77u);
  EXPECT_EQ(list[0].last - list[0].first, std::chrono::days(1));
  const auto one = shares->load(list[0].id).value();
  ASSERT_EQ(one.seen.size(), 2u);
  EXPECT_EQ(one.seen[0].capture, "cap-2");
  EXPECT_NE(metrics.render().find("hitokoe_file_shares_total{kind=\"magnet\"} 1"),
            std::string::npos);
}

TEST_F(ShareWatchTest, IsListedByKindByTermAndPageByPage) {
  look("cap-1", kLink);
  look("cap-2", "magnet:?xt=urn:btih:1123456789abcdef0123456789abcdef01234567", 1);
  EXPECT_EQ(all({.with_terms = true}).size(), 1u);
  EXPECT_EQ(all({.kind = ShareKind::kTorrent}).size(), 0u);
  const auto first = all({.limit = 1});
  ASSERT_EQ(first.size(), 1u);
  const auto next = all({.after = first[0].id, .limit = 1});
  ASSERT_EQ(next.size(), 1u);
  EXPECT_THAT(next[0].terms, ElementsAre("callco"));
  EXPECT_EQ(all({.after = next[0].id}).size(), 0u);
  EXPECT_FALSE(shares->list({.after = "SHR-0"}));
}

TEST_F(ShareWatchTest, GoesWithTheLastCaptureThatNamedIt) {
  look("cap-1", kLink);
  look("cap-2", kLink);
  const auto use = storage::make_capture_use(db);
  look("cap-3", "magnet:?xt=urn:btih:1123456789abcdef0123456789abcdef01234567");
  ASSERT_TRUE(use->record({{"s", 2}}, {"cap-1", "cap-2"}, clock.now()));
  EXPECT_EQ(all().size(), 2u) << "what is to go is not gone";
  ASSERT_TRUE(use->forget({"cap-1"}));
  EXPECT_EQ(all().size(), 2u);
  ASSERT_TRUE(use->forget({"cap-2", "cap-2", "never"}));
  ASSERT_EQ(all().size(), 1u);
  EXPECT_EQ(shares->load(all()[0].id).value().seen.at(0).capture, "cap-3");
}

TEST_F(ShareWatchTest, NamesCannotBeReadWithoutTheKeyOfTheirDay) {
  look("cap-1", kLink);
  ASSERT_TRUE(keys->destroy(identity::KeyKind::kCaptureDay, format_day(jst_day(clock.now()))));
  const auto list = all();
  ASSERT_EQ(list.size(), 1u);
  EXPECT_FALSE(list[0].readable);
  EXPECT_TRUE(list[0].share.names.empty());
  look("cap-2", kLink, 1);
  EXPECT_TRUE(all()[0].readable) << "sealed anew with the day on which it was seen again";
}

TEST_F(ShareWatchTest, ACaptureThatOutlivesTheKeyOfItsDayIsMatchedAllTheSame) {
  const auto lose = [&](int day) {
    const auto name = format_day(jst_day(clock.now() + std::chrono::days(day)));
    ASSERT_TRUE(keys->key256(identity::KeyKind::kCaptureDay, name));
    ASSERT_TRUE(keys->destroy(identity::KeyKind::kCaptureDay, name));
  };
  lose(0);
  EXPECT_EQ(look("kept", kLink).size(), 1u) << "its terms are told";
  EXPECT_TRUE(all().empty()) << "and nothing is kept that no key may seal";
  look("later", std::string(kLink) + "&xl=5", 1);
  EXPECT_EQ(look("kept", kLink).size(), 1u);
  ASSERT_EQ(all().size(), 1u);
  EXPECT_EQ(all()[0].sightings, 2u);
  EXPECT_TRUE(all()[0].readable);
  // The newest day is lost: the one before seals what is seen after it.
  lose(2);
  EXPECT_EQ(look("kept-2", kLink, 2).size(), 1u);
  EXPECT_EQ(all()[0].sightings, 3u);
  EXPECT_TRUE(all()[0].readable);
  EXPECT_EQ(all()[0].share.size, 5u);
}

}  // namespace
}  // namespace hitokoe::service
