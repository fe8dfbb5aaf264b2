// Hunts over made-up captures: what starts them, what ends them, and what a bad capture does.
#include "service/hunt_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>

#include "hitokoe/base/run_alone.h"
#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/incident/clocks.h"
#include "hitokoe/storage/alerts.h"
#include "hitokoe/storage/memory.h"
#include "service/alert_mail.h"
#include "service/match_loop.h"
#include "tests/database_under_test.h"
#include "tests/scratch_folder.h"

namespace hitokoe::service {
namespace {

using incident::Hunt;
using incident::HuntState;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr crypto::Argon2Cost kCheap{.ops = 1, .memory_bytes = 8192};

// Captures by id: "poison" ends whoever reads it, "gone" has no key, "stuck" never comes.
class Pages final : public crawler::CaptureStore {
 public:
  Result<void> put(const crawler::CaptureMeta&, ByteView) override { return ok(); }
  Result<crawler::CaptureMeta> meta(const std::string& id) override {
    ++looks[id];
    if (id == "poison") throw std::runtime_error("the process ends here");
    if (id == "gone") return fail(Errc::kForbidden, "gone", "gone");
    if (id == "stuck") return fail(Errc::kUnavailable, "stuck", "stuck");
    crawler::CaptureMeta m;
    m.id = id;
    m.source = "pastes";
    m.content_type = "text/plain";
    m.fetched = id.starts_with("old") ? parse_utc("2026-01-01T00:00:00Z").value()
                                      : parse_utc("2026-11-01T00:00:00Z").value();
    return m;
  }
  Result<Bytes> read(const std::string& id) override {
    const std::string text = id + ": 青空計画 山田太郎\n";
    return Bytes(text.begin(), text.end());
  }
  Result<void> keep_for_incident(const std::string&, const std::string&) override { return ok(); }
  Result<std::vector<std::string>> list() override { return ids; }

  std::vector<std::string> ids;
  std::map<std::string, int> looks;
};

class HuntLoopTest : public ::testing::Test {
 protected:
  HuntLoopTest() {
    const SecretText passphrase(std::string("correct horse battery"));
    EXPECT_TRUE(identity::KeyStore::init(folder_.path(), passphrase, clock_, random_, kCheap));
    keys_.emplace(identity::KeyStore::open(folder_.path(), passphrase, clock_, random_).value());
    auto db = testing::open_own_database().value();
    registry_ = storage::make_registry_store(db, clock_);
    incident_store_ = storage::make_incident_store(db);
    log_ = storage::make_audit_log(db);
    term_store_ = storage::make_term_store(db);
    alerts_ = storage::make_alert_store(db);
    hunts_ = storage::make_hunt_store(db);
    queue_ = storage::make_memory_work_queue();
    incidents_.emplace(
        incident::IncidentService::Parts{*incident_store_, *keys_, &captures_, rules_.clocks,
                                         rules_.holidays, clock_, random_},
        incident::IncidentOptions{});
    index_.emplace(folder_.path(), *keys_);
    terms_.emplace(*term_store_, *registry_);
    matcher_.emplace(CaptureMatcher::Parts{captures_, *keys_, *incidents_, alerts_.get(), clock_,
                                           metrics_, Logger::silent()},
                     matcher::Options{});
    loop_.emplace(HuntLoop::Parts{folder_.path(), *hunts_, *term_store_, *terms_, *index_,
                                  *registry_, captures_, *queue_, *matcher_, clock_, sleeper_,
                                  pool_, metrics_, Logger::silent()},
                  HuntOptions{});
  }
  void apply(const std::string& word = "青空計画") {
    EXPECT_TRUE(term_store_->apply("terms:\n  - {id: aozora, word: " + word + "}\n", "t.yaml",
                                   "sato", clock_.now()));
  }
  std::size_t alerts() {
    return alerts_->list(registry::Viewer("s", registry::Role::kCoordinator, ""), {})
        .value()
        .size();
  }

  ScratchFolder folder_;
  SimulatedClock clock_{parse_utc("2026-11-25T00:00:00Z").value()};
  SystemRandom random_;
  SystemSleeper sleeper_;
  CpuPool pool_{1};
  MetricsRegistry metrics_;
  std::optional<identity::KeyStore> keys_;
  std::unique_ptr<registry::RegistryStore> registry_;
  incident::LegalRules rules_ = incident::built_in_rules().value();
  Pages captures_;
  std::unique_ptr<incident::IncidentStore> incident_store_;
  std::unique_ptr<incident::AuditLog> log_;
  std::unique_ptr<incident::TermStore> term_store_;
  std::unique_ptr<incident::AlertStore> alerts_;
  std::unique_ptr<incident::HuntStore> hunts_;
  std::unique_ptr<crawler::WorkQueue> queue_;
  std::optional<incident::IncidentService> incidents_;
  std::optional<IndexWatch> index_;
  std::optional<TermWatch> terms_;
  std::optional<CaptureMatcher> matcher_;
  std::optional<HuntLoop> loop_;
};

TEST_F(HuntLoopTest, NewTermsStartAHuntAndTheSameOnesNone) {
  captures_.ids = {"a", "b"};
  EXPECT_FALSE(loop_->start_what_is_due().value()) << "neither terms nor index";
  apply();
  const auto hunt = loop_->start_what_is_due().value();
  ASSERT_TRUE(hunt);
  EXPECT_EQ(hunt->cause, incident::HuntCause::kTerms);
  EXPECT_FALSE(hunt->fingerprints);
  EXPECT_FALSE(loop_->start_what_is_due().value());
  EXPECT_EQ(loop_->work(hunt->id, {}).value().state, HuntState::kDone);
  EXPECT_EQ(alerts(), 2U);
  apply("山田太郎");
  const auto again = loop_->start_what_is_due().value();
  ASSERT_TRUE(again);
  EXPECT_EQ(loop_->work(again->id, {}).value().alerts, 0U) << "the term's alerts are there";
}

TEST_F(HuntLoopTest, WhereNothingIsKeptThereIsNoHunt) {
  apply();
  EXPECT_FALSE(loop_->start_what_is_due().value());
  captures_.ids = {"a"};
  EXPECT_FALSE(loop_->start_what_is_due().value()) << "it came in with these terms";
}

TEST_F(HuntLoopTest, SinceADayLeavesOutWhatIsOlderButNotWhatIsGone) {
  captures_.ids = {"old 1", "gone", "new"};
  apply();
  incident::HuntPlan plan;
  plan.since = parse_day("2026-10-01").value();
  const auto hunt = loop_->start(plan, "sato").value();
  EXPECT_EQ(hunt.total, 2U);
  const auto end = loop_->work(hunt.id, {}).value();
  EXPECT_EQ(end.done, 1U);
  EXPECT_EQ(end.gone, 1U);
}

TEST_F(HuntLoopTest, ACaptureThatKillsEveryProcessIsListedAndTheOthersAreLookedAtOnce) {
  captures_.ids = {"a", "poison", "b"};
  apply();
  const auto hunt = loop_->start({}, "sato").value();
  int deaths = 0;
  for (int life = 0; life < 6; ++life) {
    try {
      ASSERT_TRUE(loop_->work(hunt.id, {}));
    } catch (const std::runtime_error&) {
      ++deaths;
    }
  }
  EXPECT_EQ(deaths, static_cast<int>(HuntOptions{}.attempts));
  const auto end = hunts_->load(hunt.id).value();
  EXPECT_EQ(end.state, HuntState::kDone);
  EXPECT_EQ(end.done, 2U);
  EXPECT_EQ(end.unreadable, 1U);
  EXPECT_EQ(hunts_->failures(hunt.id, 9).value().front().reason, "tried too often");
  EXPECT_EQ(captures_.looks["a"], 1);
  EXPECT_EQ(captures_.looks["b"], 1);
}

TEST_F(HuntLoopTest, WhatDoesNotAnswerIsTriedAgainAndThenListed) {
  captures_.ids = {"stuck"};
  apply();
  const auto hunt = loop_->start({}, "sato").value();
  for (std::uint32_t i = 1; i < HuntOptions{}.attempts; ++i) {
    EXPECT_EQ(loop_->work(hunt.id, {}).error().code, Errc::kUnavailable);
  }
  EXPECT_EQ(loop_->work(hunt.id, {}).value().unreadable, 1U);
  EXPECT_EQ(hunts_->failures(hunt.id, 9).value().front().reason, "unavailable");
}

TEST_F(HuntLoopTest, OneProcessHuntsAtATime) {
  captures_.ids = {"a"};
  apply();
  const auto hunt = loop_->start({}, "sato").value();
  const auto lock = RoleLock::take(folder_.path(), "hunt").value();
  EXPECT_EQ(loop_->work(hunt.id, {}).error().code, Errc::kConflict);
}

TEST_F(HuntLoopTest, WhatComesInRaisesAlertsOnceAndAHuntFindsNothingMore) {
  captures_.ids = {"a", "b"};
  apply();
  for (const auto& id : captures_.ids) ASSERT_TRUE(queue_->push(id, clock_.now()));
  asio::io_context io;
  MatchLoop live({*queue_, captures_, *index_, *registry_, *keys_, *incidents_, clock_, sleeper_,
                  pool_, metrics_, Logger::silent(), "worker", &*terms_, alerts_.get()},
                 {}, {});
  EXPECT_EQ(run_alone(io, live.drain()).value().captures, 2U);
  EXPECT_EQ(alerts(), 2U);
  const auto hunt = loop_->work(loop_->start({}, "sato").value().id, {}).value();
  EXPECT_EQ(hunt.done, 2U);
  EXPECT_EQ(hunt.alerts, 0U);
  EXPECT_EQ(alerts(), 2U);
  EXPECT_THAT(metrics_.render(), HasSubstr("hitokoe_alerts_total{kind=\"word\"} 2"));
}

TEST_F(HuntLoopTest, TheMailSaysWhatWasFoundAndNothingOfThePage) {
  captures_.ids = {"a"};
  apply();
  const auto hunt = loop_->work(loop_->start({}, "sato").value().id, {}).value();
  const auto news = alerts_->untold(matcher::Severity::kLow, 9).value();
  ASSERT_EQ(news.size(), 1U);
  const auto text = alert_mail_text(news, {hunt});
  EXPECT_THAT(text, HasSubstr("[青空計画]"));
  EXPECT_THAT(text, HasSubstr("監視語が見つかりました"));
  EXPECT_THAT(text, HasSubstr("Hunt HNT-1 is done: captures 1"));
  EXPECT_THAT(text, Not(HasSubstr("山田")));
}

TEST(AlertMailTest, RefusesWhatCannotBeSent) {
  AlertOptions options;
  SmtpSettings smtp;
  EXPECT_TRUE(AlertMail::check(options, smtp)) << "nobody is to be told";
  options.mail_to = "a@kou.test, b@kou.test";
  EXPECT_FALSE(AlertMail::check(options, smtp));
  smtp.url = "smtp://relay.test:587";
  options.mail_from = "hitokoe@kou.test";
  EXPECT_TRUE(AlertMail::check(options, smtp));
  options.mail_to += ", not an address";
  EXPECT_FALSE(AlertMail::check(options, smtp));
}

}  // namespace
}  // namespace hitokoe::service
