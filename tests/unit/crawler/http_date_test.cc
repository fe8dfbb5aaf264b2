#include "crawler/http_date.h"

#include <gtest/gtest.h>

namespace hitokoe::crawler {
namespace {

const UtcTime kNow = parse_utc("2026-07-01T00:00:00Z").value();

std::string read(std::string_view text) {
  const auto date = parse_http_date(text, kNow);
  return date ? format_utc(*date) : "nothing";
}

TEST(HttpDate, ReadsTheThreeForms) {
  EXPECT_EQ(read("Sun, 06 Nov 1994 08:49:37 GMT"), "1994-11-06T08:49:37.000000Z");
  EXPECT_EQ(read("Sunday, 06-Nov-94 08:49:37 GMT"), "1994-11-06T08:49:37.000000Z");
  EXPECT_EQ(read("Sun Nov  6 08:49:37 1994"), "1994-11-06T08:49:37.000000Z");
  EXPECT_EQ(read("Wed Nov 16 08:49:37 2026"), "2026-11-16T08:49:37.000000Z");
  EXPECT_EQ(read("Tuesday, 01-Jan-30 00:00:00 GMT"), "2030-01-01T00:00:00.000000Z");
}

TEST(HttpDate, RefusesEveryCutAndEveryBreak) {
  const std::string whole = "Sun, 06 Nov 1994 08:49:37 GMT";
  for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_EQ(read(whole.substr(0, n)), "nothing");
  for (const char* text :
       {"Sun, 31 Feb 2026 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:49:37 JST", "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 6 Nov 1994",
        "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov -994 08:49:37 GMT", "tomorrow", ","}) {
    EXPECT_EQ(read(text), "nothing") << text;
  }
}

TEST(RetryAfter, ReadsSecondsAndDates) {
  EXPECT_EQ(parse_retry_after("120", kNow), std::chrono::seconds(120));
  EXPECT_EQ(parse_retry_after("0", kNow), Duration::zero());
  EXPECT_EQ(parse_retry_after("Wed, 01 Jul 2026 00:05:00 GMT", kNow), std::chrono::minutes(5));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", kNow), Duration::zero());
  EXPECT_EQ(parse_retry_after("99999999999999999999999999", kNow), std::chrono::days(366));
  for (const char* text : {"", "-1", "1.5", "soon", "+3"}) {
    EXPECT_EQ(parse_retry_after(text, kNow), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace hitokoe::crawler
