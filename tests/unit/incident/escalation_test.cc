#include "hitokoe/incident/escalation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hitokoe::incident {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;

UtcTime utc(const char* text) { return parse_utc(text).value(); }
const UtcTime kDue = parse_utc("2026-04-30T14:59:59.999999Z").value();

ClockView clock_with(ClockStatus status) {
  ClockView c;
  c.rule = "appi-final-30";
  c.controller = "kou";
  c.to_whom = "PPC";
  c.due = kDue;
  c.status = status;
  c.text_ja = "確報（30日）";
  c.text_en = "Final report (30 days)";
  return c;
}

const EscalationPlan kPlan = EscalationPlan::built_in().value();

Result<EscalationPlan> plan_of(const std::string& text) {
  const auto clocks = ClockRules::parse(ClockRules::kBuiltIn, "clocks.yaml").value();
  return EscalationPlan::parse("version: 2026-11-27\n" + text, "e.yaml", clocks);
}

std::string step_at(UtcTime now, const DeadlineSteps& rules = {}) {
  return step_of(clock_with(now > kDue ? ClockStatus::kOverdue : ClockStatus::kRunning), rules, now)
      .value_or("none");
}

TEST(EscalationSteps, ComeADayBeforeAtTheEndAndEveryDayAfter) {
  EXPECT_EQ("none", step_at(kDue - hours(24) - Duration(1)));
  EXPECT_EQ("before-24h", step_at(kDue - hours(24)));
  EXPECT_EQ("before-24h", step_at(kDue));  // its last moment is in time
  EXPECT_EQ("due", step_at(kDue + Duration(1)));
  EXPECT_EQ("due", step_at(kDue + hours(24) - Duration(1)));
  EXPECT_EQ("late-1", step_at(kDue + hours(24)));
  EXPECT_EQ("late-10", step_at(kDue + hours(240)));
}

TEST(EscalationSteps, GiveTheNearestOfSeveralBefore) {
  const DeadlineSteps rules{.before = {hours(72), hours(24), hours(168)}};
  EXPECT_EQ("before-168h", step_at(kDue - hours(100), rules));
  EXPECT_EQ("before-72h", step_at(kDue - hours(72), rules));
  EXPECT_EQ("before-24h", step_at(kDue - hours(1), rules));
}

// The oracle: walk minute by minute and note when the step changes.
TEST(EscalationSteps, EachComesOnceInOrderAsTimeGoesOn) {
  std::vector<std::string> seen;
  for (auto now = kDue - hours(30); now < kDue + hours(75); now += std::chrono::minutes(1)) {
    const auto step = step_at(now);
    if (seen.empty() || seen.back() != step) seen.push_back(step);
  }
  EXPECT_THAT(seen,
              ::testing::ElementsAre("none", "before-24h", "due", "late-1", "late-2", "late-3"));
}

TEST(EscalationSteps, AreForWhatRunsOnly) {
  const DeadlineSteps rules;
  const auto now = kDue + hours(1);
  EXPECT_TRUE(step_of(clock_with(ClockStatus::kLate), rules, now));
  EXPECT_FALSE(step_of(clock_with(ClockStatus::kDone), rules, now));
  EXPECT_FALSE(step_of(clock_with(ClockStatus::kSuperseded), rules, now));
  auto promptly = clock_with(ClockStatus::kRunning);
  promptly.due.reset();
  EXPECT_FALSE(step_of(promptly, rules, now)) << "without a guideline";
  IncidentView closed;
  closed.state = State::kClosed;
  closed.clocks = {clock_with(ClockStatus::kLate)};
  EXPECT_TRUE(escalations_of(closed, kPlan, now).empty());
}

TEST(EscalationSteps, AnotherDueDateIsAnotherDeadline) {
  IncidentView v;
  v.id = "INC-1";
  v.clocks = {clock_with(ClockStatus::kOverdue)};
  const auto first = escalations_of(v, kPlan, kDue + hours(1));
  v.clocks[0].due = kDue + hours(48);
  v.clocks[0].status = ClockStatus::kOverdue;
  const auto second = escalations_of(v, kPlan, kDue + hours(49));
  ASSERT_EQ(1U, first.size());
  ASSERT_EQ(1U, second.size());
  EXPECT_EQ("due", second[0].step);
  EXPECT_NE(first[0].key(), second[0].key());
}

TEST(EscalationSteps, MayLeaveOutTheDueMomentAndWhatComesAfterIt) {
  EXPECT_EQ("none", step_at(kDue + hours(1), {.at = false}));
  EXPECT_EQ("late-1", step_at(kDue + hours(24), {.at = false}));
  EXPECT_EQ("due", step_at(kDue + hours(240), {.every = Duration(0)}));
  EXPECT_EQ("late-2", step_at(kDue + hours(24), {.every = hours(12)}));
}

ClockView promptly_since(const char* started) {
  auto c = clock_with(ClockStatus::kRunning);
  c.rule = "mic-secrecy-first";
  c.started = utc(started);
  c.due.reset();
  return c;
}

// 23:30 on 1 April in Japan: day 3 ends at the last moment of the 3rd there.
TEST(GuidelineSteps, CountFromTheDayByWhichWhatTheLawCallsPromptShouldBeDone) {
  const auto clock = promptly_since("2026-04-01T14:30:00Z");
  const DeadlineSteps steps{.guideline = 3};
  const auto end = utc("2026-04-03T14:59:59.999999Z");
  EXPECT_EQ(end, due_or_guideline(clock, steps));
  const auto at = [&](UtcTime now) { return step_of(clock, steps, now).value_or("none"); };
  EXPECT_EQ("none", at(end - hours(24) - Duration(1)));
  EXPECT_EQ("guideline-before-24h", at(end - hours(24)));
  EXPECT_EQ("guideline-before-24h", at(end));
  EXPECT_EQ("guideline-due", at(end + Duration(1)));
  EXPECT_EQ("guideline-late-2", at(end + hours(48)));
  EXPECT_EQ(kDue, due_or_guideline(clock_with(ClockStatus::kRunning), steps)) << "a date is a date";
}

TEST(GuidelineSteps, SayThatTheLawGivesNoDateAndMakeNothingOverdue) {
  IncidentView v;
  v.id = "INC-1";
  v.clocks = {promptly_since("2026-04-01T14:30:00Z")};
  const auto now = utc("2026-04-05T00:00:00Z");
  const auto raised = escalations_of(v, kPlan, now);
  ASSERT_EQ(1U, raised.size());
  EXPECT_EQ("guideline-late-1", raised[0].step);
  EXPECT_EQ(utc("2026-04-03T14:59:59.999999Z"), raised[0].due);
  EXPECT_THAT(to_json(raised[0]), HasSubstr(R"("guideline":true)"));
  EXPECT_THAT(escalation_subject(raised[0]), HasSubstr("目安"));
  const auto body = escalation_text(raised[0]);
  EXPECT_THAT(body, HasSubstr("法令に日数の定めはありません"));
  EXPECT_THAT(body, HasSubstr("the law gives no date"));
  EXPECT_THAT(body, HasSubstr("Guideline date: "));
  EXPECT_THAT(body, ::testing::Not(HasSubstr("overdue")));
  const auto coming = coming_steps(v, kPlan, now);
  ASSERT_EQ(1U, coming.size());
  EXPECT_EQ("guideline-late-2", coming[0].step);
  EXPECT_THAT(to_json(coming[0]), HasSubstr(R"("guideline":true)"));
  EXPECT_FALSE(v.overdue());
  v.clocks[0].done = now;
  v.clocks[0].status = ClockStatus::kDone;
  EXPECT_TRUE(escalations_of(v, kPlan, now).empty());
  const auto dated = clock_with(ClockStatus::kOverdue);
  v.clocks = {dated};
  EXPECT_THAT(to_json(escalations_of(v, kPlan, kDue + hours(1)).at(0)),
              HasSubstr(R"("guideline":false)"));
}

TEST(GuidelineSteps, AreOfEveryRuleWithoutADateAsBuiltInAndMayBeSwitchedOff) {
  const auto clocks = ClockRules::parse(ClockRules::kBuiltIn, "clocks.yaml").value();
  for (const auto& rule : clocks.rules()) {
    EXPECT_EQ(!rule.day && !rule.hours, kPlan.of(rule.id, "kou").guideline.has_value()) << rule.id;
  }
  const auto plan = plan_of(
                        "default: {before: [24h], at: true, every: 24h}\n"
                        "for:\n"
                        "  - {rule: appi-notice, guideline: 7}\n"
                        "  - {rule: appi-notice, party: kou, guideline: 0}\n")
                        .value();
  EXPECT_EQ(7, plan.of("appi-notice", "otsu").guideline);
  EXPECT_EQ(std::nullopt, plan.of("appi-notice", "kou").guideline);
  EXPECT_EQ(std::nullopt, plan.of("mic-secrecy-first", "otsu").guideline);
}

TEST(GuidelineSteps, AreRefusedWhereTheRuleHasADateOrNoneIsNamed) {
  const auto plan = plan_of(
      "default: {before: [24h], at: true, every: 24h}\n"
      "for:\n"
      "  - {rule: appi-final-30, guideline: 5}\n"
      "  - {party: kou, guideline: 5}\n"
      "  - {rule: appi-notice, guideline: 61}\n"
      "  - {rule: gdpr-authority, guideline: 2}\n");
  ASSERT_FALSE(plan);
  for (const char* line : {"e.yaml:4:", "e.yaml:5:", "e.yaml:6:", "e.yaml:7:"}) {
    EXPECT_THAT(plan.error().detail, HasSubstr(line));
  }
}

TEST(EscalationPlanTest, TakesEachValueFromTheNearestEntryThatNamesIt) {
  const auto plan = plan_of(
                        "default: {before: [24h], at: true, every: 24h}\n"
                        "for:\n"
                        "  - {rule: appi-final-60, before: [7d], every: 48h}\n"
                        "  - {party: kou, every: 12h}\n"
                        "  - {rule: appi-final-60, party: kou, at: false}\n")
                        .value();
  EXPECT_EQ(DeadlineSteps(), plan.of("appi-preliminary", "otsu"));
  EXPECT_EQ((DeadlineSteps{{hours(168)}, true, hours(48)}), plan.of("appi-final-60", "otsu"));
  EXPECT_EQ((DeadlineSteps{{hours(24)}, true, hours(12)}), plan.of("appi-preliminary", "kou"));
  EXPECT_EQ((DeadlineSteps{{hours(168)}, false, hours(12)}), plan.of("appi-final-60", "kou"));
}

TEST(EscalationPlanTest, IsRefusedWithEveryLineThatIsWrong) {
  const auto plan = plan_of(
      "default: {before: [10m], ever: 1h}\n"
      "for:\n"
      "  - {rule: appi-finale, before: [24h]}\n"
      "  - {before: [24h]}\n"
      "  - {party: kou, every: 61d}\n"
      "  - {party: kou, at: false}\n");
  ASSERT_FALSE(plan);
  EXPECT_EQ(Errc::kBadInput, plan.error().code);
  for (const char* line : {"e.yaml:2:", "e.yaml:4:", "e.yaml:5:", "e.yaml:6:", "e.yaml:7:"}) {
    EXPECT_THAT(plan.error().detail, HasSubstr(line));
  }
}

TEST(EscalationPlanTest, AnOlderConfigurationCountsInPlaceOfTheDefaultOnly) {
  auto plan = kPlan;
  plan.replace_default(std::vector<Duration>{hours(48)}, std::nullopt);
  EXPECT_EQ((DeadlineSteps{{hours(48)}, true, hours(24)}), plan.of("appi-preliminary", "kou"));
  EXPECT_EQ(kPlan.of("appi-final-60", "kou"), plan.of("appi-final-60", "kou"));
}

TEST(EscalationPlanTest, FitsClocksOfOnesOwnThatLackARule) {
  std::string few(ClockRules::kBuiltIn);
  few = few.substr(0, few.find("  - id: appi-delegate"));
  const auto clocks = ClockRules::parse(few, "clocks.yaml").value();
  const auto plan = EscalationPlan::load("nowhere", clocks);
  ASSERT_TRUE(plan) << plan.error().detail;
  EXPECT_EQ(kPlan.of("appi-final-60", "kou"), plan.value().of("appi-final-60", "kou"));
}

// The oracle: the step that is raised next, walking minute by minute.
TEST(ComingSteps, AreThoseThatAreRaisedNext) {
  IncidentView v;
  v.id = "INC-1";
  const auto plan = plan_of("default: {before: [48h, 5h], at: true, every: 7h}\n").value();
  for (auto start = kDue - hours(60); start < kDue + hours(30); start += hours(1)) {
    const auto step_then = [&](UtcTime t) { return step_at(t, plan.of("appi-final-30", "kou")); };
    auto t = start;
    while (step_then(t) == step_then(start)) t += std::chrono::minutes(1);
    v.clocks = {clock_with(start > kDue ? ClockStatus::kOverdue : ClockStatus::kRunning)};
    const auto coming = coming_steps(v, plan, start);
    ASSERT_EQ(1U, coming.size());
    EXPECT_EQ(step_then(t), coming[0].step) << format_utc(start);
    EXPECT_LE(coming[0].at, t);
    EXPECT_GT(coming[0].at + std::chrono::minutes(1), t);
  }
  v.clocks[0].status = ClockStatus::kDone;
  EXPECT_TRUE(coming_steps(v, plan, kDue).empty());
}

TEST(SilentApprovers, AreRemindedADayAfterTheFreezeAndThenDaily) {
  const SilentApprovals c{"CMP-1", "INC-1", 2, utc("2026-04-01T00:00:00Z"), {"kou", "callco"}};
  const SilenceRules rules;
  EXPECT_TRUE(silent_escalations(c, std::nullopt, rules, c.frozen + hours(23)).empty());
  const auto first = silent_escalations(c, std::nullopt, rules, c.frozen + hours(24));
  ASSERT_EQ(2U, first.size());
  EXPECT_EQ("silent-1", first[0].step);
  EXPECT_EQ("kou", first[0].party);
  EXPECT_EQ("silent-3", silent_escalations(c, std::nullopt, rules, c.frozen + hours(72))[0].step);
}

TEST(SilentApprovers, AreRemindedBeforeTheStatutoryDateHoweverFreshTheFreeze) {
  const SilentApprovals c{"CMP-1", "INC-1", 1, kDue - hours(70), {"kou"}};
  SilenceRules rules;
  rules.silent_after = hours(240);
  EXPECT_TRUE(silent_escalations(c, std::nullopt, rules, c.frozen + hours(1)).empty());
  const auto now = silent_escalations(c, kDue, rules, c.frozen);
  ASSERT_EQ(1U, now.size());
  EXPECT_EQ(kDue, *now[0].due);
  // Another due date of the report is no new reminder; another version is.
  const auto later = silent_escalations(c, kDue + hours(1), rules, c.frozen + hours(1));
  ASSERT_EQ(1U, later.size());
  EXPECT_EQ(now[0].key(), later[0].key());
  auto next = c;
  next.version = 2;
  EXPECT_NE(now[0].key(), silent_escalations(next, kDue, rules, c.frozen)[0].key());
}

TEST(EscalationMail, SaysItInBothLanguages) {
  IncidentView v;
  v.id = "INC-20260401-0001";
  v.clocks = {clock_with(ClockStatus::kOverdue)};
  const auto e = escalations_of(v, kPlan, kDue + hours(1)).at(0);
  EXPECT_THAT(escalation_subject(e), HasSubstr("INC-20260401-0001 kou"));
  const auto text = escalation_text(e);
  EXPECT_THAT(text, HasSubstr("期限を過ぎました"));
  EXPECT_THAT(text, HasSubstr("確報（30日）"));
  EXPECT_THAT(text, HasSubstr("The due date has passed"));
  EXPECT_THAT(text, HasSubstr("2026-04-30 23:59:59 JST"));
}

}  // namespace
}  // namespace hitokoe::incident
