// Sources looked at now and then: figures, what is to be told, and how it is told.
#include "service/source_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/storage/memory.h"
#include "hitokoe/storage/reach.h"
#include "hitokoe/storage/source_control.h"
#include "service/alert_mail.h"

namespace hitokoe::service {
namespace {

using crawler::FetchJob;
using crawler::FetchOutcome;
using ::testing::AllOf;
using ::testing::HasSubstr;

class SourceWatchTest : public ::testing::Test {
 protected:
  void read(const std::string& reason) {
    const FetchJob list{.source = "s", .item = "", .url = "https://a.test/", .host = "h"};
    const auto outcome = reason.empty() ? FetchOutcome::kFetched : FetchOutcome::kFailed;
    ASSERT_TRUE(frontier->done(list, outcome, clock.now(), reason));
  }
  std::string untold() {
    std::string out;
    const auto all = notices->untold(clock.now(), 99).value();
    for (const auto& n : all) out += n.source + " " + n.what + (n.ended ? " over " : " ");
    return out;
  }
  bool shows(const std::string& line) {
    return metrics.render().find("\n" + line + "\n") != std::string::npos;
  }

  SimulatedClock clock{UtcTime(std::chrono::seconds(1'775'000'000))};
  std::unique_ptr<crawler::Frontier> frontier = storage::make_memory_frontier();
  std::unique_ptr<crawler::ReachLog> reach = storage::make_memory_reach_log();
  std::unique_ptr<crawler::SourceControl> control = storage::make_memory_source_control();
  std::unique_ptr<crawler::SourceNotices> notices = storage::make_memory_source_notices();
  MetricsRegistry metrics;
  SystemSleeper sleeper;
  asio::io_context io;
  CpuPool pool{1};
  SourceWatch watch{
      {*frontier, *reach, *control, *notices, clock, sleeper, pool, metrics, Logger::silent()},
      crawler::parse_sources("sources: [{id: s, kind: feed, url: 'https://a.test/'}]", "t.yaml")
          .value(),
      std::chrono::minutes(1)};
};

TEST_F(SourceWatchTest, NotesWhatIsWrongAndWhenItIsOver) {
  ASSERT_TRUE(watch.look());
  EXPECT_EQ(untold(), "") << "not read yet is no problem";
  read("");
  ASSERT_TRUE(watch.look());
  EXPECT_TRUE(shows("hitokoe_source_wrong{source=\"s\"} 0"));
  clock.advance(std::chrono::minutes(65));
  ASSERT_TRUE(watch.look());
  EXPECT_EQ(untold(), "s behind ");
  EXPECT_TRUE(shows("hitokoe_source_lag_seconds{source=\"s\"} 3600"));
  EXPECT_TRUE(shows("hitokoe_source_wrong{source=\"s\"} 1"));
  ASSERT_TRUE(notices->told(notices->untold(clock.now(), 9).value(), clock.now()));
  read("blind_login");
  ASSERT_TRUE(watch.look());
  EXPECT_EQ(untold(), "s behind over s blind_login ");
}

TEST_F(SourceWatchTest, APausedSourceIsNoProblem) {
  read("blind_login");
  ASSERT_TRUE(control->pause({"s", "moved", "sato", clock.now()}));
  ASSERT_TRUE(watch.look());
  EXPECT_EQ(untold(), "");
  EXPECT_TRUE(shows("hitokoe_source_paused{source=\"s\"} 1"));
}

TEST(SourceMail, SaysInBothLanguagesWhatIsWrongAndWhatIsOver) {
  const UtcTime began{std::chrono::seconds(1'775'000'000)};
  const auto text = source_mail_text({{1, "forum-1", "blind_login", began, {}},
                                      {2, "", "disk_budget", began, began + std::chrono::hours(1)},
                                      {3, "x", "status_500", began, {}}});
  EXPECT_THAT(text, AllOf(HasSubstr("- forum-1: blind_login (一覧の代わりにログイン画面"),
                          HasSubstr("it shows a log-in page"), HasSubstr("- 取得全体: disk_budget"),
                          HasSubstr("over since 20"), HasSubstr("- x: status_500  since 20")));
  EXPECT_THAT(source_mail_subject(3), HasSubstr("sources: 3"));
}

}  // namespace
}  // namespace hitokoe::service
