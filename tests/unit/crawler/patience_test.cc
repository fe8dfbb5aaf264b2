#include "crawler/patience.h"

#include <gtest/gtest.h>

namespace hitokoe::crawler {
namespace {

using std::chrono::seconds;

const UtcTime kNow{seconds(1'775'000'000)};

net::Response response(int status, net::Headers headers) {
  net::Response out;
  out.status = status;
  out.headers = std::move(headers);
  return out;
}

TEST(Patience, IsWhatTheAnswerAsksFor) {
  EXPECT_EQ(asked_patience(response(200, {}), kNow), seconds(0));
  EXPECT_EQ(asked_patience(response(429, {{"Retry-After", "7"}}), kNow), seconds(7));
  EXPECT_EQ(asked_patience(response(200, {{"Retry-After", "7"}}), kNow), seconds(0));
  const net::Headers used{{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "1775000060"}};
  EXPECT_EQ(asked_patience(response(200, used), kNow), seconds(60));
  EXPECT_EQ(asked_patience(response(403, used), kNow), seconds(60));
  EXPECT_TRUE(is_slow_down(response(403, used)));
  EXPECT_FALSE(is_slow_down(response(403, {})));
  EXPECT_FALSE(is_slow_down(response(200, used)));
  EXPECT_EQ(asked_patience(
                response(200, {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "30"}}), kNow),
            seconds(30));
  for (const char* reset : {"", "x", "-5", "99999999999999999", "1774000000"}) {
    EXPECT_EQ(
        asked_patience(
            response(200, {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", reset}}), kNow),
        seconds(0))
        << reset;
  }
}

// A clock of ours that was set wrong neither shortens nor lengthens what a server asks for.
TEST(Patience, MeasuresMomentsByTheClockOfTheServerThatNamesThem) {
  for (const auto wrong : {seconds(-86'400 * 400), seconds(-90), seconds(0), seconds(7'200)}) {
    EXPECT_EQ(asked_patience(response(429, {{"Date", "Tue, 31 Mar 2026 23:33:20 GMT"},
                                            {"Retry-After", "Tue, 31 Mar 2026 23:43:20 GMT"}}),
                             kNow + wrong),
              seconds(600));
    EXPECT_EQ(asked_patience(response(200, {{"Date", "Tue, 31 Mar 2026 23:33:20 GMT"},
                                            {"X-RateLimit-Remaining", "0"},
                                            {"X-RateLimit-Reset", "1775000060"}}),
                             kNow + wrong),
              seconds(60));
  }
  EXPECT_EQ(asked_patience(
                response(429, {{"Date", "soon"}, {"Retry-After", "Tue, 31 Mar 2026 23:33:30 GMT"}}),
                kNow),
            seconds(10));
}

}  // namespace
}  // namespace hitokoe::crawler
