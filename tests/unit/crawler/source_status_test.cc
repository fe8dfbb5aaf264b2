// What is said of a source, from what the crawler keeps.
#include "hitokoe/crawler/source_status.h"

#include <gtest/gtest.h>

#include "hitokoe/crawler/reasons.h"
#include "hitokoe/crawler/source_json.h"
#include "tests/unit/crawler/reading.h"

namespace hitokoe::crawler {
namespace {

UtcTime at(int minute) {
  return UtcTime(std::chrono::seconds(1'775'000'000) + std::chrono::minutes(minute));
}

const Source& feed() {
  static const Source source =
      source_of("feed", "https://a.test/feed", "    robots: {ignore: '法務 12 号'}\n");
  return source;
}

Frontier::Coverage of(const std::string& source) {
  Frontier::Coverage out;
  out.source = source;
  return out;
}

Frontier::Coverage read_at(int minute, const std::string& reason = "") {
  auto out = of("s");
  out.last_success = at(minute);
  out.last_reason = reason;
  return out;
}

std::string state_of(const Frontier::Coverage& coverage, int now,
                     const std::vector<ReachChange>& changes = {},
                     const std::vector<SourcePause>& paused = {}) {
  const auto status = status_of(feed(), {of("r"), coverage}, changes, paused, at(now));
  const auto problem = problem_of(feed(), status);
  return std::string(to_string(status.state)) + (problem ? " " + problem->what : "");
}

TEST(SourceStatus, SaysWhatIsWrongTheWorstFirst) {
  EXPECT_EQ(state_of(of("s"), 0), "new");
  EXPECT_EQ(state_of(of("other"), 0), "new");
  EXPECT_EQ(state_of(read_at(0), 5), "ok");
  EXPECT_EQ(state_of(read_at(0), 20), "ok") << "one schedule and 15 minutes are let pass";
  EXPECT_EQ(state_of(read_at(0), 21), "behind behind");
  EXPECT_EQ(state_of(read_at(0, "list_too_long"), 5), "ok");
  EXPECT_EQ(state_of(read_at(0, "timeout"), 5), "failing timeout");
  EXPECT_EQ(state_of(read_at(0, "blind_login"), 5), "blind blind_login");
  EXPECT_EQ(state_of(read_at(0, "bad_feed"), 5), "blind bad_feed");
  EXPECT_EQ(state_of(read_at(0, "timeout"), 5, {{"s", at(1), false, "onion_descriptor"}}),
            "down onion_descriptor");
  EXPECT_EQ(state_of(read_at(0), 5, {{"s", at(1), true, ""}}), "ok");
  EXPECT_EQ(state_of(read_at(0), 5, {{"r", at(1), false, "timeout"}}), "ok") << "another's";
  EXPECT_EQ(state_of(read_at(0, "blind_login"), 99, {}, {{"s", "x", "sato", at(1)}}), "paused");
}

TEST(SourceStatus, ItemsThatWaitForAnHourAreBehind) {
  auto coverage = read_at(100);
  coverage.oldest_due = at(40);
  EXPECT_EQ(state_of(coverage, 100), "ok");
  coverage.oldest_due = at(39);
  EXPECT_EQ(state_of(coverage, 100), "behind behind");
}

TEST(SourceStatus, ASourceWithoutAListIsNeverLate) {
  const auto haste = source_of("haste", "https://h.test/");
  const auto status = status_of(haste, {}, {}, {}, at(0));
  EXPECT_EQ(status.state, SourceState::kOk);
  EXPECT_EQ(status.lag, Duration{});
}

TEST(SourceStatus, TheLagIsWhatIsLaterThanTheSchedule) {
  EXPECT_EQ(status_of(feed(), {read_at(0)}, {}, {}, at(4)).lag, Duration{});
  EXPECT_EQ(status_of(feed(), {read_at(0)}, {}, {}, at(35)).lag, std::chrono::minutes(30));
}

TEST(SourceJson, SaysReasonsInBothLanguagesAndWhyRobotsIsIgnored) {
  auto coverage = read_at(0, "blind_captcha");
  coverage.missed = 2;
  coverage.missed_by_reason = {{"robots", 2}};
  const auto status = status_of(feed(), {coverage}, {}, {{"s", "確認待ち", "sato", at(1)}}, at(5));
  const auto text = to_json(feed(), status);
  for (const auto* part :
       {R"("state":"paused")", R"("robots":"ignore")", R"("robots_reason":"法務 12 号")",
        R"("count":2)", "robots.txt で禁じられています。", R"("reason":"確認待ち")",
        R"("last_new":null)", R"("reach":null)"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  EXPECT_EQ(text.find("reach_changes"), std::string::npos);
  const std::vector<ReachChange> changes{{"s", at(1), false, "timeout"}};
  EXPECT_NE(to_json(feed(), status, &changes).find(R"("reach_changes":[{"at")"), std::string::npos);
  EXPECT_FALSE(in_words("behind").ja.empty());
  EXPECT_FALSE(in_words("paused").en.empty());
}

}  // namespace
}  // namespace hitokoe::crawler
