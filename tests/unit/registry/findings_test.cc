#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "hitokoe/registry/model.h"
#include "hitokoe/registry/viewer.h"
#include "tests/unit/registry/example.h"

namespace hitokoe::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const JstDay kToday = parse_day("2026-08-01").value();

Registry changed(std::string_view from, std::string_view to) {
  std::string text(kExample);
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  auto parsed = parse_registry(text, "r.yaml");
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().detail);
  return parsed ? std::move(parsed).value() : Registry({}, {}, {});
}

// "kind where"
std::vector<std::string> told(const Registry& registry, JstDay today = kToday,
                              const RecordCounts& counts = {}) {
  std::vector<std::string> all;
  for (const auto& finding : registry.findings(today, counts)) {
    EXPECT_FALSE(finding.text_ja.empty());
    EXPECT_FALSE(finding.text_en.empty());
    all.push_back(std::string(to_string(finding.kind)) + " " + finding.where);
  }
  return all;
}

TEST(Findings, AreNoneInAGoodRegistry) {
  EXPECT_THAT(told(changed("otsu", "otsu")), IsEmpty());
  EXPECT_THAT(told(changed("otsu", "otsu"), kToday, {{"S0", 400'000}, {"S1", 200'000}, {"X", 1}}),
              IsEmpty());
}

TEST(Findings, NameARedelegationWithoutPriorConsentOfTheRightParty) {
  EXPECT_THAT(told(changed("consent: {by: kou, on: 2024-05-10, ref: 承諾書12}, ", "")),
              ElementsAre("unauthorised D2"));
  EXPECT_THAT(told(changed("on: 2024-05-10", "on: 2024-06-02")), ElementsAre("unauthorised D2"));
  EXPECT_THAT(told(changed("on: 2024-05-10", "on: 2024-06-01")), IsEmpty());
  EXPECT_THAT(told(changed("by: kou", "by: nightdesk")), ElementsAre("unauthorised D2"));
  EXPECT_THAT(told(changed("by: kou", "by: otsu")), ElementsAre("unauthorised D2"));
}

TEST(Findings, NameEverySideThatDidNotConfirm) {
  EXPECT_THAT(told(changed("confirmed: [callco, nightdesk]", "confirmed: [callco]")),
              ElementsAre("unconfirmed S2"));
  EXPECT_THAT(told(changed(", confirmed: [callco, nightdesk]", "")),
              ElementsAre("unconfirmed S2", "unconfirmed S2"));
}

TEST(Findings, NameACountThatDiffersFromTheFile) {
  EXPECT_THAT(told(changed("otsu", "otsu"), kToday, {{"S1", 199'999}, {"S0", 400'001}}),
              ElementsAre("count_mismatch S0", "count_mismatch S1"));
}

TEST(Findings, NameAHandoverInTheClearUnlessItWasTracked) {
  EXPECT_THAT(told(changed("medium: sftp, encrypted: true, confirmed: [callco",
                           "medium: sftp, encrypted: false, confirmed: [callco")),
              ElementsAre("unencrypted S2"));
  EXPECT_THAT(told(changed("medium: sftp, encrypted: true, confirmed: [callco",
                           "medium: tracked, confirmed: [callco")),
              IsEmpty());
}

TEST(Findings, NameWhatEndedAndWasNotReturnedFromTheDayAfter) {
  const auto registry = changed(", returned: {on: 2026-04-05, ref: 確認書3}", "");
  EXPECT_THAT(told(registry), ElementsAre("not_returned D2"));
  EXPECT_THAT(told(registry, parse_day("2026-03-31").value()), IsEmpty());
  EXPECT_THAT(told(registry, parse_day("2026-04-01").value()), ElementsAre("not_returned D2"));
}

TEST(RegistryJson, HasTheKeysOfTheFileAndTheFindings) {
  const auto registry = changed("confirmed: [callco, nightdesk]", "confirmed: [callco]");
  const auto root =
      boost::json::parse(registry_to_json(registry, registry.findings(kToday))).as_object();
  EXPECT_EQ(root.at("parties").as_array().size(), 4U);
  const auto& d2 = root.at("delegations").as_array().at(1).as_object();
  EXPECT_EQ(d2.at("under"), "D1");
  EXPECT_EQ(d2.at("type"), "B");
  EXPECT_EQ(d2.at("consent").at("on"), "2024-05-10");
  EXPECT_EQ(d2.at("items"), (boost::json::array{"ref", "name", "phone"}));
  const auto& s2 = root.at("snapshots").as_array().at(2).as_object();
  EXPECT_EQ(s2.at("controller"), "kou");
  EXPECT_EQ(s2.at("records"), 60'000);
  EXPECT_EQ(s2.at("chain"), (boost::json::array{"nightdesk", "callco", "kou"}));
  const auto& finding = root.at("findings").as_array().at(0).as_object();
  EXPECT_EQ(finding.at("kind"), "unconfirmed");
  EXPECT_EQ(finding.at("where"), "S2");
}

TEST(Viewer, RolesHaveNames) {
  for (const auto role :
       {Role::kOperator, Role::kCoordinator, Role::kParty, Role::kDesk, Role::kAuditor})
    EXPECT_EQ(role_by_name(to_string(role)).value(), role);
  EXPECT_EQ(role_by_name("root").error().code, Errc::kUsage);
}

}  // namespace
}  // namespace hitokoe::registry
