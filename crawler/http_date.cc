#include "crawler/http_date.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace hitokoe::crawler {

namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Reads from the front; `fine` stays false after the first thing that is not there.
struct Scanner {
  std::string_view rest;
  bool fine = true;

  void expect(std::string_view literal) {
    if (!rest.starts_with(literal)) {
      fine = false;
      return;
    }
    rest.remove_prefix(literal.size());
  }
  int digits(std::size_t count) {
    int value = 0;
    if (rest.size() < count) {
      fine = false;
      return 0;
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (rest[i] < '0' || rest[i] > '9') fine = false;
      value = value * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(count);
    return value;
  }
  int month() {
    for (std::size_t i = 0; i < kMonths.size(); ++i) {
      if (rest.starts_with(kMonths[i])) {
        rest.remove_prefix(3);
        return static_cast<int>(i) + 1;
      }
    }
    fine = false;
    return 1;
  }
};

struct Fields {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

void clock_time(Scanner& s, Fields& f) {
  f.hour = s.digits(2);
  s.expect(":");
  f.minute = s.digits(2);
  s.expect(":");
  f.second = s.digits(2);
}

std::optional<UtcTime> instant(const Fields& f) {
  const std::chrono::year_month_day day{std::chrono::year(f.year),
                                        std::chrono::month(static_cast<unsigned>(f.month)),
                                        std::chrono::day(static_cast<unsigned>(f.day))};
  if (!day.ok() || f.hour > 23 || f.minute > 59 || f.second > 60) return std::nullopt;
  return UtcTime(std::chrono::sys_days(day)) + std::chrono::hours(f.hour) +
         std::chrono::minutes(f.minute) + std::chrono::seconds(f.second);
}

}  // namespace

std::optional<UtcTime> parse_http_date(std::string_view text, UtcTime now) {
  Fields f;
  const auto comma = text.find(',');
  if (comma == std::string_view::npos) {  // asctime
    if (text.size() != 24) return std::nullopt;
    Scanner s{text.substr(3)};
    s.expect(" ");
    f.month = s.month();
    s.expect(" ");
    if (s.rest.starts_with(" ")) {
      s.expect(" ");
      f.day = s.digits(1);
    } else {
      f.day = s.digits(2);
    }
    s.expect(" ");
    clock_time(s, f);
    s.expect(" ");
    f.year = s.digits(4);
    if (!s.fine || !s.rest.empty()) return std::nullopt;
    return instant(f);
  }
  Scanner s{text.substr(comma + 1)};
  s.expect(" ");
  f.day = s.digits(2);
  const bool old = s.rest.starts_with("-");
  s.expect(old ? "-" : " ");
  f.month = s.month();
  s.expect(old ? "-" : " ");
  f.year = s.digits(old ? 2 : 4);
  if (old) {
    const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now)};
    const int this_year = static_cast<int>(today.year());
    f.year += this_year - this_year % 100;
    if (f.year > this_year + 50) f.year -= 100;
  }
  s.expect(" ");
  clock_time(s, f);
  s.expect(" GMT");
  if (!s.fine || !s.rest.empty()) return std::nullopt;
  return instant(f);
}

std::optional<Duration> parse_retry_after(std::string_view text, UtcTime now) {
  if (text.empty()) return std::nullopt;
  if (std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) {
    constexpr std::int64_t kMost = 366LL * 24 * 3600;
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error == std::errc::result_out_of_range) seconds = kMost;
    return std::chrono::seconds(std::min(seconds, kMost));
  }
  const auto date = parse_http_date(text, now);
  if (!date) return std::nullopt;
  return std::max(*date - now, Duration::zero());
}

}  // namespace hitokoe::crawler
