// The lists of escalation and webhooks in the configuration, and the waits between attempts.
#include "service/notice_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/patience.h"

namespace hitokoe::service {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using ::testing::HasSubstr;

constexpr const char* kGood = R"(escalation:
  mail_from: hitokoe@ops.example
  contacts:
    - {mail: [lead@ops.example]}
    - {party: kou, mail: [a@kou.example, b@kou.example]}
  silent_every: 72h
webhooks:
  endpoints:
    - name: ops-chat
      url: https://chat.ops.example/hooks/42
      secret_file: /run/secrets/ops
      events: [incident.opened, "report.*"]
      format: teams
      party: kou
      allow_networks: [10.1.0.0/16]
)";

TEST(NoticeSettings, AreReadWhole) {
  const auto config = parse_config(kGood, "c.yaml");
  ASSERT_TRUE(config) << config.error().detail;
  const auto& e = config.value().escalation;
  ASSERT_EQ(2U, e.contacts.size());
  EXPECT_EQ("", e.contacts[0].party);
  EXPECT_THAT(e.contacts[1].mail, ::testing::ElementsAre("a@kou.example", "b@kou.example"));
  EXPECT_FALSE(e.old_before);
  EXPECT_FALSE(e.old_every);
  ASSERT_EQ(1U, config.value().webhooks.endpoints.size());
  const auto& w = config.value().webhooks.endpoints[0];
  EXPECT_EQ(WebhookFormat::kTeams, w.format);
  EXPECT_EQ("kou", w.party);
  EXPECT_TRUE(w.allow_networks.at(0).contains(net::IpAddress::parse("10.1.2.3").value()));
}

TEST(NoticeSettings, OfAnOlderReleaseAreStillRead) {
  const auto config = parse_config("escalation:\n  before: [72h, 24h]\n  every: 12h\n", "c.yaml");
  ASSERT_TRUE(config) << config.error().detail;
  const auto& e = config.value().escalation;
  EXPECT_THAT(e.old_before.value(), ::testing::ElementsAre(hours(72), hours(24)));
  EXPECT_EQ(hours(12), e.old_every.value());
  EXPECT_EQ(hours(12), e.silence.silent_every);
  const auto both = parse_config("escalation:\n  silent_every: 48h\n  every: 12h\n", "c.yaml");
  EXPECT_EQ(hours(48), both.value().escalation.silence.silent_every);
  EXPECT_THAT(parse_config("escalation:\n  before: [10m]\n", "c.yaml").error().detail,
              HasSubstr("c.yaml:2"));
  EXPECT_THAT(parse_config("escalation:\n  every: 10m\n", "c.yaml").error().detail,
              HasSubstr("c.yaml:2"));
}

TEST(NoticeSettings, AreRefusedWithTheLineOfWhatIsWrong) {
  const auto refused = [](const std::string& from, const std::string& to) {
    std::string text = kGood;
    const auto at = text.find(from);
    EXPECT_NE(std::string::npos, at) << from;
    text.replace(at, from.size(), to);
    const auto config = parse_config(text, "c.yaml");
    return config ? std::string("taken") : config.error().detail;
  };
  EXPECT_THAT(refused("lead@ops.example", "lead"), HasSubstr("c.yaml:4"));
  EXPECT_THAT(refused("72h", "10m"), HasSubstr("c.yaml:6"));
  EXPECT_THAT(refused("ops-chat", "Ops Chat"), HasSubstr("c.yaml:9"));
  EXPECT_THAT(refused("https://chat", "ftp://chat"), HasSubstr("c.yaml:10"));
  EXPECT_THAT(refused("incident.opened", "account.added"), HasSubstr("c.yaml:12"));
  EXPECT_THAT(refused("teams", "irc"), HasSubstr("c.yaml:13"));
  EXPECT_THAT(refused("10.1.0.0/16", "10.1.0.1/16"), HasSubstr("c.yaml:15"));
  EXPECT_THAT(refused("      party: kou", "      tenant: kou"), HasSubstr("tenant"));
  EXPECT_THAT(refused("      secret_file: /run/secrets/ops\n", ""), HasSubstr("secret_file"));
  EXPECT_THAT(parse_config("escalation:\n  before: 24h\n", "c.yaml").error().detail,
              HasSubstr("escalation.before"));
}

TEST(Backoff, DoublesUpToItsMostWithChanceOfAHalf) {
  SeededRandom random(1);
  Duration least = hours(1000);
  Duration most{};
  for (std::uint32_t n = 1; n < 40; ++n) {
    const auto whole = std::min<Duration>(seconds(10) * (1LL << std::min(n - 1, 30U)), hours(6));
    const auto wait = backoff(n, seconds(10), hours(6), random);
    EXPECT_GE(wait, whole / 2) << n;
    EXPECT_LE(wait, whole) << n;
    if (n > 20) {
      least = std::min(least, wait);
      most = std::max(most, wait);
    }
  }
  EXPECT_LT(least, most);  // not all at one time
}

}  // namespace
}  // namespace hitokoe::service
