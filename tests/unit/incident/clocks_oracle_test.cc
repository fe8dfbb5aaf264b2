// Deadlines against an oracle that shares nothing with them: it counts days one by one on a
// calendar of its own, over year ends, leap days, and holidays that were changed by chance.
#include <gtest/gtest.h>

#include <set>

#include "hitokoe/base/random.h"
#include "hitokoe/incident/clocks.h"

namespace hitokoe::incident {
namespace {

// A day as year, month and day, moved one at a time by the rules of the Gregorian calendar.
struct Civil {
  int year = 2022, month = 1, day = 1;
  int weekday = 6;  // 0: Sunday; 1 January 2022 was a Saturday

  int days_in_month() const {
    if (month == 2) {
      const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
      return leap ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  }
  void next() {
    weekday = (weekday + 1) % 7;
    if (++day <= days_in_month()) return;
    day = 1;
    if (++month <= 12) return;
    month = 1;
    ++year;
  }
  std::string text() const {
    const auto two = [](int n) { return (n < 10 ? "-0" : "-") + std::to_string(n); };
    return std::to_string(year) + two(month) + two(day);
  }
};

bool closed(const Civil& c, const std::set<std::string>& holidays) {
  if (c.weekday == 0 || c.weekday == 6) return true;
  if ((c.month == 12 && c.day >= 29) || (c.month == 1 && c.day <= 3)) return true;
  return holidays.contains(c.text());
}

std::string holidays_yaml(const std::set<std::string>& days) {
  std::string out = "source: made up\nfrom: 2022-01-01\nto: 2032-12-31\ndays:";
  out += days.empty() ? " []\n" : "\n";
  for (const auto& d : days) out += "  - {on: " + d + ", name: 休日}\n";
  return out;
}

std::string rules_yaml() {
  const auto rule = [](const std::string& id, const std::string& due) {
    return "  - id: " + id +
           "\n    name: {ja: 甲, en: a}\n    law: 法\n    source: 典拠\n    effective: 2000-01-01\n"
           "    who: controller\n    to: {ja: 乙, en: b}\n    any: [wrongful]\n    due: " +
           due + "\n";
  };
  return "version: 2026-01-01\nrules:\n" + rule("three", "{day: 3, late_day: 5}") +
         rule("thirty", "{day: 30, rolls: true}") + rule("sixty", "{day: 60, rolls: true}") +
         rule("hours", "{hours: 72}");
}

TEST(ClockOracle, AgreesOverYearEndsLeapDaysAndChangedHolidays) {
  SeededRandom random(20261127);
  const auto rules = ClockRules::parse(rules_yaml(), "clocks.yaml").value();
  std::size_t rolled = 0;
  for (int round = 0; round < 4; ++round) {
    std::set<std::string> days;
    for (Civil c; c.year < 2033; c.next()) {
      if (random.below(20) == 0) days.insert(c.text());  // some 18 a year, now and then in a row
    }
    const auto holidays = Holidays::parse(holidays_yaml(days), "holidays.yaml").value();
    for (Civil start; start.year < 2032; start.next()) {
      // A moment of that day in Japan: its first, its last, or one by chance.
      const auto day = parse_day(start.text()).value();
      const auto pick = random.below(3);
      const auto within = pick == 0 ? Duration(0)
                          : pick == 1
                              ? Duration(std::chrono::hours(24)) - Duration(1)
                              : Duration(static_cast<std::int64_t>(random.below(86'400'000'000)));
      const UtcTime known = jst_midnight(day) + within;
      for (const auto& rule : rules.rules()) {
        const auto got = deadline(rule, known, holidays);
        if (rule.id == "hours") {
          EXPECT_EQ(known + std::chrono::hours(72), *got.due);
          EXPECT_EQ(std::nullopt, got.before_roll);
          continue;
        }
        const int n = rule.id == "three" ? 3 : rule.id == "thirty" ? 30 : 60;
        Civil due = start;
        for (int i = 1; i < n; ++i) due.next();
        const std::string plain = due.text();
        if (n != 3) {
          while (closed(due, days)) due.next();
        }
        rolled += due.text() == plain ? 0U : 1U;
        ASSERT_EQ(due.text(), format_day(jst_day(*got.due))) << rule.id << " from " << start.text();
        ASSERT_EQ(jst_midnight(jst_day(*got.due) + std::chrono::days(1)) - Duration(1), *got.due);
        ASSERT_EQ(due.text() == plain, !got.before_roll);
        if (got.before_roll) {
          ASSERT_EQ(plain, format_day(*got.before_roll));
        }
        if (n == 3) {
          Civil late = start;
          for (int i = 1; i < 5; ++i) late.next();
          ASSERT_EQ(late.text(), format_day(jst_day(*got.late)));
        }
      }
    }
  }
  EXPECT_GT(rolled, 5000U);  // the oracle had something to say
}

TEST(ClockOracle, LeapDaysCountAndAreDueDays) {
  const auto rules = ClockRules::parse(rules_yaml(), "clocks.yaml").value();
  const auto holidays = Holidays::parse(holidays_yaml({}), "holidays.yaml").value();
  const auto due = [&](std::size_t rule, const char* known) {
    return format_day(
        jst_day(*deadline(rules.rules()[rule], parse_utc(known).value(), holidays).due));
  };
  EXPECT_EQ("2024-02-29", due(1, "2024-01-30T15:00:00Z"));  // 31 Jan in Japan; a Thursday
  EXPECT_EQ("2028-02-29", due(0, "2028-02-27T00:00:00Z"));
  EXPECT_EQ("2028-03-02", due(0, "2028-02-29T00:00:00Z"));
  EXPECT_EQ("2027-03-01", due(0, "2027-02-27T00:00:00Z"));  // no leap year
}

}  // namespace
}  // namespace hitokoe::incident
