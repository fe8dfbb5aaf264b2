// What every store of terms, alerts and hunts must do, whatever keeps it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hitokoe/storage/alerts.h"
#include "tests/contract/stores_under_test.h"
#include "tests/database_under_test.h"

namespace hitokoe::storage {
namespace {

using namespace hitokoe::incident;
using registry::Role;
using registry::Viewer;
using std::chrono::hours;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

UtcTime at(int second) { return UtcTime(seconds(1'775'000'000 + second)); }

// The three stores over one log; opened again where they are on disk.
class Stores {
 public:
  explicit Stores(Kept kept) : kept_(kept), log_(make_memory_audit_log()) {
    if (kept_ == Kept::kInMemory) {
      terms = make_memory_term_store(*log_);
      alerts = make_memory_alert_store(*log_);
      hunts = make_memory_hunt_store(*log_);
    } else {
      reopen();
    }
  }
  void reopen() {
    if (kept_ == Kept::kInMemory) return;
    terms.reset();
    alerts.reset();
    hunts.reset();
    log_.reset();
    auto db = testing::open_database(folder_.path() / "t.db").value();
    terms = make_term_store(db);
    alerts = make_alert_store(db);
    hunts = make_hunt_store(db);
    log_ = make_audit_log(db);
  }
  std::vector<std::string> events(const std::string& stream) {
    std::vector<std::string> kinds;
    const auto all = log_->read(stream);
    for (const auto& e : all.value()) kinds.push_back(e.kind);
    return kinds;
  }
  std::string body(const std::string& stream) { return log_->read(stream).value().back().body; }

  std::unique_ptr<TermStore> terms;
  std::unique_ptr<AlertStore> alerts;
  std::unique_ptr<HuntStore> hunts;

 private:
  Kept kept_;
  ScratchFolder folder_;
  std::unique_ptr<AuditLog> log_;
};

class AlertStoresContract : public ::testing::TestWithParam<Kept> {
 protected:
  Stores s{GetParam()};
  Viewer all{"sato", Role::kCoordinator, ""};
};

constexpr std::string_view kOne = "terms:\n  - {id: a, word: 青空}\n  - {id: b, word: 青海}\n";
constexpr std::string_view kTwo =
    "terms:\n  - {id: a, word: 青空計画}\n  - {id: c, word: 青山}\nregistry_names: true\n";

TEST_P(AlertStoresContract, TermsAreVersionsAndEachChangeIsAnEvent) {
  EXPECT_EQ(s.terms->version().value(), 0U);
  EXPECT_TRUE(s.terms->load().value().terms.empty());
  EXPECT_EQ(s.terms->apply(kOne, "a.yaml", "sato", at(1)).value(), 1U);
  EXPECT_EQ(s.terms->apply(kOne, "a.yaml", "sato", at(2)).value(), 1U) << "no change, no version";
  EXPECT_EQ(s.terms->apply(kTwo, "b.yaml", "suzuki", at(3)).value(), 2U);
  s.reopen();
  EXPECT_EQ(s.terms->version().value(), 2U);
  const auto file = s.terms->load().value();
  EXPECT_EQ(file.terms.size(), 2U);
  EXPECT_TRUE(file.names);
  const auto versions = s.terms->versions().value();
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_EQ(versions[1].actor, "suzuki");
  EXPECT_EQ(versions[1].applied, at(3));
  EXPECT_THAT(s.events("terms"), ElementsAre("terms.applied", "terms.applied"));
  EXPECT_EQ(s.body("terms"),
            R"({"added":["c","registry_names"],"changed":["a"],"removed":["b"],"version":2})");
}

TEST_P(AlertStoresContract, TermsThatAreRefusedChangeNothing) {
  ASSERT_TRUE(s.terms->apply(kOne, "a.yaml", "sato", at(1)));
  EXPECT_EQ(s.terms->apply("terms: 1\n", "b.yaml", "sato", at(2)).error().code, Errc::kBadInput);
  EXPECT_EQ(s.terms->version().value(), 1U);
}

Alert alert(const std::string& capture, const std::string& term, int second,
            std::vector<std::string> carriers = {}) {
  Alert a;
  a.id = alert_id(capture, term);
  a.term = term;
  a.capture = capture;
  a.document = capture;
  a.source = "pastes";
  a.carriers = std::move(carriers);
  a.count = 2;
  a.kind = matcher::TermKind::kDomain;
  a.likeness = matcher::Likeness::kTypo;
  a.severity = matcher::Severity::kHigh;
  a.term_note = "ours";
  a.places = {{3, 40, "＊＊ [kou-tle.jp] xx"}, {9, 400, "\"\\"}};
  a.found = at(second);
  return a;
}

std::vector<std::string> captures_of(const Result<std::vector<Alert>>& alerts) {
  std::vector<std::string> out;
  for (const auto& a : alerts.value()) out.push_back(a.capture);
  return out;
}

TEST_P(AlertStoresContract, ATermIsOneAlertACapture) {
  const auto a = alert("cap-1", "t", 1, {"kou", "otsu"});
  EXPECT_EQ(s.alerts->add(a, {}).value(), AlertStore::Added::kNew);
  s.reopen();
  EXPECT_EQ(s.alerts->add(alert("cap-1", "t", 9), {}).value(), AlertStore::Added::kKnown);
  EXPECT_EQ(s.alerts->add(alert("cap-1", "u", 2), {}).value(), AlertStore::Added::kNew);
  EXPECT_EQ(s.alerts->add(alert("cap-2", "t", 3), {}).value(), AlertStore::Added::kNew);
  EXPECT_EQ(s.alerts->load(all, a.id).value(), a);
  EXPECT_EQ(s.alerts->counts().value().open, 3U);
  EXPECT_EQ(s.alerts->load(all, "ALR-0").error().code, Errc::kNotFound);
}

TEST_P(AlertStoresContract, APartySeesTheAlertsOfItsTermsAndNoOthers) {
  ASSERT_TRUE(s.alerts->add(alert("cap-1", "t", 1, {"kou"}), {}));
  ASSERT_TRUE(s.alerts->add(alert("cap-2", "t", 2, {"otsu"}), {}));
  ASSERT_TRUE(s.alerts->add(alert("cap-3", "t", 3), {}));
  const Viewer kou("k", Role::kParty, "kou");
  EXPECT_THAT(captures_of(s.alerts->list(kou, {})), ElementsAre("cap-1"));
  EXPECT_TRUE(s.alerts->load(kou, alert_id("cap-1", "t")));
  for (const auto* other : {"cap-2", "cap-3"}) {
    EXPECT_EQ(s.alerts->load(kou, alert_id(other, "t")).error().code, Errc::kNotFound);
    EXPECT_EQ(
        s.alerts->change(kou, alert_id(other, "t"), AlertState::kClosed, "", at(9)).error().code,
        Errc::kNotFound);
  }
  for (const auto role : {Role::kCoordinator, Role::kOperator, Role::kAuditor}) {
    EXPECT_THAT(captures_of(s.alerts->list(Viewer("x", role, ""), {})),
                ElementsAre("cap-3", "cap-2", "cap-1"));
  }
  const Viewer desk("d", Role::kDesk, "");
  EXPECT_THAT(captures_of(s.alerts->list(desk, {})), IsEmpty());
  EXPECT_EQ(s.alerts->load(desk, alert_id("cap-1", "t")).error().code, Errc::kNotFound);
  EXPECT_THAT(captures_of(s.alerts->list(Viewer("n", Role::kParty, ""), {})), IsEmpty());
}

TEST_P(AlertStoresContract, WhoAcknowledgesAndClosesIsOnRecord) {
  const auto id = alert_id("cap-1", "t");
  ASSERT_TRUE(s.alerts->add(alert("cap-1", "t", 1, {"kou"}), {}));
  const Viewer kou("kaoru", Role::kParty, "kou");
  const auto seen = s.alerts->change(kou, id, AlertState::kAcknowledged, "looking", at(5)).value();
  EXPECT_EQ(seen.state, AlertState::kAcknowledged);
  ASSERT_TRUE(s.alerts->change(kou, id, AlertState::kAcknowledged, "looking", at(6)));
  ASSERT_TRUE(s.alerts->change(all, id, AlertState::kClosed, "our own page", at(7)));
  s.reopen();
  const auto now = s.alerts->load(all, id).value();
  EXPECT_EQ(now.state, AlertState::kClosed);
  EXPECT_EQ(now.changed_by, "sato");
  EXPECT_EQ(now.changed, at(7));
  EXPECT_EQ(now.note, "our own page");
  EXPECT_THAT(s.events("alert/" + id), ElementsAre("alert.acknowledged", "alert.closed"));
  EXPECT_THAT(s.body("alert/" + id), HasSubstr("our own page"));
  EXPECT_EQ(s.alerts->change(Viewer("a", Role::kAuditor, ""), id, AlertState::kOpen, "", at(8))
                .error()
                .code,
            Errc::kForbidden);
  EXPECT_EQ(
      s.alerts->change(all, id, AlertState::kOpen, std::string(2001, 'x'), at(8)).error().code,
      Errc::kBadInput);
  EXPECT_EQ(s.alerts->counts().value().closed, 1U);
}

TEST_P(AlertStoresContract, BeyondTheThrottleAlertsAreKeptButMuted) {
  const matcher::Throttle two{2, hours(1)};
  using Added = AlertStore::Added;
  EXPECT_EQ(s.alerts->add(alert("cap-1", "t", 0), two).value(), Added::kNew);
  EXPECT_EQ(s.alerts->add(alert("cap-2", "t", 10), two).value(), Added::kNew);
  EXPECT_EQ(s.alerts->add(alert("cap-3", "t", 20), two).value(), Added::kMuted);
  EXPECT_EQ(s.alerts->add(alert("cap-4", "u", 30), two).value(), Added::kNew);
  EXPECT_EQ(s.alerts->add(alert("cap-5", "t", 3601), two).value(), Added::kNew);
  EXPECT_TRUE(s.alerts->load(all, alert_id("cap-3", "t")).value().muted);
  EXPECT_THAT(captures_of(s.alerts->untold(matcher::Severity::kLow, 10)),
              ElementsAre("cap-1", "cap-2", "cap-4", "cap-5"));
  EXPECT_EQ(s.alerts->add(alert("cap-1", "t", 0), two).value(), Added::kKnown);
  EXPECT_EQ(s.events("alerts"), std::vector<std::string>(4, "alert.found"))
      << "one for each that is told";
}

TEST_P(AlertStoresContract, WhatWasToldOrIsOfLittleWeightIsNotToldAgain) {
  auto low = alert("cap-1", "low", 1);
  low.severity = matcher::Severity::kLow;
  ASSERT_TRUE(s.alerts->add(low, {}));
  ASSERT_TRUE(s.alerts->add(alert("cap-2", "t", 2), {}));
  ASSERT_TRUE(s.alerts->add(alert("cap-3", "t", 3), {}));
  EXPECT_THAT(captures_of(s.alerts->untold(matcher::Severity::kHigh, 1)), ElementsAre("cap-2"));
  ASSERT_TRUE(s.alerts->told({alert_id("cap-2", "t")}, at(4)));
  s.reopen();
  EXPECT_THAT(captures_of(s.alerts->untold(matcher::Severity::kMedium, 10)), ElementsAre("cap-3"));
  EXPECT_EQ(s.alerts->load(all, alert_id("cap-2", "t")).value().notified, at(4));
}

TEST_P(AlertStoresContract, ListsAreFilteredAndPaged) {
  for (int i = 0; i < 7; ++i) {
    auto a = alert("cap-" + std::to_string(i), i % 2 == 0 ? "even" : "odd", i);
    if (i == 6) a.hunt = "HNT-1";
    ASSERT_TRUE(s.alerts->add(a, {}));
  }
  AlertFilter page;
  page.limit = 3;
  EXPECT_THAT(captures_of(s.alerts->list(all, page)), ElementsAre("cap-6", "cap-5", "cap-4"));
  page.after = alert_id("cap-4", "even");
  EXPECT_THAT(captures_of(s.alerts->list(all, page)), ElementsAre("cap-3", "cap-2", "cap-1"));
  page.after = "ALR-none";
  EXPECT_EQ(s.alerts->list(all, page).error().code, Errc::kNotFound);
  AlertFilter odd;
  odd.term = "odd";
  EXPECT_EQ(s.alerts->list(all, odd).value().size(), 3U);
  AlertFilter hunted;
  hunted.hunt = "HNT-1";
  EXPECT_THAT(captures_of(s.alerts->list(all, hunted)), ElementsAre("cap-6"));
  AlertFilter closed;
  closed.state = AlertState::kClosed;
  EXPECT_THAT(s.alerts->list(all, closed).value(), IsEmpty());
}

// ------------------------------------------------ hunts

HuntStep step(HuntStep::Kind kind, std::string reason = {}) {
  HuntStep step;
  step.kind = kind;
  step.reason = std::move(reason);
  step.worked = seconds(2);
  return step;
}

TEST_P(AlertStoresContract, AHuntGoesThroughEachCaptureOnce) {
  const auto started = s.hunts->start({}, {"c", "a", "b"}, HuntBasis{4, 9}, "sato", at(1)).value();
  EXPECT_EQ(started.state, HuntState::kRunning);
  EXPECT_EQ(started.total, 3U);
  const auto& id = started.id;
  EXPECT_THAT(s.hunts->next(id, 2).value(), ElementsAre("c", "a"));
  auto found = step(HuntStep::Kind::kDone);
  found.alerts = 2;
  found.opened = true;
  auto hunt = s.hunts->settle(id, "c", found, at(2)).value();
  EXPECT_EQ(hunt.remaining(), seconds(4));
  s.reopen();
  hunt = s.hunts->settle(id, "c", found, at(3)).value();
  EXPECT_EQ(hunt.alerts, 2U) << "a capture counts once";
  EXPECT_THAT(s.hunts->next(id, 9).value(), ElementsAre("a", "b"));
  EXPECT_EQ(s.hunts->attempt(id, "a").value(), 1U);
  s.reopen();
  EXPECT_EQ(s.hunts->attempt(id, "a").value(), 2U) << "who was killed had counted";
  EXPECT_EQ(s.hunts->attempt(id, "none").error().code, Errc::kNotFound);
  ASSERT_TRUE(s.hunts->settle(id, "a", step(HuntStep::Kind::kUnreadable, "corrupt"), at(4)));
  hunt = s.hunts->settle(id, "b", step(HuntStep::Kind::kGone), at(5)).value();
  s.reopen();
  EXPECT_EQ(s.hunts->load(id).value(), hunt);
  EXPECT_EQ(hunt.state, HuntState::kDone);
  EXPECT_EQ(hunt.ended, at(5));
  EXPECT_EQ(hunt.done, 1U);
  EXPECT_EQ(hunt.unreadable, 1U);
  EXPECT_EQ(hunt.gone, 1U);
  EXPECT_EQ(hunt.opened, 1U);
  const auto failures = s.hunts->failures(id, 10).value();
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].capture, "a");
  EXPECT_EQ(failures[0].reason, "corrupt");
  EXPECT_THAT(s.events("hunt/" + id), ElementsAre("hunt.started", "hunt.done"));
  EXPECT_EQ(s.hunts->basis().value(), (HuntBasis{4, 9}));
  EXPECT_FALSE(s.hunts->current().value());
}

TEST_P(AlertStoresContract, AHuntIsPausedAndResumed) {
  const auto id = s.hunts->start({}, {"a", "b"}, std::nullopt, "sato", at(1)).value().id;
  ASSERT_TRUE(s.hunts->settle(id, "a", step(HuntStep::Kind::kDone), at(2)));
  EXPECT_EQ(s.hunts->pause(id, "sato", at(3)).value().state, HuntState::kPaused);
  ASSERT_TRUE(s.hunts->pause(id, "sato", at(3)));
  EXPECT_THAT(s.hunts->next(id, 9).value(), IsEmpty());
  EXPECT_FALSE(s.hunts->current().value());
  s.reopen();
  EXPECT_EQ(s.hunts->resume(id, "suzuki", at(4)).value().state, HuntState::kRunning);
  EXPECT_EQ(s.hunts->current().value()->id, id);
  EXPECT_THAT(s.hunts->next(id, 9).value(), ElementsAre("b"));
  ASSERT_TRUE(s.hunts->settle(id, "b", step(HuntStep::Kind::kDone), at(5)));
  EXPECT_EQ(s.hunts->pause(id, "sato", at(6)).error().code, Errc::kConflict);
  EXPECT_THAT(s.events("hunt/" + id),
              ElementsAre("hunt.started", "hunt.paused", "hunt.resumed", "hunt.done"));
}

TEST_P(AlertStoresContract, HuntsAreToldOnceAndKeepTheirPlan) {
  HuntPlan plan;
  plan.cause = HuntCause::kIndex;
  plan.terms = false;
  plan.since = parse_day("2026-04-01").value();
  const auto empty = s.hunts->start(plan, {}, std::nullopt, "service", at(1)).value();
  EXPECT_EQ(empty.state, HuntState::kDone) << "nothing is kept";
  EXPECT_FALSE(s.hunts->basis().value());
  ASSERT_TRUE(s.hunts->set_basis({1, 2}));
  s.reopen();
  EXPECT_EQ(s.hunts->basis().value(), (HuntBasis{1, 2}));
  ASSERT_EQ(s.hunts->untold().value().size(), 1U);
  EXPECT_EQ(s.hunts->list().value(), std::vector<Hunt>{empty});
  ASSERT_TRUE(s.hunts->told(empty.id, at(2)));
  EXPECT_THAT(s.hunts->untold().value(), IsEmpty());
  for (const auto* id : {"HNT-77", "HNT-", "x", "HNT-1x"}) {
    EXPECT_EQ(s.hunts->load(id).error().code, Errc::kNotFound) << id;
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, AlertStoresContract,
                         ::testing::Values(Kept::kInMemory, Kept::kInSql),
                         [](const auto& c) { return name_of(c.param); });

}  // namespace
}  // namespace hitokoe::storage
