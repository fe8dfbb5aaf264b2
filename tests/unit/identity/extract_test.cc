#include "hitokoe/identity/extract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "hitokoe/identity/number_patterns.h"

namespace hitokoe::identity {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;

using Found = std::vector<std::pair<FieldId, std::string>>;

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> out;
  extract(text, out);
  return out;
}
Found found_in(std::string_view text) {
  Found found;
  for (const Token& t : tokens_of(text)) found.emplace_back(t.field, t.value);
  return found;
}

TEST(Extract, FindsWhatStandsInRunningText) {
  EXPECT_THAT(found_in("連絡は090-1234-5678かtaro@example.jpへ。"),
              ElementsAre(std::pair(FieldId::kPhone, std::string("+819012345678")),
                          std::pair(FieldId::kEmail, std::string("taro@example.jp"))));
  EXPECT_THAT(found_in("〒135-0061 東京都江東区豊洲1-2-27に住む、昭和55年1月2日生まれの人"),
              IsSupersetOf(Found{{FieldId::kPostal, "1350061"},
                                 {FieldId::kAddress, "東京都|江東区|豊洲|1-2-27"},
                                 {FieldId::kBirthdate, "1980-01-02"}}));
}

TEST(Extract, FindsLabelledValues) {
  const char* text =
      "氏名：山田 太郎\nフリガナ：ﾔﾏﾀﾞ ﾀﾛｳ\n電話番号：03-1234-5678\n【住所】江東区豊洲1-2-27\n"
      "生年月日 : S55.1.2\nお客様番号：C-001\n契約番号= K77\n郵便番号:1350061\nE-mail: a@b.jp\n";
  EXPECT_THAT(found_in(text),
              ElementsAre(std::pair(FieldId::kName, std::string("山田太郎")),
                          std::pair(FieldId::kKana, std::string("ヤマダタロウ")),
                          std::pair(FieldId::kPhone, std::string("+81312345678")),
                          std::pair(FieldId::kAddress, std::string("東京都|江東区|豊洲|1-2-27")),
                          std::pair(FieldId::kBirthdate, std::string("1980-01-02")),
                          std::pair(FieldId::kRef, std::string("C001")),
                          std::pair(FieldId::kContract, std::string("K77")),
                          std::pair(FieldId::kPostal, std::string("1350061")),
                          std::pair(FieldId::kEmail, std::string("a@b.jp"))));
}

TEST(Extract, KnowsEnglishLabelsAndJson) {
  EXPECT_THAT(found_in(R"({"name":"山田太郎","customer_id":"C001","birthday": "1980-01-02"})"),
              IsSupersetOf(Found{{FieldId::kName, "山田太郎"},
                                 {FieldId::kRef, "C001"},
                                 {FieldId::kBirthdate, "1980-01-02"}}));
  EXPECT_THAT(
      found_in("Name: Taro Yamada  Phone: 9012345678"),
      IsSupersetOf(Found{{FieldId::kName, "taroyamada"}, {FieldId::kPhone, "+819012345678"}}));
  EXPECT_THAT(found_in("filename: report_2020"), IsEmpty());
}

TEST(Extract, OneLineOfLabelsIsCutAtTheNext) {
  EXPECT_THAT(found_in("氏名：山田太郎 電話：090-1234-5678"),
              ElementsAre(std::pair(FieldId::kName, std::string("山田太郎")),
                          std::pair(FieldId::kPhone, std::string("+819012345678"))));
}

TEST(Extract, OffsetsAreBytesOfTheTextGiven) {
  const std::string text = "電話は０９０−１２３４−５６７８です";
  const auto tokens = tokens_of(text);
  ASSERT_EQ(tokens.size(), 1u);
  EXPECT_EQ(text.substr(tokens[0].begin, tokens[0].end - tokens[0].begin),
            "０９０−１２３４−５６７８");
}

TEST(Extract, ARangeGivesBothNumbers) {
  EXPECT_THAT(found_in("代表 03-1234-5678〜9 まで"),
              ElementsAre(std::pair(FieldId::kPhone, std::string("+81312345678")),
                          std::pair(FieldId::kPhone, std::string("+81312345679"))));
}

TEST(Extract, TalkAboutATownIsNoAddress) {
  EXPECT_THAT(found_in("東京都江東区では、2024年度の予算を審議した。"), IsEmpty());
}

TEST(Extract, OrdinaryTextGivesNothing) {
  EXPECT_THAT(found_in("今日は良い天気です。一二三、2024年。v1.2.3, 192.168.0.1, 10:20:30"),
              IsEmpty());
}

TEST(Extract, AWindowsBorderShowsNowhere) {
  // One line longer than a window, identifiers at every distance from the borders.
  std::string line;
  std::set<std::string> expected;
  for (int i = 0; i < 4000; ++i) {
    const std::string number = "090-" + std::to_string(1000 + i) + "-5678";
    line += "の人" + std::string(static_cast<std::size_t>(i % 40), 'x') + number + " と";
    expected.insert("+8190" + std::to_string(1000 + i) + "5678");
  }
  std::set<std::string> found;
  std::size_t count = 0;
  for (const Token& t : tokens_of(line)) {
    if (t.field != FieldId::kPhone) continue;
    found.insert(t.value);
    ++count;
  }
  EXPECT_EQ(found, expected);
  EXPECT_EQ(count, expected.size());
}

TEST(Extract, HostileTextEndsInTime) {
  for (const char* unit : {"@", "1-", "東京都", "北区", "氏名:", "〒", "昭和", "a@", "0 ", "\xff",
                           "９〜", "（", "京都市中京区"}) {
    std::string text;
    while (text.size() < 70000) text += unit;
    std::vector<Token> out;
    extract(text, out);
    EXPECT_LT(out.size(), text.size()) << unit;
  }
}

// --- carriers' numbers by pattern ---

Found found_with(const std::vector<NumberPattern>& patterns, std::string_view text) {
  auto compiled = NumberPatterns::compile(patterns);
  EXPECT_TRUE(compiled) << compiled.error().detail;
  std::vector<Token> out;
  extract(text, compiled.value(), out);
  Found found;
  for (const Token& t : out) found.emplace_back(t.field, t.value);
  return found;
}

const std::vector<NumberPattern> kOurs = {{FieldId::kContract, "K[0-9]{9}"},
                                          {FieldId::kRef, "(?i)c-[0-9]{3}-[0-9]{4}"}};

TEST(NumberPatterns, FindNumbersWithoutALabel) {
  EXPECT_THAT(found_with(kOurs, "山田さん、K123456789 です。c-001-2345も"),
              ElementsAre(std::pair(FieldId::kContract, std::string("K123456789")),
                          std::pair(FieldId::kRef, std::string("C0012345"))));
  EXPECT_THAT(found_with(kOurs, "Ｋ１２３４５６７８９、Ｃ―００１ー２３４５"),
              ElementsAre(std::pair(FieldId::kContract, std::string("K123456789")),
                          std::pair(FieldId::kRef, std::string("C0012345"))));
  EXPECT_THAT(found_in("K123456789"), IsEmpty()) << "without the pattern";
}

TEST(NumberPatterns, NotInsideALongerNumberOrWord) {
  for (const char* text : {"AK123456789", "K1234567890", "xK123456789y", "K12345678"}) {
    EXPECT_THAT(found_with(kOurs, text), IsEmpty()) << text;
  }
  EXPECT_THAT(found_with({{FieldId::kContract, ".{5,20}"}}, "山田太郎 です"), IsEmpty());
  EXPECT_THAT(found_with({{FieldId::kContract, "[0-9]+"}}, "12 345 6789"), IsEmpty())
      << "too short to be a number";
}

TEST(NumberPatterns, ALabelAndAPatternGiveOneToken) {
  EXPECT_THAT(found_with(kOurs, "契約番号：K123456789"),
              ElementsAre(std::pair(FieldId::kContract, std::string("K123456789"))));
}

TEST(NumberPatterns, OffsetsAreBytesAndWindowsShowNowhere) {
  std::string text;
  std::size_t expected = 0;
  while (text.size() < 200000) {
    text += "あいう" + std::string(expected % 50, 'x') + " K" +
            std::to_string(100000000 + expected) + " ";
    ++expected;
  }
  auto compiled = NumberPatterns::compile(kOurs);
  ASSERT_TRUE(compiled);
  std::vector<Token> out;
  extract(text, compiled.value(), out);
  std::set<std::string> values;
  for (const Token& t : out) {
    EXPECT_EQ(text.substr(t.begin, t.end - t.begin), t.value);
    values.insert(t.value);
  }
  EXPECT_EQ(values.size(), expected);
  EXPECT_EQ(out.size(), expected);
  EXPECT_TRUE(std::is_sorted(out.begin(), out.end(),
                             [](const Token& a, const Token& b) { return a.begin < b.begin; }));
}

TEST(NumberPatterns, BadOnesAreRefusedWithTheirPlace) {
  const auto error = [](std::vector<NumberPattern> patterns) {
    return NumberPatterns::compile(patterns).error();
  };
  EXPECT_EQ(error({{FieldId::kContract, "K[0-9"}}).code, Errc::kBadInput);
  EXPECT_NE(error({kOurs[0], {FieldId::kContract, "K("}}).detail.find("pattern 2"),
            std::string::npos);
  EXPECT_EQ(error({{FieldId::kContract, ""}}).code, Errc::kBadInput);
  EXPECT_EQ(error({{FieldId::kContract, "[0-9]*"}}).code, Errc::kBadInput);
  EXPECT_EQ(error({{FieldId::kPhone, "[0-9]{11}"}}).code, Errc::kBadInput);
  EXPECT_EQ(error({{FieldId::kContract, std::string(257, 'a')}}).code, Errc::kBadInput);
  EXPECT_EQ(error({{FieldId::kContract, "((a{1,100}){1,100}){1,100}"}}).code, Errc::kBadInput);
  EXPECT_EQ(error(std::vector<NumberPattern>(257, kOurs[0])).code, Errc::kLimit);
}

TEST(NumberPatterns, ACellIsANumberAsAWhole) {
  const auto patterns = NumberPatterns::compile(kOurs).value();
  EXPECT_EQ(patterns.fields_of("K123456789"), FieldSet{FieldId::kContract});
  EXPECT_EQ(patterns.fields_of(" Ｃ―００１－２３４５ "), FieldSet{FieldId::kRef});
  for (const char* cell : {"K1234567890", "K123456789 K123456789", "K12", "", "山田太郎"}) {
    EXPECT_TRUE(patterns.fields_of(cell).empty()) << cell;
  }
  EXPECT_TRUE(NumberPatterns().fields_of("K123456789").empty());
  const auto both = NumberPatterns::compile(
      std::vector<NumberPattern>{{FieldId::kContract, "[0-9]{8}"}, {FieldId::kRef, "[0-9]{6,8}"}});
  EXPECT_EQ(both.value().fields_of("12345678"), (FieldSet{FieldId::kContract, FieldId::kRef}));
}

TEST(NumberPatterns, APatternMeantToBlowUpEndsInTime) {
  const std::string text(100000, 'a');
  EXPECT_THAT(
      found_with({{FieldId::kContract, "(a*)*b"}, {FieldId::kContract, "(a|aa)+[0-9]"}}, text),
      IsEmpty());
}

}  // namespace
}  // namespace hitokoe::identity
