#include "hitokoe/base/time.h"

#include <gtest/gtest.h>

#include "hitokoe/base/simulated_clock.h"

namespace hitokoe {
namespace {

UtcTime utc(std::string_view text) { return parse_utc(text).value(); }

TEST(Time, AJapaneseDayBeginsAtFifteenHoursUtc) {
  EXPECT_EQ(format_day(jst_day(utc("2026-03-31T14:59:59.999999Z"))), "2026-03-31");
  EXPECT_EQ(format_day(jst_day(utc("2026-03-31T15:00:00Z"))), "2026-04-01");
  EXPECT_EQ(format_utc(jst_midnight(parse_day("2026-04-01").value())),
            "2026-03-31T15:00:00.000000Z");
}

TEST(Time, DaysAndInstantsSurviveARoundTrip) {
  for (const char* day : {"1900-03-01", "1970-01-01", "2024-02-29", "2099-12-31"}) {
    EXPECT_EQ(format_day(parse_day(day).value()), day);
  }
  for (const char* t : {"1969-12-31T23:59:59.999999Z", "2024-02-29T00:00:00.000001Z"}) {
    EXPECT_EQ(format_utc(utc(t)), t);
  }
}

TEST(Time, RefusesWhatIsNoDay) {
  for (const char* day : {"", "2026-4-1", "2026-02-29", "2026-13-01", "2026/04/01", "２026-04-01",
                          "2026-04-01 ", "20260401xx"}) {
    EXPECT_FALSE(parse_day(day)) << day;
  }
}

TEST(Time, RefusesWhatIsNoInstant) {
  for (const char* t :
       {"", "2026-04-01", "2026-04-01T24:00:00Z", "2026-04-01T00:60:00Z", "2026-04-01T00:00:00",
        "2026-04-01T00:00:00.Z", "2026-04-01T00:00:00.1234567Z", "2026-04-01T00:00:00+09:00"}) {
    EXPECT_FALSE(parse_utc(t)) << t;
  }
}

TEST(Time, PeopleSeeJapaneseTime) {
  EXPECT_EQ(format_jst(utc("2026-12-31T15:00:01Z")), "2027-01-01 00:00:01 JST");
}

TEST(SimulatedClock, MovesOnlyWhenTold) {
  SimulatedClock clock(utc("2026-04-01T00:00:00Z"));
  const auto before = clock.steady();
  EXPECT_EQ(clock.now(), clock.now());
  clock.advance(std::chrono::hours{25});
  EXPECT_EQ(format_utc(clock.now()), "2026-04-02T01:00:00.000000Z");
  EXPECT_EQ(clock.steady() - before, std::chrono::hours{25});
}

}  // namespace
}  // namespace hitokoe
