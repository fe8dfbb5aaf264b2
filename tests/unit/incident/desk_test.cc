// What the desk asks and reads, without anybody's data.
#include "hitokoe/incident/desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hitokoe::incident {
namespace {

using identity::FieldId;
using ::testing::HasSubstr;
using ::testing::Not;

crypto::Hmac key() { return crypto::Hmac(as_bytes("made up")); }

TEST(DeskQuestions, AreReadAndWrittenTheSame) {
  const auto sets = parse_questions({{"ref", "birthdate"}, {"name", "phone", "birthdate"}});
  ASSERT_TRUE(sets);
  EXPECT_EQ(shown_questions(sets.value()), "[[ref, birthdate], [name, phone, birthdate]]");
  EXPECT_EQ(shown_questions(default_questions()),
            "[[ref, birthdate], [name, phone, birthdate], [kana, phone, birthdate]]");
}

TEST(DeskQuestions, RefuseWhatProvesNobody) {
  const std::vector<std::vector<std::string>> wrong[] = {
      {},                                // nothing
      {{"ref"}},                         // one field
      {{"phone", "email"}},              // a household's
      {{"phone", "address", "postal"}},  // a household's
      {{"name", "birthdate"}},           // leads to nobody
      {{"ref", "ref"}},                  // twice
      {{"ref", "mynumber"}},             // never
      {{"ref", "plan"}},                 // proves nothing
      {{"ref", "shoe size"}},            // no field
      {{"ref", "birthdate"}, {"phone", "email"}},
      std::vector<std::vector<std::string>>(17, {"ref", "birthdate"})};
  for (const auto& sets : wrong) {
    const auto read = parse_questions(sets);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Errc::kBadInput);
    EXPECT_FALSE(read.error().detail_ja.empty());
  }
  EXPECT_THAT(parse_questions({{"ref", "birthdate"}, {"phone", "email"}}).error().detail,
              HasSubstr("set 2"));
}

TEST(DeskClaim, ReadsJsonAndLinesAlike) {
  const auto json = Claim::parse(R"({"name":"山田 太郎","phone":"０９０－００００－０００１"})");
  const auto lines = Claim::parse("name = 山田 太郎\r\n\nphone=090-0000-0001\n");
  ASSERT_TRUE(json);
  ASSERT_TRUE(lines);
  EXPECT_EQ(json.value().fields(), lines.value().fields());
  EXPECT_EQ(json.value().digests(key()), lines.value().digests(key()));
  EXPECT_TRUE(json.value().answers({FieldId::kName, FieldId::kPhone}));
  EXPECT_FALSE(json.value().answers({FieldId::kName, FieldId::kPhone, FieldId::kBirthdate}));
  // What is empty was not said.
  EXPECT_TRUE(Claim::parse(R"({"ref":"  ","email":""})").value().fields().empty());
}

TEST(DeskClaim, TakesAnAmbiguousDayAsOneGuess) {
  const auto claim = Claim::parse(R"({"ref":"K00000001","birthdate":"昭和55年1月2日"})");
  ASSERT_TRUE(claim);
  for (const auto& v : claim.value().values()) {
    if (v.field == FieldId::kBirthdate) {
      EXPECT_EQ(v.raw, "1980-01-02");
    }
  }
}

TEST(DeskClaim, CountsOneCustomerHoweverItIsWritten) {
  const auto of = [](const char* text) { return Claim::parse(text).value().digests(key()); };
  EXPECT_EQ(of(R"({"phone":"09000000001"})"), of(R"({"phone":"+81 90-0000-0001"})"));
  EXPECT_NE(of(R"({"phone":"09000000001"})"), of(R"({"phone":"09000000002"})"));
  EXPECT_EQ(of(R"({"name":"山田太郎","birthdate":"1980-01-02"})").size(), 0U)
      << "a name or a day leads to nobody";
}

TEST(DeskClaim, RefusesHostileInputAndRepeatsNothingOfIt) {
  const std::string big(1 << 20, 'x');
  const std::string secret = "090-0000-7777";
  const std::vector<std::string> wrong = {
      big,
      "{\"name\":\"" + big + "\"}",
      "{\"name\":\"" + std::string(600, 'x') + "\"}",
      R"({"name":{"name":"x"}})",
      R"({"name":["x"]})",
      R"({"name":17})",
      R"({"name":null})",
      R"({"name":"x")",
      R"([{"name":"x"}])",
      "{\"name\":\"a\\u0000b\"}",
      "{\"name\":\"a\\nb\"}",
      "just a line",
      "phone=" + secret + "\nphone=" + secret,
      "unknown=" + secret,
      "mynumber=" + secret,
      "phone=" + secret + secret + secret,
      "birthdate=" + secret,
      "email=" + secret,
      std::string(100'000, '{'),
      std::string(100'000, '['),
      "\xff\xfe=\xff",
  };
  for (const auto& text : wrong) {
    const auto claim = Claim::parse(text);
    if (claim) {
      EXPECT_TRUE(claim.value().fields().empty()) << text.substr(0, 60);
      continue;
    }
    EXPECT_TRUE(claim.error().code == Errc::kBadInput || claim.error().code == Errc::kLimit);
    EXPECT_THAT(claim.error().detail, Not(HasSubstr("7777")));
    EXPECT_THAT(claim.error().detail_ja, Not(HasSubstr("7777")));
    EXPECT_LT(claim.error().detail.size(), 300U);
  }
}

TEST(DeskClaim, TakesEveryScript) {
  for (const auto* name : {"Ñandú Müller", "Владимир", "محمد علي", "김철수", "𠮷野家", "नरेंद्र",
                           "ไทย", "🙂", "Ａ１ー～", "ｶﾞｷﾞｸﾞ"}) {
    const auto claim = Claim::parse(std::string("name=") + name);
    if (!claim) {
      EXPECT_EQ(claim.error().code, Errc::kBadInput) << name;
    }
  }
}

TEST(DeskAnswerWords, AreTheSameForEverybodyBeforeVerification) {
  DeskAnswer nobody{"CHK-1", {}, DeskOutcome::kNotVerified, {}};
  DeskAnswer somebody{"CHK-1", {}, DeskOutcome::kNotVerified, {{"kou", true, {}, {}}}};
  EXPECT_EQ(words_of(nobody), words_of(somebody));
  EXPECT_EQ(to_json(nobody), to_json(somebody)) << "what was found stays inside";
  EXPECT_THAT(to_json(nobody), Not(HasSubstr("customers")));
  EXPECT_THAT(to_json(nobody), Not(HasSubstr("affected\"")));
}

}  // namespace
}  // namespace hitokoe::incident
