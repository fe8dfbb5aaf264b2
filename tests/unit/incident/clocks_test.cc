// Deadlines, worked out by hand: the table's comments count the days.
#include <gtest/gtest.h>

#include "hitokoe/incident/incident.h"

namespace hitokoe::incident {
namespace {

const ClockRules& rules() {
  static const ClockRules r = ClockRules::parse(ClockRules::kBuiltIn, "clocks.yaml").value();
  return r;
}
const Holidays& holidays() {
  static const Holidays h = Holidays::parse(Holidays::kBuiltIn, "holidays.yaml").value();
  return h;
}
UtcTime utc(const std::string& text) { return parse_utc(text).value(); }

const ClockRule& rule(std::string_view id) {
  for (const auto& r : rules().rules()) {
    if (r.id == id) return r;
  }
  ADD_FAILURE() << "no rule " << id;
  return rules().rules().front();
}

std::string due_day(std::string_view id, const std::string& known) {
  const auto d = deadline(rule(id), utc(known), holidays());
  return d.due ? format_day(jst_day(*d.due)) : "none";
}

TEST(ClockTable, FinalReportInSixtyDays) {
  const std::pair<const char*, const char*> table[] = {
      // Day 1 = 1 Apr; April has days 1–30, May 31–60 is 1–30 May: Saturday → Monday 1 June.
      {"2026-04-01T00:00:00Z", "2026-06-01"},
      // 14:59:59 UTC is 23:59:59 of the same day in Japan; a second later is day 1 = 2 Apr: 31 May,
      // a Sunday, → Monday 1 June.
      {"2026-04-01T14:59:59Z", "2026-06-01"},
      {"2026-04-01T15:00:00Z", "2026-06-01"},
      // Day 1 = 3 Apr: 28 days of April, 31 of May = 59; day 60 = 1 June, Monday.
      {"2026-04-03T00:00:00Z", "2026-06-01"},
      // Day 1 = 4 Apr: 27 + 31 = 58; day 60 = 2 June.
      {"2026-04-04T00:00:00Z", "2026-06-02"},
      // Across the year's end: day 1 = 1 Nov 2025: 30 + 30 of December = 60: 30 Dec, closed until
      // 3 Jan; 4 Jan 2026 is a Sunday → 5 Jan.
      {"2025-11-01T03:00:00Z", "2026-01-05"},
      // Day 1 = 30 Oct 2025: 2 + 30 = 32; day 60 = 28 Dec, a Sunday, → 29 Dec closed → 5 Jan.
      {"2025-10-30T03:00:00Z", "2026-01-05"},
      // Day 1 = 28 Oct 2025: 4 + 30 = 34; day 60 = 26 Dec, a Friday: stays.
      {"2025-10-28T03:00:00Z", "2025-12-26"},
      // Leap year 2024: day 1 = 1 Jan: 31 + 29 = 60: 29 Feb, a Thursday.
      {"2024-01-01T00:00:00Z", "2024-02-29"},
      // No leap year: day 1 = 1 Jan 2023: 31 + 28 = 59; day 60 = 1 Mar.
      {"2023-01-01T00:00:00Z", "2023-03-01"},
      // Golden Week 2026: day 1 = 6 Mar: 26 + 30 = 56; day 60 = 4 May (みどりの日), 5th, 6th
      // substitute for Sunday the 3rd → 7 May.
      {"2026-03-06T00:00:00Z", "2026-05-07"},
      // Golden Week 2024: day 1 = 5 Mar: 27 + 30 = 57; day 60 = 3 May, Friday; 4th, 5th weekend;
      // 6th substitute → 7 May.
      {"2024-03-05T00:00:00Z", "2024-05-07"},
      // September 2026, the day between two holidays: day 1 = 25 Jul: 7 + 31 = 38; day 60 = 22 Sep,
      // 23rd equinox → 24 Sep.
      {"2026-07-25T00:00:00Z", "2026-09-24"},
  };
  for (const auto& [known, due] : table) EXPECT_EQ(due_day("appi-final-60", known), due) << known;
}

TEST(ClockTable, FinalReportInThirtyDays) {
  const std::pair<const char*, const char*> table[] = {
      {"2026-04-01T00:00:00Z", "2026-04-30"},  // day 30 = 30 Apr, Thursday
      {"2024-02-01T00:00:00Z", "2024-03-01"},  // leap: 29 days of February; day 30 = 1 Mar
      {"2023-02-01T00:00:00Z", "2023-03-02"},  // 28 days; day 30 = 2 Mar
      {"2024-01-31T00:00:00Z", "2024-02-29"},  // 1 + 29
      {"2026-11-30T00:00:00Z", "2027-01-04"},  // 1 + 29 = 29 Dec, closed; 4 Jan 2027 is a Monday
      {"2024-12-04T00:00:00Z", "2025-01-06"},  // day 30 = 2 Jan; 4th, 5th weekend
      {"2025-01-26T00:00:00Z", "2025-02-25"},  // 6 + 24: 24 Feb, substitute for Sunday the 23rd
      {"2026-08-24T00:00:00Z", "2026-09-24"},  // 8 + 22: 22 Sep between two holidays
      {"2027-02-19T00:00:00Z", "2027-03-23"},  // 10 + 20: Saturday, Sunday equinox, substitute
  };
  for (const auto& [known, due] : table) {
    EXPECT_EQ(due_day("appi-final-30", known), due) << known;
    EXPECT_EQ(due_day("mic-secrecy-details", known), due) << known;
    EXPECT_EQ(due_day("mic-user-info-details", known), due) << known;
  }
}

TEST(ClockTable, PreliminaryReportNeverRolls) {
  // Day 1 = Thursday 30 Apr 2026: day 3 = Saturday 2 May, day 5 = Monday 4 May, a holiday.
  for (const char* id : {"appi-preliminary", "appi-delegate"}) {
    const auto d = deadline(rule(id), utc("2026-04-30T01:00:00Z"), holidays());
    EXPECT_EQ(format_day(jst_day(*d.due)), "2026-05-02");
    EXPECT_EQ(format_day(jst_day(*d.late)), "2026-05-04");
    EXPECT_EQ(d.before_roll, std::nullopt);
  }
  // Day 1 = 30 Dec 2025: day 3 = 1 Jan 2026, day 5 = 3 Jan.
  const auto d = deadline(rule("appi-preliminary"), utc("2025-12-30T01:00:00Z"), holidays());
  EXPECT_EQ(format_day(jst_day(*d.due)), "2026-01-01");
  EXPECT_EQ(format_day(jst_day(*d.late)), "2026-01-03");
}

TEST(ClockTable, ADueDayEndsAtItsLastMomentInJapan) {
  const auto d = deadline(rule("appi-final-30"), utc("2026-04-01T00:00:00Z"), holidays());
  EXPECT_EQ(format_utc(*d.due), "2026-04-30T14:59:59.999999Z");
}

TEST(ClockTable, GdprIsSeventyTwoHoursToTheSecondAndNeverRolls) {
  const auto d = deadline(rule("gdpr-authority"), utc("2026-05-01T22:30:15Z"), holidays());
  EXPECT_EQ(format_utc(*d.due), "2026-05-04T22:30:15.000000Z");
  EXPECT_FALSE(d.uncertain);
}

TEST(ClockTable, PromptlyHasNoDate) {
  for (const char* id :
       {"appi-notice", "mic-secrecy-first", "mic-user-info-first", "gdpr-person"}) {
    EXPECT_EQ(due_day(id, "2026-04-01T00:00:00Z"), "none") << id;
  }
}

TEST(ClockTable, TellsTheDayBeforeItRolledAndWhenTheDataDoNotReach) {
  auto d = deadline(rule("appi-final-60"), utc("2026-04-01T00:00:00Z"), holidays());
  EXPECT_EQ(format_day(*d.before_roll), "2026-05-30");
  EXPECT_FALSE(d.uncertain);
  d = deadline(rule("appi-final-60"), utc("2027-12-01T00:00:00Z"), holidays());
  EXPECT_TRUE(d.uncertain);  // 29 January 2028 lies behind the data
}

TEST(ClockTable, AgreesWithCountingDayByDay) {
  // The slow way: walk from day 1, then on while the offices are closed.
  for (JstDay start = parse_day("2022-01-01").value(); start < parse_day("2027-10-01").value();
       start += std::chrono::days{1}) {
    for (const auto& [id, n] : {std::pair("appi-final-30", 30), std::pair("appi-final-60", 60)}) {
      JstDay walked = start;
      for (int i = 1; i < n; ++i) walked += std::chrono::days{1};
      const auto closed = [&](JstDay d) {
        const std::chrono::weekday w{d};
        const auto text = format_day(d).substr(5);
        return w == std::chrono::Saturday || w == std::chrono::Sunday || text >= "12-29" ||
               text <= "01-03" || holidays().days().contains(d);
      };
      while (closed(walked)) walked += std::chrono::days{1};
      const UtcTime known = jst_midnight(start) + std::chrono::hours{5};
      const auto due = deadline(rule(id), known, holidays()).due;
      ASSERT_EQ(format_day(jst_day(*due)), format_day(walked)) << format_day(start);
    }
  }
}

// ---- which rules run -------------------------------------------------------------------------

class ClocksOfAnIncident : public ::testing::Test {
 protected:
  void SetUp() override {
    in.id = "INC-20260401-0001";
    in.opened = utc("2026-04-01T00:00:00Z");
    in.facts.push_back({"", Fact::kWrongful, 1, "circulating", "service", in.opened});
    in.counts.push_back({"kou", 12, 12, in.opened});
    in.knowledge.push_back({"kou", in.opened, "opened", "", "service", in.opened});
  }
  void fact(Fact f, std::uint64_t value, const char* at, const char* controller = "",
            const char* reason = "r") {
    in.facts.push_back({controller, f, value, reason, "local:t", utc(at)});
  }
  std::map<std::string, ClockView> clocks(const char* now = "2026-04-02T00:00:00Z") const {
    std::map<std::string, ClockView> out;
    for (auto& c : clocks_of(in, rules(), holidays(), utc(now))) {
      const std::string key = c.controller == "kou" ? c.rule : c.rule + "/" + c.controller;
      EXPECT_FALSE(out.contains(key)) << key;
      out[key] = std::move(c);
    }
    return out;
  }
  std::set<std::string> running(const char* now = "2026-04-02T00:00:00Z") const {
    std::set<std::string> out;
    for (const auto& [key, c] : clocks(now)) {
      if (c.status != ClockStatus::kSuperseded) out.insert(key);
    }
    return out;
  }
  Incident in;
};

using Names = std::set<std::string>;

TEST_F(ClocksOfAnIncident, ACirculatingLeakOfTwelveIsReportedInSixtyDays) {
  EXPECT_EQ(running(), (Names{"appi-preliminary", "appi-final-60", "appi-notice"}));
  const auto c = clocks().at("appi-final-60");
  EXPECT_EQ(format_day(jst_day(*c.due)), "2026-06-01");
  EXPECT_EQ(c.started, in.opened);
  EXPECT_EQ(c.rule_version, rules().version());
  EXPECT_NE(c.source.find("第8条第2項"), std::string::npos);
  EXPECT_NE(c.text_ja.find("個人情報保護委員会"), std::string::npos);
}

TEST_F(ClocksOfAnIncident, SixtyDaysStayWhenOtherItemsAreTrueToo) {
  fact(Fact::kSensitive, 1, "2026-04-01T01:00:00Z");
  fact(Fact::kProperty, 1, "2026-04-01T01:00:00Z");
  in.counts.push_back({"kou", 5000, 5000, utc("2026-04-01T02:00:00Z")});
  EXPECT_TRUE(running().contains("appi-final-60"));
  EXPECT_FALSE(running().contains("appi-final-30"));
}

TEST_F(ClocksOfAnIncident, ReclassificationKeepsBothDatesAndTheReason) {
  fact(Fact::kProperty, 1, "2026-04-01T01:00:00Z");
  fact(Fact::kWrongful, 0, "2026-04-05T00:00:00Z", "", "lost by mistake");
  const auto c = clocks("2026-04-06T00:00:00Z");
  EXPECT_EQ(c.at("appi-final-60").status, ClockStatus::kSuperseded);
  EXPECT_EQ(c.at("appi-final-60").reason, "lost by mistake");
  EXPECT_EQ(format_day(jst_day(*c.at("appi-final-60").due)), "2026-06-01");
  EXPECT_EQ(c.at("appi-final-30").status, ClockStatus::kRunning);
  EXPECT_EQ(format_day(jst_day(*c.at("appi-final-30").due)), "2026-04-30");
  // And back: ③ after all.
  fact(Fact::kWrongful, 1, "2026-04-07T00:00:00Z", "", "an offer to sell was found");
  const auto back = clocks("2026-04-08T00:00:00Z");
  EXPECT_EQ(back.at("appi-final-60").status, ClockStatus::kRunning);
  EXPECT_EQ(back.at("appi-final-30").status, ClockStatus::kSuperseded);
  EXPECT_EQ(back.at("appi-final-30").reason, "an offer to sell was found");
}

TEST_F(ClocksOfAnIncident, NotReportableAfterAllKeepsItsDates) {
  fact(Fact::kWrongful, 0, "2026-04-02T00:00:00Z", "", "test data");
  const auto c = clocks("2026-04-03T00:00:00Z");
  EXPECT_TRUE(running("2026-04-03T00:00:00Z").empty());
  EXPECT_EQ(c.at("appi-preliminary").status, ClockStatus::kSuperseded);
  EXPECT_EQ(c.at("appi-preliminary").reason, "test data");
}

TEST_F(ClocksOfAnIncident, TheThousandStartWhenTheCountPassesThem) {
  fact(Fact::kWrongful, 0, "2026-04-01T00:00:00Z", "", "mistake");
  in.counts.push_back({"kou", 1000, 1000, utc("2026-04-10T00:00:00Z")});
  EXPECT_TRUE(running("2026-04-11T00:00:00Z").empty());
  in.counts.push_back({"kou", 1001, 1001, utc("2026-04-20T16:00:00Z")});  // 21 April in Japan
  const auto c = clocks("2026-04-21T00:00:00Z");
  EXPECT_EQ(c.at("appi-final-30").started, utc("2026-04-20T16:00:00Z"));
  EXPECT_EQ(format_day(jst_day(*c.at("appi-final-30").due)), "2026-05-20");  // 10 of April, 20
  EXPECT_EQ(format_day(jst_day(*c.at("appi-preliminary").due)), "2026-04-23");
}

TEST_F(ClocksOfAnIncident, ThePossibleMaximumCountsAtOnce) {
  fact(Fact::kWrongful, 0, "2026-04-01T00:00:00Z", "", "mistake");
  in.counts.push_back({"kou", 900, 1001, utc("2026-04-03T00:00:00Z")});  // 101 ambiguous rows
  EXPECT_TRUE(running("2026-04-04T00:00:00Z").contains("appi-final-30"));
  in.counts.back().possible = 900;
  EXPECT_TRUE(running("2026-04-04T00:00:00Z").empty());
  fact(Fact::kPossiblePeople, 200000, "2026-04-04T00:00:00Z", "kou", "the whole handover");
  EXPECT_TRUE(running("2026-04-05T00:00:00Z").contains("appi-final-30"));
}

TEST_F(ClocksOfAnIncident, EachCarrierHasItsOwnKnowledgeAndCount) {
  in.counts.push_back({"otsu", 3, 3, utc("2026-04-09T00:00:00Z")});
  in.knowledge.push_back(
      {"otsu", utc("2026-04-09T00:00:00Z"), "opened", "", "service", utc("2026-04-09T00:00:00Z")});
  const auto c = clocks("2026-04-09T01:00:00Z");
  EXPECT_EQ(format_day(jst_day(*c.at("appi-preliminary").due)), "2026-04-03");
  EXPECT_EQ(format_day(jst_day(*c.at("appi-preliminary/otsu").due)), "2026-04-11");
  EXPECT_EQ(c.at("appi-preliminary").status, ClockStatus::kLate);
  EXPECT_EQ(c.at("appi-preliminary/otsu").status, ClockStatus::kRunning);
}

TEST_F(ClocksOfAnIncident, AFactOfOneCarrierIsNotTheOthers) {
  in.counts.push_back({"otsu", 3, 3, in.opened});
  in.knowledge.push_back({"otsu", in.opened, "opened", "", "service", in.opened});
  fact(Fact::kSecrecy, 1, "2026-04-01T01:00:00Z", "otsu");
  EXPECT_FALSE(running().contains("mic-secrecy-details"));
  EXPECT_TRUE(running().contains("mic-secrecy-details/otsu"));
  EXPECT_TRUE(running().contains("mic-secrecy-first/otsu"));
}

TEST_F(ClocksOfAnIncident, SpecifiedUserInformationNeedsADesignationAndMoreThanAThousand) {
  fact(Fact::kDesignated, 1, "2026-04-01T01:00:00Z", "kou");
  EXPECT_FALSE(running().contains("mic-user-info-details"));
  in.counts.push_back({"kou", 1001, 1001, utc("2026-04-01T02:00:00Z")});
  EXPECT_TRUE(running().contains("mic-user-info-details"));
  EXPECT_TRUE(running().contains("mic-user-info-first"));
}

TEST_F(ClocksOfAnIncident, GdprRunsOnlyWithSubjectsInTheEu) {
  EXPECT_FALSE(running().contains("gdpr-authority"));
  fact(Fact::kEu, 1, "2026-04-01T05:00:00Z");
  const auto c = clocks();
  EXPECT_EQ(format_utc(*c.at("gdpr-authority").due), "2026-04-04T00:00:00.000000Z");
  EXPECT_TRUE(c.contains("gdpr-person"));
}

TEST_F(ClocksOfAnIncident, StatusFollowsTheDayInJapan) {
  const auto at = [&](const char* now) { return clocks(now).at("appi-preliminary").status; };
  EXPECT_EQ(at("2026-04-03T14:59:59Z"), ClockStatus::kRunning);  // 3 April 23:59:59
  EXPECT_EQ(at("2026-04-03T15:00:00Z"), ClockStatus::kOverdue);  // 4 April
  EXPECT_EQ(at("2026-04-05T14:59:59Z"), ClockStatus::kOverdue);
  EXPECT_EQ(at("2026-04-05T15:00:00Z"), ClockStatus::kLate);
  in.done.push_back({"appi-preliminary", "kou", "", "", "local:t", utc("2026-04-09T00:00:00Z")});
  EXPECT_EQ(at("2026-04-10T00:00:00Z"), ClockStatus::kDone);
}

TEST_F(ClocksOfAnIncident, ADelegateTellsEachDelegatorOnce) {
  in.delegates = {{"nightdesk", "callco", "kou"},
                  {"callco", "kou", "kou"},
                  {"nightdesk", "callco", "otsu"},
                  {"nightdesk", "otsu", "otsu"}};
  in.counts.push_back({"otsu", 3, 3, in.opened});
  for (const char* p : {"nightdesk", "callco", "otsu"}) {
    in.knowledge.push_back({p, in.opened, "opened", "", "service", in.opened});
  }
  std::set<std::pair<std::string, std::string>> told;
  for (const auto& c : clocks_of(in, rules(), holidays(), utc("2026-04-01T01:00:00Z"))) {
    if (c.rule != "appi-delegate") continue;
    EXPECT_TRUE(told.emplace(c.controller, c.to_whom).second);
  }
  EXPECT_EQ(told, (std::set<std::pair<std::string, std::string>>{
                      {"nightdesk", "callco"}, {"nightdesk", "otsu"}, {"callco", "kou"}}));
  in.done.push_back({"appi-delegate", "nightdesk", "callco", "", "t", in.opened});
  for (const auto& c : clocks_of(in, rules(), holidays(), utc("2026-04-01T01:00:00Z"))) {
    if (c.rule == "appi-delegate" && c.controller == "nightdesk") {
      EXPECT_EQ(c.done.has_value(), c.to_whom == "callco");
    }
  }
}

TEST_F(ClocksOfAnIncident, DismissedIncidentsKeepTheirDatesAndRunNoClock) {
  in.state = State::kDismissed;
  in.transitions.push_back({State::kDismissed, in.opened, "local:t", "made-up data"});
  for (const auto& [id, c] : clocks("2026-06-30T00:00:00Z")) {
    EXPECT_EQ(c.status, ClockStatus::kSuperseded) << id;
    EXPECT_EQ(c.reason, "made-up data");
  }
}

TEST_F(ClocksOfAnIncident, APersonsWordOnKnowledgeWinsThenTheFirstReceiptOfTheDayOfTheFinding) {
  const auto receipt = [&](const char* at) {
    in.knowledge.push_back({"kou", utc(at), "alert", "mail", "service", utc(at)});
  };
  receipt("2026-04-02T03:00:00Z");
  EXPECT_EQ(in.known_at().at("kou"), in.opened) << "no receipt moves a clock by a day";
  receipt("2026-04-01T05:00:00Z");
  receipt("2026-04-01T03:00:00Z");
  EXPECT_EQ(in.known_at().at("kou"), utc("2026-04-01T03:00:00Z"));
  EXPECT_EQ(format_day(jst_day(*clocks().at("appi-preliminary").due)), "2026-04-03");
  in.knowledge.push_back({"kou", utc("2026-03-30T03:00:00Z"), "person", "told by phone", "local:t",
                          utc("2026-04-04T03:00:00Z")});
  EXPECT_EQ(format_day(jst_day(*clocks().at("appi-preliminary").due)), "2026-04-01");
}

// ---- the rules file --------------------------------------------------------------------------

TEST(ClockRulesFile, EveryRuleNamesItsLawAndItsDay) {
  EXPECT_EQ(rules().rules().size(), 11U);
  for (const auto& r : rules().rules()) {
    EXPECT_FALSE(r.law.empty()) << r.id;
    EXPECT_FALSE(r.source.empty()) << r.id;
    EXPECT_LE(r.effective, parse_day("2026-11-01").value()) << r.id;
    const bool statutory = r.day.value_or(0) >= 30;
    EXPECT_EQ(r.rolls, statutory) << r.id << ": only the 30 and 60 day dates roll over";
  }
}

TEST(ClockRulesFile, TheNewestRowInForceCounts) {
  const char* text = R"(version: 2027-01-01
rules:
  - {id: r, name: {ja: a, en: a}, law: l, source: s, effective: 2022-04-01, who: controller, to: {ja: t, en: t}, any: [wrongful], due: {day: 30}}
  - {id: r, name: {ja: a, en: a}, law: l, source: s, effective: 2027-04-01, who: controller, to: {ja: t, en: t}, any: [wrongful], due: {day: 20}}
)";
  const auto r = ClockRules::parse(text, "c.yaml").value();
  EXPECT_TRUE(r.in_force(parse_day("2022-03-31").value()).empty());
  EXPECT_EQ(r.in_force(parse_day("2027-03-31").value()).at(0)->day, 30);
  EXPECT_EQ(r.in_force(parse_day("2027-04-01").value()).at(0)->day, 20);
  EXPECT_EQ(r.in_force(parse_day("2027-04-01").value()).size(), 1U);
}

TEST(ClockRulesFile, RefusesWhatIsNoRule) {
  const std::string head =
      "version: 2027-01-01\nrules:\n  - {id: r, name: {ja: a, en: a}, law: l, "
      "source: s, effective: 2022-04-01, ";
  const std::string to = "to: {ja: t, en: t}, ";
  const std::string good = "who: controller, " + to + "any: [wrongful], due: promptly}\n";
  ASSERT_TRUE(ClockRules::parse(head + good, "c.yaml"));
  const std::vector<std::string> bad_rules = {
      "who: nobody, " + to + "any: [wrongful], due: promptly}\n",
      "who: delegate, " + to + "any: [wrongful], due: promptly}\n",
      "who: controller, any: [wrongful], due: promptly}\n",
      "who: controller, " + to + "due: promptly}\n",
      "who: controller, " + to + "any: [guilty], due: promptly}\n",
      "who: controller, " + to + "any: [people > many], due: promptly}\n",
      "who: controller, " + to + "any: [possible_people], due: promptly}\n",
      "who: controller, " + to + "any: [wrongful], due: soon}\n",
      "who: controller, " + to + "any: [wrongful], due: {day: 0}}\n",
      "who: controller, " + to + "any: [wrongful], due: {day: 5, late_day: 3}}\n",
      "who: controller, " + to + "any: [wrongful], due: {hours: 72, rolls: true}}\n",
      "who: controller, " + to + "any: [wrongful], unless: [people > 3], due: promptly}\n",
      "who: controller, " + to + "any: [wrongful], due: promptly, extra: 1}\n",
      good + "  - {id: r, name: {ja: a, en: a}, law: l, source: s, effective: 2022-04-01, " + good,
  };
  for (const std::string& bad : bad_rules) {
    const auto refused = ClockRules::parse(head + bad, "c.yaml");
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code, Errc::kBadInput) << bad;
  }
}

}  // namespace
}  // namespace hitokoe::incident
