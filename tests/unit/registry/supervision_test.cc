#include <gmock/gmock.h>

#include "hitokoe/registry/views.h"
#include "tests/unit/registry/supervised.h"

namespace hitokoe::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

JstDay day(std::string_view text) { return parse_day(text).value(); }
const JstDay kToday = day("2026-08-01");

// "kind where due"
std::vector<std::string> told(const Registry& registry, JstDay today = kToday) {
  std::vector<std::string> all;
  for (const auto& f : registry.findings(today)) {
    EXPECT_FALSE(f.text_ja.empty());
    EXPECT_FALSE(f.text_en.empty());
    if (f.due && is_overdue(f.kind)) {
      EXPECT_LT(*f.due, today);
    }
    all.push_back(std::string(to_string(f.kind)) + " " + f.where +
                  (f.due ? " " + format_day(*f.due) : ""));
  }
  return all;
}

std::vector<std::string> told_of(std::string_view from, std::string_view to,
                                 JstDay today = kToday) {
  return told(parsed(supervised(from, to)), today);
}

std::string refused(std::string_view from, std::string_view to) {
  const auto registry = parse_registry(supervised(from, to), "r.yaml");
  EXPECT_FALSE(registry) << from << " → " << to;
  if (registry) return "";
  EXPECT_EQ(registry.error().code, Errc::kBadInput);
  EXPECT_FALSE(registry.error().detail_ja.empty());
  return registry.error().detail;
}

TEST(Supervision, HasNoFindingsWhereEverythingIsOnRecord) {
  EXPECT_THAT(told(parsed(supervised())), IsEmpty());
}

TEST(Supervision, IsNotAskedForWhereTheCarrierHasNoEntry) {
  const std::string text(kSupervised.substr(0, kSupervised.find("carriers:")));
  const auto registry = parsed(text);
  EXPECT_THAT(told(registry), IsEmpty());
  EXPECT_FALSE(is_supervised(registry, *registry.delegation("D1")));
}

TEST(Supervision, NamesWhatTheStartOfAContractNeeds) {
  EXPECT_THAT(told_of("    agreement: {on: 2024-03-20, ref: 確認書7}\n", ""),
              ElementsAre("no_agreement D1 2024-04-01"));
  EXPECT_THAT(told_of("    precheck: {on: 2024-03-10, kind: visit, ref: 点検票1}\n", ""),
              ElementsAre("no_precheck D1 2024-04-01"));
  EXPECT_THAT(told_of("    training: [{on: 2024-03-25, attended: 20, of: 20}, {on: 2026-03-25, "
                      "attended: 18, of: 20, names: [試験一郎], consent: {on: 2026-03-20, ref: "
                      "同意書}}]\n",
                      ""),
              ElementsAre("no_training D1 2024-04-01"));
}

TEST(Supervision, TheLastDayOfAnIntervalIsInTime) {
  const auto registry = parsed(supervised());
  // The self-inspection of 2026-02-01 is good until 2027-02-01, the audit until 2026-12-01, the
  // review until 2026-10-10, the training until 2027-03-25.
  EXPECT_THAT(told(registry, day("2026-10-10")), IsEmpty());
  EXPECT_THAT(told(registry, day("2026-10-11")),
              ElementsAre("access_review_overdue D1 2026-10-10"));
  EXPECT_THAT(told(registry, day("2026-12-02")),
              ElementsAre("audit_overdue D1 2026-12-01", "access_review_overdue D1 2026-10-10"));
  EXPECT_THAT(told(registry, day("2027-03-26")),
              ElementsAre("training_overdue D1 2027-03-25", "self_inspection_overdue D1 2027-02-01",
                          "audit_overdue D1 2026-12-01", "access_review_overdue D1 2026-10-10"));
}

TEST(Supervision, AnAuditOnPaperCountsOnlyWhereThePolicyAcceptsIt) {
  EXPECT_THAT(told_of("kind: on_site", "kind: paper"), ElementsAre("audit_overdue D1 2025-04-01"));
  EXPECT_THAT(told_of("kind: on_site", "kind: remote"), ElementsAre("audit_overdue D1 2025-04-01"));
  auto text = supervised("kind: on_site", "kind: paper");
  swap_text(text, "paper_audits: false", "paper_audits: true");
  EXPECT_THAT(told(parsed(text)), IsEmpty());
}

TEST(Supervision, IsTheSameAtEveryLevel) {
  // D2, a re-delegation of type B, runs on: it needs all that D1 needs.
  const auto running =
      supervised(", ends: 2026-03-31, returned: {on: 2026-04-05, ref: 確認書3}}", "}");
  auto text = running;
  const std::string closed =
      "  - delegation: D2\n    closed: {on: 2026-04-10, by: kou, key: keep, until: 2027-03-31, "
      "ref: "
      "終了票2}\n";
  swap_text(text, closed, "");
  EXPECT_THAT(told(parsed(text)),
              ElementsAre("no_agreement D2 2024-06-01", "no_precheck D2 2024-06-01",
                          "no_training D2 2024-06-01", "self_inspection_overdue D2 2025-06-01",
                          "audit_overdue D2 2025-06-01", "access_review_overdue D2 2024-09-01"));
}

TEST(Supervision, NothingIsDueBeforeTheContractBegins) {
  const auto text = supervised("begins: 2024-04-01", "begins: 2024-04-01, ends: 2024-06-01");
  const auto registry = parsed(text);
  for (const auto& t : told(registry, day("2024-03-01"))) {
    EXPECT_THAT(t, ::testing::StartsWith("contradiction")) << "records of days to come";
  }
}

TEST(Supervision, AContractThatIsOverWantsProofAndThenAChoiceAboutTheKey) {
  EXPECT_THAT(told_of("  - delegation: D2\n    closed: {on: 2026-04-10, by: kou, key: keep, until: "
                      "2027-03-31, ref: 終了票2}\n",
                      ""),
              ElementsAre("retention_undecided D2 2026-04-05"));
  EXPECT_THAT(refused(", returned: {on: 2026-04-05, ref: 確認書3}", ""),
              HasSubstr("r.yaml:29: supervision D2: closed: not without the proof of return"));
  EXPECT_THAT(refused("closed: {on: 2026-04-10", "closed: {on: 2026-04-01"),
              HasSubstr("supervision D2: closed: on: before returned"));
  EXPECT_THAT(refused("by: kou, key", "by: nightdesk, key"),
              HasSubstr("closed: by: the delegator callco or the controller kou"));
  EXPECT_THAT(refused(", until: 2027-03-31", ""), HasSubstr("keep needs the day"));
  EXPECT_THAT(refused("key: keep", "key: destroy"), HasSubstr("until: only with key: keep"));
}

TEST(Supervision, TheKeyMayGoOnlyWhenTheChoiceSaysSo) {
  const auto registry = parsed(supervised());
  const auto refusal = [&](const Registry& r, const char* d, std::string_view on) {
    const auto may = may_destroy_key(r, d, day(on));
    return may ? std::string() : std::string(to_string(may.error().code));
  };
  EXPECT_EQ(refusal(registry, "D1", "2026-08-01"), "conflict") << "it runs";
  EXPECT_EQ(refusal(registry, "D2", "2027-03-31"), "conflict") << "kept until then";
  EXPECT_EQ(refusal(registry, "D2", "2027-04-01"), "");
  EXPECT_EQ(refusal(registry, "D9", "2027-04-01"), "not_found");
  const auto at_once = parsed(supervised("key: keep, until: 2027-03-31", "key: destroy"));
  EXPECT_EQ(refusal(at_once, "D2", "2026-04-09"), "conflict") << "not before it is closed";
  EXPECT_EQ(refusal(at_once, "D2", "2026-04-10"), "");
}

TEST(Supervision, NamesOfTraineesNeedTheirConsentAndAreNeverPrinted) {
  EXPECT_THAT(refused(", consent: {on: 2026-03-20, ref: 同意書}", ""),
              HasSubstr("r.yaml:26: supervision D1: training 2: names: only with the recorded "
                        "consent"));
  EXPECT_THAT(refused("names: [試験一郎]", "names: [試験一郎, 試験一郎]"), Not(IsEmpty()));
  EXPECT_THAT(refused("attended: 18", "attended: 21"),
              HasSubstr("training 2: attended: more than"));
  const auto registry = parsed(supervised());
  const auto json = registry_to_json(registry, {});
  EXPECT_THAT(json, Not(HasSubstr("試験一郎")));
  EXPECT_THAT(json, HasSubstr("\"named\":1"));
}

TEST(Supervision, BothSidesOfAHandoverMustStateTheSame) {
  EXPECT_THAT(told_of("{by: callco, on: 2026-07-01, records: 500",
                      "{by: callco, on: 2026-07-02, "
                      "records: 499"),
              ElementsAre("handover_mismatch S1", "handover_mismatch S1"));
  EXPECT_THAT(told_of("items: [phone, ref, name]", "items: [phone, ref]"),
              ElementsAre("handover_mismatch S1"));
  EXPECT_THAT(refused("{by: callco, on", "{by: nightdesk, on"),
              HasSubstr("snapshot S1: stated: by: nightdesk is not a side of D1"));
  EXPECT_THAT(refused("{by: callco, on", "{by: kou, on"), HasSubstr("kou is there twice"));
}

TEST(Supervision, FieldsThatThePurposeDoesNotNeedAreRefused) {
  EXPECT_THAT(refused("purposes: {コールセンター: [ref, name, phone]",
                      "purposes: {コールセンター: "
                      "[ref, phone]"),
              HasSubstr("r.yaml:8: delegation D1: items: none of its purposes needs name"));
  EXPECT_THAT(refused("purposes: {コールセンター: ", "purposes: {営業: "),
              HasSubstr("delegation D1: purposes 1: kou has not said which items it needs"));
  EXPECT_THAT(refused("purpose: コールセンター", "purpose: 営業"),
              HasSubstr("snapshot S1: purpose: it is none of those of D1"));
  // Two purposes allow name together; the handover is for the one that does not need it.
  auto text = supervised("type: A, purposes: [コールセンター]",
                         "type: A, purposes: [コールセンター, 督促]");
  swap_text(text, "夜間受付: [ref, name, phone]}", "夜間受付: [ref, name, phone], 督促: [ref]}");
  EXPECT_THAT(told(parsed(text)), IsEmpty());
  swap_text(text, "purpose: コールセンター,", "purpose: 督促,");
  const auto registry = parse_registry(text, "r.yaml");
  ASSERT_FALSE(registry);
  EXPECT_THAT(registry.error().detail,
              HasSubstr("snapshot S1: items: its purpose does not need name"));
}

TEST(Supervision, PaperThatIsNotBackIsOverdueFromTheNextDay) {
  const auto out = parsed(supervised(", returned: 2026-07-03, sheets", ", sheets"));
  EXPECT_THAT(told(out, day("2026-07-10")), ElementsAre("takeout_overdue T1 2026-07-03"));
  EXPECT_EQ(out.findings(kToday).front().since, day("2026-07-04"));
  EXPECT_THAT(refused("due: 2026-07-03", "due: 2026-06-30"), HasSubstr("take-out T1: due: before"));
  EXPECT_THAT(refused("returned: 2026-07-03", "returned: 2026-06-30"),
              HasSubstr("take-out T1: returned: before on"));
}

TEST(Supervision, AServiceThatHandlesTheDataIsADelegationThatSomebodyHid) {
  EXPECT_THAT(told_of("handles: false", "handles: true"), ElementsAre("hidden_delegation V1"));
  EXPECT_THAT(refused("handles: false", "handles: false, delegation: D2"),
              HasSubstr("service V1: delegation: where the provider does not handle"));
  EXPECT_THAT(refused("handles: false", "handles: true, delegation: D2"),
              HasSubstr("D2 goes from callco to nightdesk"));
  const auto fits = supervised("provider: cloud, name: 予約表, handles: false",
                               "provider: nightdesk, name: 予約表, handles: true, delegation: D2");
  EXPECT_THAT(told(parsed(fits)), IsEmpty());
}

TEST(Supervision, RecordsThatCannotBothBeTrueAreNamed) {
  EXPECT_THAT(told_of("precheck: {on: 2024-03-10", "precheck: {on: 2024-04-02"),
              ElementsAre("contradiction D1"));
  EXPECT_THAT(told_of("precheck: {on: 2024-03-10", "precheck: {on: 2024-04-01"), IsEmpty());
  EXPECT_THAT(told_of("result: improvement", "result: passed"), ElementsAre("contradiction D1"));
  EXPECT_THAT(told_of("audits: [{on: 2025-12-01",
                      "audits: [{on: 2026-08-02, kind: on_site, result: "
                      "passed}, {on: 2025-12-01"),
              ElementsAre("contradiction D1"));
  EXPECT_THAT(told_of("violations: 1, ref: 監査3}]",
                      "violations: 1, ref: 監査3}]\n    violations: "
                      "[{on: 2026-01-01, what: 端末の持出し}]"),
              ElementsAre("violation_open D1"));
  EXPECT_THAT(
      told_of("  - {id: S1, holder: callco, delegation: D1, source: S0, as_of: 2026-06-30",
              "  - {id: S9, holder: nightdesk, delegation: D2, source: S1, as_of: 2026-06-30, "
              "on: 2026-07-20, records: 1, items: [ref], encrypted: true, confirmed: "
              "[callco, nightdesk]}\n"
              "  - {id: S1, holder: callco, delegation: D1, source: S0, as_of: 2026-06-30"),
      ElementsAre("contradiction S9"));
}

TEST(Supervision, ReferencesToNothingAreRefusedAtTheirLine) {
  EXPECT_THAT(refused("parents: [oya]", "parents: [ghost]"),
              HasSubstr("r.yaml:15: carrier kou: parents: there is no party \"ghost\""));
  EXPECT_THAT(refused("parents: [oya]", "parents: [oya], subsidiaries: [oya]"), Not(IsEmpty()));
  EXPECT_THAT(refused("- delegation: D2\n    closed", "- delegation: D1\n    closed"),
              HasSubstr("supervision D1 is there twice"));
  EXPECT_THAT(refused("- delegation: D1\n", "- delegation: D7\n"),
              HasSubstr("there is no delegation"));
  EXPECT_THAT(refused("kind: on_site", "kind: phone"),
              HasSubstr("audits 1: kind: one of on_site, paper, remote"));
  EXPECT_THAT(refused("holders: 13", "holders: 101"), HasSubstr("holders: more than staff"));
  EXPECT_THAT(refused("audit_months: 12", "audit_months: 0"), HasSubstr("policy: audit_months"));
  EXPECT_THAT(refused("violations: 1, ref: 監査3}", "violations: 1, ref: 監査3, colour: red}"),
              HasSubstr("unknown key \"colour\""));
}

TEST(Redelegations, ShowTypeBAtEveryLevelAndWhatNobodyRegistered) {
  const auto text = supervised("handles: false", "handles: true");
  const auto registry = parsed(text);
  const auto all = redelegations(registry, day("2026-03-31"));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].delegation->id, "D2");
  EXPECT_EQ(all[0].level, 2);
  EXPECT_THAT(all[0].chain, ElementsAre("kou", "callco", "nightdesk"));
  EXPECT_TRUE(all[0].in_force);
  EXPECT_TRUE(all[0].authorised);
  EXPECT_EQ(all[1].service, "V1");
  EXPECT_FALSE(all[1].authorised);
  EXPECT_THAT(redelegations_to_json(all), HasSubstr("\"service\":\"V1\""));

  // A first delegation of type B is listed too; one of type A is not.
  const auto b = parsed(supervised("to: callco, type: A", "to: callco, type: B"));
  const auto with_first = redelegations(b, kToday);
  ASSERT_EQ(with_first.size(), 2U);
  EXPECT_EQ(with_first[0].delegation->id, "D1");
  EXPECT_EQ(with_first[0].level, 1);
  EXPECT_FALSE(with_first[1].in_force) << "it ended on 2026-03-31";
}

Registry part_of(const Registry& registry, Role role, const std::string& party) {
  auto part = own_part(registry, Viewer("u", role, party));
  EXPECT_TRUE(part);
  return part ? std::move(part).value() : Registry({}, {}, {});
}

TEST(OwnPart, APartySeesWhatItIsASideOfAndNobodyElse) {
  const auto registry = parsed(supervised());
  const auto night = part_of(registry, Role::kParty, "nightdesk");
  EXPECT_EQ(night.delegation("D1"), nullptr);
  EXPECT_NE(night.delegation("D2"), nullptr);
  EXPECT_TRUE(night.snapshots().empty());
  EXPECT_EQ(night.party("oya"), nullptr);
  EXPECT_EQ(night.party("cloud"), nullptr);
  EXPECT_THAT(night.supervision().takeouts, IsEmpty());
  EXPECT_THAT(night.supervision().services, IsEmpty());
  ASSERT_EQ(night.supervision().carriers.size(), 1U);
  EXPECT_THAT(night.supervision().carriers[0].parents, IsEmpty());
  EXPECT_THAT(night.supervision().carriers[0].purposes, IsEmpty());
  EXPECT_EQ(night.supervision().of("D1"), nullptr);

  const auto call = part_of(registry, Role::kParty, "callco");
  EXPECT_EQ(call.delegations().size(), 2U);
  EXPECT_EQ(call.snapshots().size(), 1U) << "the carrier's own base is not its part";
  EXPECT_EQ(part_of(registry, Role::kParty, "kou").snapshots().size(), 2U);
  EXPECT_TRUE(part_of(registry, Role::kParty, "oya").delegations().empty());
  EXPECT_TRUE(part_of(registry, Role::kParty, "").delegations().empty());
  EXPECT_EQ(part_of(registry, Role::kAuditor, "").delegations().size(), 2U);
  for (const Role role : {Role::kDesk, Role::kOperator}) {
    const auto none = own_part(registry, Viewer("u", role, ""));
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::kForbidden);
  }
}

TEST(OwnPart, FindingsAreThoseOfTheWholeThatAreInThePart) {
  const auto registry = parsed(supervised(", returned: 2026-07-03, sheets", ", sheets"));
  const auto all = registry.findings(day("2026-12-31"));
  ASSERT_GT(all.size(), 1U);
  EXPECT_THAT(own_part(all, part_of(registry, Role::kParty, "nightdesk")), IsEmpty());
  EXPECT_EQ(own_part(all, part_of(registry, Role::kParty, "callco")).size(), all.size());
}

TEST(MonthsLater, ClampsToTheLastDayOfTheMonth) {
  const auto later = [](std::string_view from, int months) {
    return format_day(months_later(day(from), months));
  };
  EXPECT_EQ(later("2024-01-31", 1), "2024-02-29");
  EXPECT_EQ(later("2023-01-31", 1), "2023-02-28");
  EXPECT_EQ(later("2024-02-29", 12), "2025-02-28");
  EXPECT_EQ(later("2024-02-29", 48), "2028-02-29");
  EXPECT_EQ(later("2026-11-30", 3), "2027-02-28");
  EXPECT_EQ(later("2026-03-31", -1), "2026-02-28");
  EXPECT_EQ(later("2026-12-31", 12), "2027-12-31");
}

}  // namespace
}  // namespace hitokoe::registry
