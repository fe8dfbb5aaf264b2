#include "crawler/patience.h"

#include <charconv>
#include <optional>

#include "crawler/http_date.h"

namespace hitokoe::crawler {

namespace {

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool fine = error == std::errc{} && end == text.data() + text.size() && value >= 0;
  return fine ? std::optional(value) : std::nullopt;
}

bool used_up(const net::Response& response) {
  return number(net::header(response.headers, "x-ratelimit-remaining")) == 0;
}

}  // namespace

bool is_slow_down(const net::Response& response) {
  return response.status == 429 || response.status == 503 ||
         (response.status == 403 && used_up(response));
}

Duration asked_patience(const net::Response& response, UtcTime now) {
  // Moments are of the server's clock, and so is what it says of now: ours may be wrong.
  now = parse_http_date(net::header(response.headers, "date"), now).value_or(now);
  if (is_slow_down(response)) {
    const auto asked = parse_retry_after(net::header(response.headers, "retry-after"), now);
    if (asked) return *asked;
  }
  if (!used_up(response)) return {};
  const auto reset = number(net::header(response.headers, "x-ratelimit-reset"));
  constexpr std::int64_t kYear2001 = 1'000'000'000;  // less counts from now
  constexpr std::int64_t kMost = 10 * kYear2001;
  if (!reset || *reset > kMost) return {};
  if (*reset < kYear2001) return std::chrono::seconds(*reset);
  const UtcTime until{std::chrono::seconds(*reset)};
  return until > now ? std::chrono::duration_cast<Duration>(until - now) : Duration::zero();
}

}  // namespace hitokoe::crawler
