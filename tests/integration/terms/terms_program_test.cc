// Terms from the file to the alert, with the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/campaign/programs_world.h"

namespace hitokoe::testing {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kTerms = R"(terms:
  - {id: aozora, words: [青空計画, Project Aozora], severity: high, carrier: kou, note: not public yet}
  - {id: ticket, pattern: 'KT-[0-9]{6}'}
  - {id: domain, domain: kou-tele.example, severity: critical}
registry_names: true
)";

constexpr const char* kPaste =
    "販売: 丙コール 顧客名簿 山田太郎,090-1234-5678,taro.y@mail.example\n"
    "ｱｵｿﾞﾗ ではなく 青空計画 です。project\taozora も。KT-123456\n"
    "http://www.k0u-tele.example/login 090-9999-8888\n";

std::vector<std::string> terms_of(const json::array& alerts) {
  std::vector<std::string> ids;
  for (const auto& a : alerts) ids.emplace_back(a.at("term").as_string());
  return ids;
}

class TermsProgram : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NO_FATAL_FAILURE(w.ceremony()); }

  ProgramsWorld w{made_up_people(6)};
};

TEST_F(TermsProgram, AFileThatIsWrongIsRefusedWithItsLines) {
  w.write("bad.yaml", "terms:\n  - {id: a, word: 空}\n  - {id: b, pattern: '('}\nextra: 1\n");
  for (const auto* what : {"check", "apply"}) {
    const auto refused = w.service({"terms", what, w.file("bad.yaml")});
    EXPECT_EQ(refused.code, 3);
    EXPECT_THAT(refused.err, HasSubstr("bad.yaml:2: term a:"));
    EXPECT_THAT(refused.err, HasSubstr("bad.yaml:3: term b: pattern:"));
    EXPECT_THAT(refused.err, HasSubstr("bad.yaml:4: unknown key"));
  }
  w.write("stranger.yaml", "terms:\n  - {id: a, word: 青空, carrier: nobody}\n");
  EXPECT_EQ(w.service({"terms", "check", w.file("stranger.yaml")}).code, 3);
  EXPECT_EQ(w.told({"terms", "list"}).at("version").to_number<int>(), 0);
}

TEST_F(TermsProgram, AreAppliedAsVersionsAndListed) {
  w.write("terms.yaml", kTerms);
  EXPECT_EQ(w.service({"terms", "check", w.file("terms.yaml")}).code, 0);
  EXPECT_TRUE(w.told({"terms", "apply", w.file("terms.yaml")}).at("changed").as_bool());
  EXPECT_FALSE(w.told({"terms", "apply", w.file("terms.yaml")}).at("changed").as_bool());
  const auto listed = w.told({"terms", "list"});
  EXPECT_EQ(listed.at("version").to_number<int>(), 1);
  EXPECT_EQ(listed.at("terms").as_array().size(), 6U) << "three, and three parties";
  EXPECT_EQ(listed.at("versions").as_array().size(), 1U);
  EXPECT_EQ(w.service({"audit", "verify"}).code, 0);
}

TEST_F(TermsProgram, AScanTellsThemMaskedAndKeepsThemWithTheEvidence) {
  w.write("terms.yaml", kTerms);
  w.write("paste.txt", kPaste);
  EXPECT_FALSE(w.told({"scan", w.file("paste.txt")}).contains("alerts")) << "no terms, no key";
  const auto from_file = w.told({"scan", w.file("paste.txt"), "--terms", w.file("terms.yaml")});
  EXPECT_EQ(from_file.at("alerts").as_array().size(), 4U);
  ASSERT_EQ(w.service({"terms", "apply", w.file("terms.yaml")}).code, 0);
  EXPECT_FALSE(w.told({"scan", w.file("paste.txt"), "--no-terms"}).contains("alerts"));

  const auto report = w.told({"scan", w.file("paste.txt"), "--open-incident"});
  const auto& alerts = report.at("alerts").as_array();
  EXPECT_THAT(terms_of(alerts),
              ::testing::UnorderedElementsAre("aozora", "ticket", "domain", "name:callco"));
  const auto text = json::serialize(alerts);
  for (const auto* leaked : {"山田", "太郎", "1234", "5678", "taro", "123456", "9999-8888"}) {
    EXPECT_THAT(text, Not(HasSubstr(leaked)));
  }
  for (const auto& a : alerts) {
    if (a.at("term") == "aozora") {
      EXPECT_EQ(a.at("count").to_number<int>(), 2);
      EXPECT_EQ(a.at("places").at(0).at("line").to_number<int>(), 2);
      EXPECT_EQ(a.at("severity"), "high");
    }
    if (a.at("term") == "domain") {
      EXPECT_EQ(a.at("likeness"), "confusable");
      EXPECT_THAT(std::string(a.at("places").at(0).at("context").as_string()),
                  HasSubstr("[k0u-tele.example]"));
    }
  }
  const auto screen = w.service({"scan", w.file("paste.txt")});
  EXPECT_THAT(screen.out, HasSubstr("Alerts: 4"));
  EXPECT_THAT(screen.out, Not(HasSubstr("山田")));

  auto kept = w.told({"alerts", "list"}, 1).at("alerts").as_array();
  ASSERT_EQ(kept.size(), 4U);
  w.told({"scan", w.file("paste.txt"), "--open-incident"});
  EXPECT_EQ(w.told({"alerts", "list"}, 1).at("alerts").as_array().size(), 4U) << "once, ever";

  const std::string id(kept[0].at("id").as_string());
  EXPECT_EQ(w.told({"alerts", "ack", id, "--note", "looking"}).at("state"), "acknowledged");
  for (const auto& a : kept) {
    w.told({"alerts", "close", std::string(a.at("id").as_string()), "--note", "a test"});
  }
  EXPECT_EQ(w.told({"alerts", "list", "--state", "open"}).at("alerts").as_array().size(), 0U);
  EXPECT_EQ(w.service({"alerts", "ack", "ALR-none"}).code, 3);
  EXPECT_EQ(w.service({"audit", "verify"}).code, 0);
}

TEST_F(TermsProgram, SpeaksJapanese) {
  w.environment[0] = "LANG=ja_JP.UTF-8";
  w.write("terms.yaml", kTerms);
  w.write("paste.txt", kPaste);
  EXPECT_THAT(w.service({"terms", "apply", w.file("terms.yaml")}).err, HasSubstr("監視語 第1版"));
  EXPECT_THAT(w.service({"scan", w.file("paste.txt")}).out, HasSubstr("警報：4"));
  w.write("bad.yaml", "terms:\n  - {id: a, word: 空}\n");
  EXPECT_THAT(w.service({"terms", "check", w.file("bad.yaml")}).err, HasSubstr("語は 2～100 文字"));
}

}  // namespace
}  // namespace hitokoe::testing
