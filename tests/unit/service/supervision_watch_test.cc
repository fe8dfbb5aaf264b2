// What is overdue is counted anew with every day and every registry, and told once.
#include "service/supervision_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/storage/supervision.h"
#include "tests/database_under_test.h"
#include "tests/unit/registry/supervised.h"

namespace hitokoe::service {
namespace {

using ::testing::HasSubstr;

UtcTime noon(std::string_view day) {
  return jst_midnight(parse_day(day).value()) + std::chrono::hours(12);
}

class SupervisionWatchTest : public ::testing::Test {
 protected:
  SupervisionWatchTest() {
    watch_.emplace(*registry_, *statements_);
    supervision_.emplace(SupervisionWatch::Parts{*watch_, clock_, sleeper_, pool_, metrics_,
                                                 Logger::to_sink(clock_, LogLevel::kWarn,
                                                                 [this](std::string_view line) {
                                                                   log_ += std::string(line) + "\n";
                                                                 })},
                         std::chrono::minutes(1));
  }
  std::int64_t overdue() { return metrics_.gauge("hitokoe_supervision_overdue", "").value(); }

  SimulatedClock clock_{noon("2026-10-10")};
  SystemSleeper sleeper_;
  std::shared_ptr<storage::Database> db_ = testing::open_own_database().value();
  std::unique_ptr<registry::RegistryStore> registry_ = storage::make_registry_store(db_, clock_);
  std::unique_ptr<registry::StatementStore> statements_ = storage::make_statement_store(db_);
  std::string log_;
  MetricsRegistry metrics_;
  boost::asio::io_context io_;
  CpuPool pool_{1};
  std::optional<RegistryWatch> watch_;
  std::optional<SupervisionWatch> supervision_;
};

TEST_F(SupervisionWatchTest, LooksAgainOnANewDayAndAtANewRegistry) {
  ASSERT_TRUE(registry_->apply(registry::supervised(), "r.yaml"));
  EXPECT_TRUE(supervision_->look().value());
  EXPECT_EQ(overdue(), 0) << "the review of 10 July is good for three months";
  EXPECT_FALSE(supervision_->look().value()) << "nothing has changed";
  clock_.advance(std::chrono::hours(11));
  EXPECT_FALSE(supervision_->look().value());
  clock_.advance(std::chrono::hours(1));  // midnight in Japan
  EXPECT_TRUE(supervision_->look().value());
  EXPECT_EQ(overdue(), 1);
  EXPECT_THAT(log_, HasSubstr("access_review_overdue"));
  EXPECT_THAT(log_, HasSubstr("\"due\":\"2026-10-10\""));
  const auto told = log_;
  clock_.advance(std::chrono::hours(24));
  EXPECT_TRUE(supervision_->look().value());
  EXPECT_EQ(log_, told) << "it was told already";

  ASSERT_TRUE(registry_->apply(registry::supervised("access_reviews: [{on: 2026-07-10,",
                                                    "access_reviews: [{on: 2026-10-01,"),
                               "r.yaml"));
  EXPECT_TRUE(supervision_->look().value());
  EXPECT_EQ(overdue(), 0);
}

TEST_F(SupervisionWatchTest, AStatementOfASideIsANewRegistry) {
  ASSERT_TRUE(registry_->apply(registry::supervised(), "r.yaml"));
  EXPECT_TRUE(supervision_->look().value());
  const auto now = watch_->current().value();
  const auto& handover = *now->snapshot("S1");
  registry::Statement statement{"callco", handover.on, 1, handover.items};
  ASSERT_TRUE(statements_->state(registry::Viewer("u", registry::Role::kParty, "callco"),
                                 *now->delegation("D1"), handover, statement, clock_.now()));
  EXPECT_TRUE(supervision_->look().value());
  EXPECT_EQ(
      metrics_.gauge("hitokoe_registry_findings", "", {{"kind", "handover_mismatch"}}).value(), 1);
  EXPECT_EQ(watch_->current().value(), watch_->current().value()) << "read once";
}

}  // namespace
}  // namespace hitokoe::service
