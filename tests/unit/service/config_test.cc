#include "hitokoe/service/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hitokoe/base/file.h"
#include "service/settings.h"
#include "tests/places.h"

namespace hitokoe::service {
namespace {

using testing::HasSubstr;

const std::filesystem::path kFile =
    std::filesystem::path(HITOKOE_SOURCE_DIR) / "config" / "default.yaml";

TEST(ConfigTest, TheFileEqualsTheDefaultsInCode) {
  const auto bytes = read_file(kFile);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(as_text(bytes.value()), default_config());
}

TEST(ConfigTest, ReadingTheFileChangesNoDefault) {
  auto loaded = load_config(kFile);
  ASSERT_TRUE(loaded) << loaded.error().detail;
  Config defaults;
  const auto expected = settings_of(defaults);
  const auto got = settings_of(loaded.value());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(got[i].write(), expected[i].write()) << expected[i].key;
  }
}

TEST(ConfigTest, TakesWhatIsNamedAndKeepsTheRest) {
  const auto config = parse_config("http:\n  port: 0\nmatcher:\n  idle: 20ms\n", "c.yaml");
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config.value().http.port, 0);
  EXPECT_EQ(config.value().match_loop.idle, std::chrono::milliseconds(20));
  EXPECT_EQ(config.value().http.address, "127.0.0.1");
  EXPECT_TRUE(parse_config("", "c.yaml"));
}

TEST(ConfigTest, RefusesUnknownKeysAndValuesOutOfBoundsAllWithTheirLines) {
  const auto config = parse_config(
      "http:\n  prot: 1\n  port: 70000\nmatcher:\n  naming_threshold: 0.2\n  idle: 1\nhtpp: {}\n"
      "crawler: 7\n",
      "c.yaml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, Errc::kBadInput);
  for (const char* line :
       {"c.yaml:2:", "c.yaml:3:", "c.yaml:5:", "c.yaml:6:", "c.yaml:7:", "c.yaml:8:"}) {
    EXPECT_THAT(config.error().detail, HasSubstr(line));
  }
}

TEST(ConfigTest, EverySettingSaysWhatItIsForAndIsReadBack) {
  Config config;
  for (const auto& setting : settings_of(config)) {
    EXPECT_FALSE(setting.about.empty()) << setting.key;
    const std::string value = setting.write();
    if (value.empty()) continue;
    const auto again =
        parse_config(setting.section + ":\n  " + setting.key + ": " + value + "\n", "c.yaml");
    EXPECT_TRUE(again) << setting.key << ": " << again.error().detail;
  }
}

TEST(DurationTest, IsShownInItsLargestUnit) {
  using namespace std::chrono_literals;
  EXPECT_EQ(shown_duration(0s), "0s");
  EXPECT_EQ(shown_duration(500ms), "500ms");
  EXPECT_EQ(shown_duration(90s), "90s");
  EXPECT_EQ(shown_duration(15min), "15m");
  EXPECT_EQ(shown_duration(24h), "24h");
  EXPECT_EQ(shown_duration(std::chrono::days(7)), "7d");
}

}  // namespace
}  // namespace hitokoe::service
