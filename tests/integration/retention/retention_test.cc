// How long data are kept, and their end by key: over the real key store, database and audit log.
#include "hitokoe/incident/retention.h"

#include <gmock/gmock.h>

#include <map>

#include "hitokoe/base/crypto/sealed.h"
#include "tests/integration/incident/incident_world.h"

namespace hitokoe::incident {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kPlan = R"(version: "t"
plan:
  - {kind: subjects, days: 100, basis: {ja: 根拠あ, en: basis a}}
  - {kind: contacts, days: 10, basis: {ja: 根拠い, en: basis b}}
  - {kind: desk, days: 50, basis: {ja: 根拠う, en: basis c}}
)";

// Fails at the event of this kind, as a crash before it is written.
class CrashingLog final : public AuditLog {
 public:
  explicit CrashingLog(AuditLog& log) : log_(log) {}
  Result<Event> append(const Draft& draft, UtcTime at) override {
    if (draft.kind == crash_at) return fail(Errc::kIo, "crashed", "crashed");
    return log_.append(draft, at);
  }
  Result<std::vector<Event>> read(const std::string& stream) override { return log_.read(stream); }
  Result<std::vector<Event>> after(std::uint64_t seq, std::size_t most) override {
    return log_.after(seq, most);
  }
  Result<std::uint64_t> last_seq() override { return log_.last_seq(); }
  Result<void> for_each(const std::function<Result<void>(const Event&)>& each) override {
    return log_.for_each(each);
  }
  Result<void> checkpoint(const crypto::SignKeyPair& service, UtcTime at) override {
    return log_.checkpoint(service, at);
  }
  Result<std::vector<Checkpoint>> checkpoints() override { return log_.checkpoints(); }
  std::string crash_at;

 private:
  AuditLog& log_;
};

class Retention : public IncidentWorld {
 protected:
  void SetUp() override {
    IncidentWorld::SetUp();
    campaigns = storage::make_campaign_store(db);
    crashing.emplace(*log);
    retention.emplace(
        RetentionService::Parts{*store, *campaigns, *crashing, *keys, captures, clock},
        RetentionPlan::parse(kPlan, "plan.yaml").value());
    id = open(report("a", "kou", 0, 7)).incident;
    ASSERT_TRUE(keys->get_or_make(identity::KeyKind::kIncident, "desk:" + id));
  }
  void close() {
    for (const auto to : {State::kTriaged, State::kConfirmed, State::kContained, State::kNotified,
                          State::kClosed}) {
      ASSERT_TRUE(incidents->advance(lead, id, to, "n"));
    }
  }
  std::map<KeptKind, RetentionItem> items() {
    std::map<KeptKind, RetentionItem> out;
    auto all = retention->items(lead).value();
    for (auto& item : all) out.emplace(item.kind, std::move(item));
    return out;
  }
  bool readable(const std::string& name) {
    return keys->get(identity::KeyKind::kIncident, name).has_value();
  }
  static constexpr Duration kDay = std::chrono::days(1);

  std::unique_ptr<CampaignStore> campaigns;
  std::optional<CrashingLog> crashing;
  std::optional<RetentionService> retention;
  std::string id;
};

TEST(RetentionPlanFile, TheOneThatIsBuiltInHoldsAndWrongOnesAreToldWithTheirLines) {
  const auto plan = RetentionPlan::parse(RetentionPlan::kBuiltIn, "retention.yaml");
  ASSERT_TRUE(plan) << plan.error().detail;
  EXPECT_EQ(plan.value().rules().size(), 3U);
  for (const auto& r : plan.value().rules()) {
    EXPECT_FALSE(r.by_itself);
    EXPECT_FALSE(r.basis.en.empty() || r.basis.ja.empty());
  }
  const auto wrong = RetentionPlan::parse(
      "version: \"1\"\nplan:\n  - {kind: subjects, days: 0, basis: {ja: あ, en: a}}\n"
      "  - {kind: subjects, days: 5, basis: {ja: あ}}\n  - {kind: audit, days: 5, basis: {}}\n",
      "p.yaml");
  ASSERT_FALSE(wrong);
  for (const auto* line : {"p.yaml:3:", "p.yaml:4:", "p.yaml:5:"}) {
    EXPECT_THAT(wrong.error().detail, HasSubstr(line));
  }
  EXPECT_FALSE(RetentionPlan::parse("", "p.yaml"));
  EXPECT_FALSE(RetentionPlan::parse("plan: 7", "p.yaml"));
}

TEST_F(Retention, CountsTheDaysFromTheEndAndDestroysWhatIsDueAndNothingElse) {
  EXPECT_TRUE(items().empty()) << "not over";
  close();
  auto now = items();
  ASSERT_EQ(now.size(), 2U) << "there is no campaign";
  EXPECT_EQ(now[KeptKind::kSubjects].records, 7U);
  EXPECT_EQ(now[KeptKind::kSubjects].due, now[KeptKind::kSubjects].closed + std::chrono::days(100));
  EXPECT_EQ(retention->destroy(lead, id, {}).error().code, Errc::kConflict);

  clock.advance(50 * kDay - Duration(std::chrono::hours(9)) - Duration(1));
  EXPECT_EQ(items()[KeptKind::kDesk].state, RetentionState::kRunning) << "the last moment before";
  clock.advance(Duration(1));
  EXPECT_EQ(items()[KeptKind::kDesk].state, RetentionState::kDue) << "midnight in Japan";
  EXPECT_EQ(retention->destroy(lead, id, KeptKind::kSubjects).error().code, Errc::kConflict);
  const auto gone = retention->destroy(lead, id, {}).value();
  ASSERT_EQ(gone.size(), 1U);
  EXPECT_EQ(gone[0].key_name, "desk:" + id);
  EXPECT_FALSE(readable("desk:" + id));
  EXPECT_TRUE(readable(id));
  EXPECT_EQ(items()[KeptKind::kDesk].state, RetentionState::kDestroyed);

  clock.advance(60 * kDay);
  ASSERT_TRUE(retention->destroy(lead, id, {}));
  EXPECT_FALSE(readable(id));
  EXPECT_EQ(incidents->subjects(id).error().code, Errc::kForbidden);
  EXPECT_EQ(retention->destroy(lead, id, {}).error().code, Errc::kConflict);
  expect_consistent();
}

TEST_F(Retention, IsStoppedByAHoldUntilItsLastDayOrItsRelease) {
  close();
  clock.advance(200 * kDay);
  const auto today = jst_day(clock.now());
  EXPECT_EQ(retention->hold(lead, id, today - std::chrono::days(1), "r").error().code,
            Errc::kBadInput);
  EXPECT_EQ(retention->hold(lead, id, today, "").error().code, Errc::kBadInput);
  EXPECT_EQ(retention->release(lead, id, "r").error().code, Errc::kNotFound);
  ASSERT_TRUE(retention->hold(lead, id, today + std::chrono::days(3), "a lawsuit"));
  EXPECT_EQ(items()[KeptKind::kSubjects].state, RetentionState::kHeld);
  EXPECT_EQ(items()[KeptKind::kSubjects].hold->by, lead.user());
  EXPECT_EQ(retention->destroy(lead, id, {}).error().code, Errc::kConflict);
  EXPECT_TRUE(readable(id));
  clock.advance(3 * kDay);
  EXPECT_EQ(items()[KeptKind::kSubjects].state, RetentionState::kHeld);
  clock.advance(kDay);
  EXPECT_EQ(items()[KeptKind::kSubjects].state, RetentionState::kDue) << "it ended by itself";
  ASSERT_TRUE(retention->hold(lead, id, today + std::chrono::days(900), "another"));
  ASSERT_TRUE(retention->release(lead, id, "settled"));
  EXPECT_EQ(retention->destroy(lead, id, {}).value().size(), 2U);
}

TEST_F(Retention, TakesUpWhatACrashLeftBetweenKeyAndEvent) {
  close();
  clock.advance(200 * kDay);
  // Before the intent: nothing happened.
  crashing->crash_at = "retention.begun";
  EXPECT_FALSE(retention->destroy(lead, id, KeptKind::kSubjects));
  EXPECT_TRUE(readable(id));
  // After the key, before its event.
  crashing->crash_at = "retention.destroyed";
  EXPECT_FALSE(retention->destroy(lead, id, KeptKind::kSubjects));
  EXPECT_FALSE(readable(id));
  EXPECT_EQ(items()[KeptKind::kSubjects].state, RetentionState::kInterrupted);
  EXPECT_EQ(retention->hold(lead, id, jst_day(clock.now()), "late").error().code, Errc::kConflict);
  EXPECT_EQ(retention->certificate(lead, id).error().code, Errc::kNotFound);
  crashing->crash_at.clear();
  clock.advance(kDay);
  const Viewer other("suzuki", registry::Role::kCoordinator, "");
  const auto gone = retention->destroy(other, id, KeptKind::kSubjects).value();
  ASSERT_EQ(gone.size(), 1U);
  EXPECT_EQ(gone[0].by, lead.user()) << "who began it";
  EXPECT_EQ(gone[0].records, 7U);
  EXPECT_EQ(items()[KeptKind::kSubjects].state, RetentionState::kDestroyed);
  expect_consistent();
}

// As a merge that was killed before its transaction leaves it.
TEST_F(Retention, TheKeyOfAnotherIncidentOpensNothingOfWhatIsDestroyed) {
  const auto other = open(report("b", "otsu", 50, 7)).incident;
  ASSERT_NE(other, id);
  captures.kept.emplace("a", other);
  captures.kept.emplace("a", "INC-20260401-0099");  // never was
  close();
  clock.advance(200 * kDay);
  ASSERT_TRUE(retention->destroy(lead, id, KeptKind::kSubjects));
  EXPECT_EQ(captures.kept,
            (std::set<std::pair<std::string, std::string>>{{"a", id}, {"b", other}}));
}

TEST_F(Retention, IsForCoordinatorsAndSeenByAuditors) {
  close();
  clock.advance(200 * kDay);
  const Viewer auditor("a", registry::Role::kAuditor, "");
  EXPECT_EQ(retention->items(auditor).value().size(), 2U);
  for (const auto& who : {auditor, party("kou"), Viewer("d", registry::Role::kDesk, ""),
                          Viewer("o", registry::Role::kOperator, "")}) {
    EXPECT_EQ(retention->destroy(who, id, {}).error().code, Errc::kForbidden);
    EXPECT_EQ(retention->hold(who, id, jst_day(clock.now()), "r").error().code, Errc::kForbidden);
    EXPECT_EQ(retention->release(who, id, "r").error().code, Errc::kForbidden);
  }
  EXPECT_EQ(retention->items(party("kou")).error().code, Errc::kForbidden);
  EXPECT_EQ(retention->destroy(lead, "INC-19990101-0001", {}).error().code, Errc::kNotFound);
}

TEST_F(Retention, CertifiesWhatIsGoneAndNoticesEveryChange) {
  close();
  clock.advance(200 * kDay);
  ASSERT_TRUE(retention->destroy(lead, id, {}));
  const auto made = retention->certificate(lead, id).value();
  const auto service = keys->service_sign().value().public_key;
  ASSERT_TRUE(check_certificate(made, service));
  ASSERT_TRUE(check_certificate_events(made, *log));
  const auto text = certificate_text(made).value();
  EXPECT_THAT(text, AllOf(HasSubstr("# 破棄証明書"), HasSubstr("# Certificate of destruction"),
                          HasSubstr("7 records"), HasSubstr("7 件"), HasSubstr("basis a"),
                          HasSubstr("根拠う"), HasSubstr("incident / desk:" + id)));
  EXPECT_EQ(check_certificate(made, crypto::make_sign_keys(random).public_key).error().code,
            Errc::kCorrupt);
  // Any byte: it is refused, and the program goes on.
  for (std::size_t i = 0; i < made.size(); ++i) {
    auto altered = made;
    altered[i] = altered[i] == '0' ? '1' : '0';
    EXPECT_FALSE(check_certificate(altered, service)) << i;
    (void)certificate_text(altered);
  }
  for (std::size_t i = 0; i < made.size(); i += 7) {
    EXPECT_FALSE(check_certificate(made.substr(0, i), service));
  }
  for (const auto* hostile : {"", "{}", "[]", "null", R"({"body":{},"signature":""})",
                              R"({"body":{"format":1.5},"signature":"00"})"}) {
    EXPECT_EQ(check_certificate(hostile, service).error().code, Errc::kBadInput);
    EXPECT_FALSE(certificate_text(hostile));
  }
  // Signed by the service, but of a log that is not this one.
  const auto other = make_memory_audit_log();
  EXPECT_EQ(check_certificate_events(made, *other).error().code, Errc::kCorrupt);
}

}  // namespace
}  // namespace hitokoe::incident
