#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hitokoe/incident/campaign.h"

namespace hitokoe::incident {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kWhole = R"(from: notice@kou.test
desk:
  name: 専用お問い合わせ窓口
  phone: 0120-000-000
  email: desk@kou.test
  hours: 9:00-18:00
summary:
  ja: |
    一行目
    二行目
  en: |
    first line
    second line
secondary_damage: {ja: ありません。, en: None is known.}
cause:
)";

std::string refused(std::string_view yaml) {
  const auto spec = parse_spec(yaml, "spec.yaml", "kou");
  if (spec) return "taken";
  EXPECT_EQ(spec.error().code, Errc::kBadInput);
  return spec.error().detail;
}

TEST(CampaignSpecFile, ReadsTextsOfSeveralLinesAndLeavesTheRestUnderInvestigation) {
  const auto spec = parse_spec(kWhole, "spec.yaml", "kou");
  ASSERT_TRUE(spec) << spec.error().detail;
  EXPECT_EQ(spec.value().lead, "kou");
  EXPECT_EQ(spec.value().from, "notice@kou.test");
  EXPECT_EQ(spec.value().desk.phone, "0120-000-000");
  EXPECT_EQ(spec.value().desk.hours, "9:00-18:00");
  EXPECT_EQ(spec.value().summary.ja, "一行目\n二行目");
  EXPECT_EQ(spec.value().summary.en, "first line\nsecond line");
  EXPECT_EQ(spec.value().secondary.en, "None is known.");
  EXPECT_EQ(spec.value().cause.ja, "");
  EXPECT_EQ(spec.value().prevention.en, "");
}

TEST(CampaignSpecFile, TellsEveryProblemWithItsLine) {
  const auto why = refused(R"(from: nobody
desk:
  phone: none
  mail: desk@kou.test
summary:
  ja: 概要
cause: {ja: "{{name}}", en: "x"}
lead: otsu
)");
  for (const char* part : {"spec.yaml:1: from: a mail address", "spec.yaml:3: desk.phone: ",
                           "spec.yaml:4: unknown key", "spec.yaml:5: summary: Japanese and English",
                           "spec.yaml:7: cause.ja: [[ ]] and {{ }}", "spec.yaml:8: unknown key"}) {
    EXPECT_THAT(why, HasSubstr(part));
  }
  EXPECT_THAT(why, HasSubstr("desk.email: the address of the inquiry desk"));
}

TEST(CampaignSpecFile, RefusesWhatIsNoMapAndAnEmptyFile) {
  EXPECT_THAT(refused("- a\n"), HasSubstr("spec.yaml:1:"));
  EXPECT_THAT(refused("from: [1\n"), HasSubstr("spec.yaml:"));
  EXPECT_THAT(refused(""), Not(HasSubstr("taken")));
  EXPECT_THAT(refused("from: a@b.test\ndesk: 5\n"), HasSubstr("spec.yaml:2: desk"));
  EXPECT_THAT(refused(std::string(kWhole) + "from: other@kou.test\n"), HasSubstr("spec.yaml:16:"));
}

}  // namespace
}  // namespace hitokoe::incident
