// Public holidays as data, against the act that makes them.
#include <gtest/gtest.h>

#include "hitokoe/incident/clocks.h"

namespace hitokoe::incident {
namespace {

using namespace std::chrono;

Holidays built_in() { return Holidays::parse(Holidays::kBuiltIn, "holidays.yaml").value(); }
JstDay day(const char* text) { return parse_day(text).value(); }

// Act on National Holidays (Act 178 of 1948), articles 2 and 3, as in force since 2022. The equinox
// days are not in the act: they are taken from the data (announced by the observatory).
std::set<JstDay> by_the_act(int y, const Holidays& data) {
  const auto fixed = [&](unsigned m, unsigned d) {
    return JstDay{local_days{year{y} / month{m} / std::chrono::day{d}}};
  };
  const auto monday = [&](unsigned m, unsigned n) {
    return JstDay{local_days{year{y} / month{m} / Monday[n]}};
  };
  std::set<JstDay> named = {fixed(1, 1),  monday(1, 2),  fixed(2, 11), fixed(2, 23), fixed(4, 29),
                            fixed(5, 3),  fixed(5, 4),   fixed(5, 5),  monday(7, 3), fixed(8, 11),
                            monday(9, 3), monday(10, 2), fixed(11, 3), fixed(11, 23)};
  for (const auto& [d, name] : data.days()) {
    if (year_month_day{d}.year() == year{y} && (name == "春分の日" || name == "秋分の日")) {
      named.insert(d);
    }
  }
  std::set<JstDay> all = named;
  for (const JstDay d : named) {  // article 3 (2): after a Sunday, the next day that is none
    if (weekday{d} != Sunday) continue;
    JstDay next = d;
    while (named.contains(next)) next += days{1};
    all.insert(next);
  }
  for (const JstDay d : named) {  // article 3 (3): a day between two
    const JstDay between = d + days{1};
    if (named.contains(d + days{2}) && !named.contains(between)) all.insert(between);
  }
  return all;
}

TEST(HolidayData, IsWhatTheActSaysForEveryYear) {
  const Holidays data = built_in();
  ASSERT_EQ(data.first(), day("2022-01-01"));
  for (int y = 2022; y <= static_cast<int>(year_month_day{data.last()}.year()); ++y) {
    std::set<JstDay> have;
    int equinoxes = 0;
    for (const auto& [d, name] : data.days()) {
      if (year_month_day{d}.year() != year{y}) continue;
      have.insert(d);
      equinoxes += name == "春分の日" || name == "秋分の日" ? 1 : 0;
    }
    EXPECT_EQ(equinoxes, 2) << y;
    EXPECT_EQ(have, by_the_act(y, data)) << y;
  }
}

TEST(HolidayData, EquinoxesLieWhereTheyCan) {
  const Holidays data = built_in();
  for (const auto& [d, name] : data.days()) {
    const year_month_day ymd{d};
    if (name == "春分の日") {
      EXPECT_TRUE(ymd.month() == March &&
                  (ymd.day() == std::chrono::day{20} || ymd.day() == std::chrono::day{21}));
    }
    if (name == "秋分の日") {
      EXPECT_TRUE(ymd.month() == September &&
                  (ymd.day() == std::chrono::day{22} || ymd.day() == std::chrono::day{23}));
    }
  }
}

TEST(BusinessDays, AreNotWeekendsHolidaysOrTheTurnOfTheYear) {
  const Holidays h = built_in();
  EXPECT_FALSE(h.is_business_day(day("2026-11-28")));  // Saturday
  EXPECT_FALSE(h.is_business_day(day("2026-11-29")));  // Sunday
  EXPECT_FALSE(h.is_business_day(day("2026-11-23")));  // Monday, 勤労感謝の日
  EXPECT_TRUE(h.is_business_day(day("2026-11-24")));
  EXPECT_TRUE(h.is_business_day(day("2026-12-28")));
  for (const char* off :
       {"2026-12-29", "2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02", "2027-01-03"}) {
    EXPECT_FALSE(h.is_business_day(day(off))) << off;
  }
  EXPECT_TRUE(h.is_business_day(day("2027-01-04")));  // Monday
}

TEST(BusinessDays, NextOnes) {
  const Holidays h = built_in();
  const std::pair<const char*, const char*> table[] = {
      {"2026-04-28", "2026-04-28"},  // Tuesday
      {"2026-05-02", "2026-05-07"},  // Saturday; 3rd Sunday, 4th, 5th, 6th substitute
      {"2024-05-03", "2024-05-07"},  // Friday; weekend; 6th substitute for Sunday the 5th
      {"2026-09-19", "2026-09-24"},  // Saturday … Monday 21st, 22nd between two, 23rd
      {"2025-12-27", "2026-01-05"},  // Saturday; 28th Sunday; 29th to 3rd; 4th Sunday
      {"2023-12-29", "2024-01-04"},  // Friday; the 4th is a Thursday
      {"2024-02-10", "2024-02-13"},  // Saturday; 11th Sunday; 12th substitute
      {"2027-03-20", "2027-03-23"},  // Saturday; 21st Sunday equinox; 22nd substitute
  };
  for (const auto& [from, to] : table) {
    EXPECT_EQ(format_day(h.next_business_day(day(from))), to) << from;
  }
}

TEST(HolidayData, WarnsBeforeItRunsOut) {
  const Holidays h = built_in();
  EXPECT_EQ(h.last(), day("2027-12-31"));
  EXPECT_EQ(h.warning(day("2026-11-25"), Language::kEnglish), std::nullopt);
  EXPECT_EQ(h.warning(day("2027-09-02"), Language::kEnglish), std::nullopt);  // 120 days left
  const auto en = h.warning(day("2027-09-03"), Language::kEnglish);
  ASSERT_TRUE(en.has_value());
  EXPECT_NE(en->find("2027-12-31"), std::string::npos);
  EXPECT_NE(h.warning(day("2027-09-03"), Language::kJapanese)->find("祝日"), std::string::npos);
  EXPECT_TRUE(h.warning(day("2021-12-31"), Language::kEnglish).has_value());
}

TEST(HolidayData, RefusesWhatIsNotInOrderOrOutside) {
  const auto parse = [](const std::string& rows) {
    return Holidays::parse("source: s\nfrom: 2026-01-01\nto: 2026-12-31\ndays:\n" + rows, "h.yaml");
  };
  EXPECT_TRUE(parse("  - {on: 2026-01-01, name: a}\n  - {on: 2026-01-12, name: b}\n"));
  for (const char* bad : {"  - {on: 2026-01-12, name: a}\n  - {on: 2026-01-01, name: b}\n",
                          "  - {on: 2026-01-01, name: a}\n  - {on: 2026-01-01, name: b}\n",
                          "  - {on: 2027-01-01, name: a}\n", "  - {on: 2026-02-29, name: a}\n",
                          "  - {on: 2026-01-01, name: a, extra: 1}\n", "  - {name: a}\n"}) {
    const auto refused = parse(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code, Errc::kBadInput);
    EXPECT_NE(refused.error().detail.find("h.yaml:"), std::string::npos);
  }
}

}  // namespace
}  // namespace hitokoe::incident
