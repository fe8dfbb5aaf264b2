#include "hitokoe/base/log.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "hitokoe/base/simulated_clock.h"

namespace hitokoe {
namespace {

class LogTest : public ::testing::Test {
 protected:
  SimulatedClock clock_{parse_utc("2026-04-01T00:00:00Z").value()};
  std::vector<std::string> lines_;
  Logger logger_ = Logger::to_sink(clock_, LogLevel::kInfo,
                                   [this](std::string_view line) { lines_.emplace_back(line); });
};

TEST_F(LogTest, OneJsonObjectALineWithTypedFields) {
  logger_.named("crawler").info("fetched", {{"bytes", 12}, {"cut", false}, {"share", 0.5}});
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(lines_[0],
            R"({"at":"2026-04-01T00:00:00.000000Z","level":"info","component":"crawler",)"
            R"("event":"fetched","bytes":12,"cut":false,"share":0.5})");
}

TEST_F(LogTest, NothingInAValueCanForgeALineOrAField) {
  logger_.info("x", {{"v", std::string("a\"b\\c\n{\"level\":\"error\"}\x7f")}});
  EXPECT_NE(lines_[0].find(R"("v":"a\"b\\c\u000a{\"level\":\"error\"}\u007f"})"), std::string::npos)
      << lines_[0];
}

TEST_F(LogTest, ALongValueIsCutBetweenCharacters) {
  std::string kana;
  for (int i = 0; i < 200; ++i) kana += "あ";
  logger_.info("x", {{"v", kana}});
  const auto begin = lines_[0].find("\"v\":\"") + 5;
  const std::string value = lines_[0].substr(begin, lines_[0].size() - begin - 2);
  EXPECT_EQ(value.size(), 85 * 3 + 3u);  // 85 whole characters within 256 bytes, and the mark
  EXPECT_TRUE(value.ends_with("あ…"));
}

TEST_F(LogTest, LowerLevelsAndTheSilentLoggerWriteNothing) {
  logger_.debug("x");
  Logger::silent().error("x");
  EXPECT_TRUE(lines_.empty());
}

TEST_F(LogTest, NumbersThatJsonLacksAreQuoted) {
  logger_.info("x", {{"v", std::numeric_limits<double>::quiet_NaN()}});
  EXPECT_NE(lines_[0].find("nan\""), std::string::npos);
}

}  // namespace
}  // namespace hitokoe
