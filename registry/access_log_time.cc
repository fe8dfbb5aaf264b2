
#include "hitokoe/registry/access_logs.h"

namespace hitokoe::registry {
namespace {

// Eats a text from the left.
class Scan {
 public:
  explicit Scan(std::string_view text) : rest_(text) {}

  // `least` to `most` digits.
  std::optional<int> number(std::size_t least, std::size_t most) {
    std::size_t n = 0;
    while (n < rest_.size() && n < most && rest_[n] >= '0' && rest_[n] <= '9') ++n;
    if (n < least) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < n; ++i) value = value * 10 + (rest_[i] - '0');
    rest_.remove_prefix(n);
    return value;
  }
  bool eat(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

constexpr Duration kJapan = std::chrono::hours(9);

std::optional<Duration> fraction(Scan& scan) {
  Duration out{0};
  int unit = 100'000;
  for (int digits = 0; digits < 6; ++digits, unit /= 10) {
    const auto digit = scan.number(1, 1);
    if (!digit) return digits == 0 ? std::nullopt : std::optional(out);
    out += Duration(*digit * unit);
  }
  return out;
}

// What the clock there is ahead of UTC; nothing: wrong.
std::optional<Duration> zone(Scan& scan) {
  if (scan.at_end()) return kJapan;
  if (scan.eat('Z')) return scan.at_end() ? std::optional(Duration{0}) : std::nullopt;
  const bool east = scan.eat('+');
  if (!east && !scan.eat('-')) return std::nullopt;
  const auto hours = scan.number(2, 2);
  scan.eat(':');
  const auto minutes = scan.number(2, 2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59 || !scan.at_end()) return std::nullopt;
  const Duration ahead = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return east ? ahead : -ahead;
}

}  // namespace

std::optional<UtcTime> parse_access_time(std::string_view text) {
  Scan scan(text);
  const auto year = scan.number(4, 4);
  const bool dashes = scan.eat('-');
  if (!year || (!dashes && !scan.eat('/'))) return std::nullopt;
  const char between = dashes ? '-' : '/';
  const auto month = scan.number(1, 2);
  if (!month || !scan.eat(between)) return std::nullopt;
  const auto day = scan.number(1, 2);
  if (!day || (!scan.eat(' ') && !scan.eat('T'))) return std::nullopt;
  const auto hour = scan.number(1, 2);
  if (!hour || !scan.eat(':')) return std::nullopt;
  const auto minute = scan.number(2, 2);
  int second = 0;
  Duration part{0};
  if (scan.eat(':')) {
    const auto given = scan.number(2, 2);
    if (!given) return std::nullopt;
    second = *given;
    if (scan.eat('.')) {
      const auto read = fraction(scan);
      if (!read) return std::nullopt;
      part = *read;
    }
  }
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  const auto ahead = zone(scan);
  if (!date.ok() || !minute || *hour > 23 || *minute > 59 || second > 59 || !ahead ||
      *year < 1970) {
    return std::nullopt;
  }
  return UtcTime(std::chrono::sys_days(date)) + std::chrono::hours(*hour) +
         std::chrono::minutes(*minute) + std::chrono::seconds(second) + part - *ahead;
}

}  // namespace hitokoe::registry
