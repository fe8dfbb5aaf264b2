#include "hitokoe/base/time.h"

#include <cstdio>

namespace hitokoe {

namespace {

constexpr std::chrono::hours kJstOffset{9};

// Exactly `digits` decimal digits at `at`; -1 where there are others.
int number(std::string_view text, std::size_t at, std::size_t digits) {
  if (at + digits > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

Result<std::chrono::year_month_day> date_at(std::string_view text) {
  const int y = number(text, 0, 4);
  const int m = number(text, 5, 2);
  const int d = number(text, 8, 2);
  if (y < 0 || m < 0 || d < 0 || text[4] != '-' || text[7] != '-') {
    return fail(Errc::kBadInput, "expected a date such as 2026-04-01", "日付は 2026-04-01 の形");
  }
  const std::chrono::year_month_day ymd{std::chrono::year{y},
                                        std::chrono::month{static_cast<unsigned>(m)},
                                        std::chrono::day{static_cast<unsigned>(d)}};
  if (!ymd.ok()) return fail(Errc::kBadInput, "no such day in the calendar", "暦にない日付");
  return ymd;
}

struct Parts {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::microseconds> time;
};

template <class TimePoint>
Parts split(TimePoint t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  return {std::chrono::year_month_day{day},
          std::chrono::hh_mm_ss{std::chrono::duration_cast<std::chrono::microseconds>(t - day)}};
}

}  // namespace

JstDay jst_day(UtcTime t) {
  return JstDay{std::chrono::floor<std::chrono::days>(t.time_since_epoch() + kJstOffset)};
}

UtcTime jst_midnight(JstDay day) { return UtcTime{day.time_since_epoch() - kJstOffset}; }

std::string format_day(JstDay day) {
  const std::chrono::year_month_day ymd{day};
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(ymd.year()),
                static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
  return text;
}

Result<JstDay> parse_day(std::string_view text) {
  if (text.size() != 10)
    return fail(Errc::kBadInput, "expected a date such as 2026-04-01", "日付は 2026-04-01 の形");
  TRY(const auto ymd, date_at(text));
  return JstDay{ymd};
}

std::string format_utc(UtcTime t) {
  const Parts p = split(t);
  char text[64];
  std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(p.date.year()),
      static_cast<unsigned>(p.date.month()), static_cast<unsigned>(p.date.day()),
      static_cast<int>(p.time.hours().count()), static_cast<int>(p.time.minutes().count()),
      static_cast<int>(p.time.seconds().count()), static_cast<int>(p.time.subseconds().count()));
  return text;
}

Result<UtcTime> parse_utc(std::string_view text) {
  const auto wrong = [] {
    return fail(Errc::kBadInput, "expected a UTC time such as 2026-04-01T02:03:04.000005Z",
                "UTC の時刻は 2026-04-01T02:03:04.000005Z の形");
  };
  if (text.size() < 20 || text.back() != 'Z' || text[10] != 'T') return wrong();
  TRY(const auto ymd, date_at(text.substr(0, 10)));
  const int h = number(text, 11, 2);
  const int m = number(text, 14, 2);
  const int s = number(text, 17, 2);
  if (text[13] != ':' || text[16] != ':' || h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 59) {
    return wrong();
  }
  int micros = 0;
  if (text.size() > 20) {
    const std::size_t digits = text.size() - 21;
    if (text[19] != '.' || digits < 1 || digits > 6) return wrong();
    micros = number(text, 20, digits);
    if (micros < 0) return wrong();
    for (std::size_t i = digits; i < 6; ++i) micros *= 10;
  }
  return UtcTime{std::chrono::sys_days{ymd}.time_since_epoch() + std::chrono::hours{h} +
                 std::chrono::minutes{m} + std::chrono::seconds{s} +
                 std::chrono::microseconds{micros}};
}

std::string format_jst(UtcTime t) {
  const Parts p = split(UtcTime{t.time_since_epoch() + kJstOffset});
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d JST",
                static_cast<int>(p.date.year()), static_cast<unsigned>(p.date.month()),
                static_cast<unsigned>(p.date.day()), static_cast<int>(p.time.hours().count()),
                static_cast<int>(p.time.minutes().count()),
                static_cast<int>(p.time.seconds().count()));
  return text;
}

UtcTime SystemClock::now() const {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

SteadyTime SystemClock::steady() const { return std::chrono::steady_clock::now(); }

}  // namespace hitokoe
