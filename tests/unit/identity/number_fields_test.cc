// Cards, accounts, devices, corporate and individual numbers, Latin names, plans: one canonical
// form of every notation. All numbers are made up or test numbers that the schemes publish.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "hitokoe/identity/canonical.h"
#include "hitokoe/identity/extract.h"
#include "identity/check_digits.h"

namespace hitokoe::identity {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Found = std::vector<std::pair<FieldId, std::string>>;

std::vector<std::string> forms(FieldId field, std::string_view raw, Side side) {
  std::vector<std::string> out;
  normalize(field, raw, side, out);
  return out;
}
std::vector<std::string> leak(FieldId field, std::string_view raw) {
  return forms(field, raw, Side::kLeak);
}
Found found_in(std::string_view text) {
  std::vector<Token> tokens;
  extract(text, tokens);
  Found found;
  for (const Token& t : tokens) found.emplace_back(t.field, t.value);
  return found;
}
std::string digits(std::mt19937& random, std::size_t n) {
  std::string out;
  while (out.size() < n) out += static_cast<char>('0' + random() % 10);
  return out;
}

TEST(CheckDigits, AgreeWithTheirDefinitions) {
  EXPECT_TRUE(luhn_holds("4111111111111111"));
  EXPECT_TRUE(luhn_holds("490154203237518"));
  EXPECT_FALSE(luhn_holds("490154203237519"));
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    // One digit of ten makes a number valid, whatever the others are.
    const std::string body = digits(random, 11);
    int mynumbers = 0, luhns = 0;
    for (char c = '0'; c <= '9'; ++c) {
      mynumbers += mynumber_holds(body + c) ? 1 : 0;
      luhns += luhn_holds(body + c) ? 1 : 0;
    }
    EXPECT_EQ(mynumbers, 1) << body;
    EXPECT_EQ(luhns, 1) << body;
    int corporates = 0;
    for (char c = '1'; c <= '9'; ++c) corporates += corporate_holds(c + body + '0') ? 1 : 0;
    EXPECT_EQ(corporates, 1) << body;
  }
}

TEST(Card, NotationsOfOneNumber) {
  for (const char* raw :
       {"4111111111111111", "4111-1111-1111-1111", "4111 1111 1111 1111",
        "４１１１－１１１１－１１１１－１１１１", "4111.1111.1111.1111", "VISA 4111 1111 1111 1111",
        "4111 1111 1111 1111 (12/28)", "カード番号：4111-1111-1111-1111"}) {
    EXPECT_THAT(leak(FieldId::kCard, raw), ElementsAre("4111111111111111")) << raw;
    EXPECT_THAT(forms(FieldId::kCard, raw, Side::kHolder), ElementsAre("4111111111111111")) << raw;
  }
  EXPECT_THAT(leak(FieldId::kCard, "3782-822463-10005"), ElementsAre("378282246310005"));
  EXPECT_THAT(leak(FieldId::kCard, "3530111333300000"), ElementsAre("3530111333300000"));
  for (const char* raw : {"4111111111111112", "4111-****-****-1111", "1234567812345670", "", "VISA",
                          "0000000000000000", "41111111111111114111111111111111"}) {
    EXPECT_THAT(leak(FieldId::kCard, raw), IsEmpty()) << raw;
  }
}

TEST(Bank, NotationsOfOneAccount) {
  for (const char* raw :
       {"0001-001-1-0123456", "0001 001 普通 0123456", "0001-001-普通-123456",
        "みずほ銀行(0001) 本店(001) 普通 0123456", "みずほ銀行 001 普通預金 0123456",
        "銀行コード：0001 支店コード：001 種別：普通 口座番号：0123456",
        "０００１－００１－（普）０１２３４５６", "000100110123456", "0001001 普通 0123456",
        "00010010123456"}) {
    const auto got = leak(FieldId::kBank, raw);
    ASSERT_FALSE(got.empty()) << raw;
    EXPECT_EQ(got[0], "0001-001-1-0123456") << raw;
    EXPECT_THAT(forms(FieldId::kBank, raw, Side::kHolder), ElementsAre("0001-001-1-0123456"))
        << raw;
  }
  EXPECT_THAT(leak(FieldId::kBank, "0001-001-当座-0123456"), ElementsAre("0001-001-2-0123456"));
  EXPECT_THAT(leak(FieldId::kBank, "0001-001-0123456"),
              ElementsAre("0001-001-1-0123456", "0001-001-2-0123456", "0001-001-4-0123456"));
  for (const char* raw : {"0123456", "普通 0123456", "0001-001", "090-1234-5678", "",
                          "0001-001-7-0123456", "0001-001-1-0123456 0001-001-1-0123456 1 2 3"}) {
    EXPECT_THAT(leak(FieldId::kBank, raw), IsEmpty()) << raw;
  }
}

TEST(Bank, SignAndNumberOfThePostBankAreAnAccountToo) {
  for (const char* raw : {"12340-12345671", "12340 12345671", "記号 12340 番号 12345671",
                          "ゆうちょ銀行 記号：１２３４０ 番号：１２３４５６７１"}) {
    EXPECT_THAT(leak(FieldId::kBank, raw), ElementsAre("9900-238-1-1234567", "12340-12345671"))
        << raw;
  }
  EXPECT_THAT(leak(FieldId::kBank, "ゆうちょ銀行 238 普通 1234567"),
              ElementsAre("9900-238-1-1234567"));
  EXPECT_THAT(leak(FieldId::kBank, "00120-4-567890"),
              ElementsAre("9900-019-2-4567890", "00120-00567890"));
}

TEST(Devices, NotationsOfOneNumber) {
  for (const char* raw : {"490154203237518", "49-015420-323751-8", "490154-20-323751-8",
                          "４９０１５４２０３２３７５１８", "IMEI: 490154203237518",
                          "49015420323751", "490154203237510", "4901542032375101"}) {
    EXPECT_THAT(leak(FieldId::kImei, raw), ElementsAre("490154203237518")) << raw;
  }
  EXPECT_THAT(leak(FieldId::kImei, "490154203237519"), IsEmpty());
  const std::string iccid = "898110000000000000" + std::string(1, luhn_digit("898110000000000000"));
  for (const std::string& raw :
       {iccid, iccid + "F", iccid.substr(0, 18), "ICCID " + iccid,
        iccid.substr(0, 4) + " " + iccid.substr(4, 4) + " " + iccid.substr(8, 4) + " " +
            iccid.substr(12, 4) + " " + iccid.substr(16)}) {
    EXPECT_THAT(leak(FieldId::kIccid, raw), ElementsAre(iccid)) << raw;
  }
  EXPECT_THAT(leak(FieldId::kIccid, "8944110000000000000"), IsEmpty());
  for (const char* raw : {"440101234567890", "440-10-1234567890", "IMSI=440101234567890"}) {
    EXPECT_THAT(leak(FieldId::kImsi, raw), ElementsAre("440101234567890")) << raw;
  }
  EXPECT_THAT(leak(FieldId::kImsi, "310101234567890"), IsEmpty());
}

TEST(Corporate, NotationsOfOneNumber) {
  for (const char* raw : {"2180301012345", "2-1803-0101-2345", "T2180301012345",
                          "法人番号 ２１８０３０１０１２３４５"}) {
    std::string number = "180301012345";
    for (char c = '1'; c <= '9'; ++c) {
      if (corporate_holds(c + number)) number.insert(0, 1, c);
    }
    std::string valid = raw;
    const std::string head = raw[0] == 'T' ? "T" : "";
    if (valid.find("２") != valid.npos) {
      valid.replace(valid.find("２"), 3, number.substr(0, 1));
    } else {
      valid.replace(head.size(), 1, number.substr(0, 1));
    }
    EXPECT_THAT(leak(FieldId::kCorporate, valid), ElementsAre(number)) << valid;
  }
}

// An individual number is told to be one, and never given on.
TEST(MyNumber, IsFoundAndNeverShown) {
  EXPECT_THAT(leak(FieldId::kMynumber, "6214-9832-0257"), ElementsAre("************"));
  EXPECT_THAT(leak(FieldId::kMynumber, "６２１４９８３２０２５７"), ElementsAre("************"));
  EXPECT_THAT(leak(FieldId::kMynumber, "621498320258"), IsEmpty());
  EXPECT_THAT(found_in("マイナンバー：6214 9832 0257"),
              testing::Each(std::pair(FieldId::kMynumber, std::string("************"))));
  EXPECT_THAT(found_in("番号は621498320257です"),
              ElementsAre(std::pair(FieldId::kMynumber, std::string("************"))));
}

TEST(Romaji, WaysOfWritingOneNameAreOne) {
  const auto one = [](std::initializer_list<const char*> names) {
    const std::string expected = leak(FieldId::kRomaji, *names.begin()).at(0);
    for (const char* name : names) EXPECT_EQ(leak(FieldId::kRomaji, name).at(0), expected) << name;
  };
  one({"Ohno", "Oono", "Ōno", "OHNO", "Ôno"});
  one({"Kohji", "Koji", "Kouji", "Kôzi", "Kooji"});
  one({"Jun'ichiro", "Junichirou", "Jun-ichiro", "JUNICHIRO", "Junichirō", "Zyun'itirô"});
  one({"Shimbashi", "Shinbashi", "Sinbasi"});
  one({"Suzuki", "Suduki"});
  one({"Homma", "Honma"});
  one({"Fujii", "Hujii"});
  one({"Yuuko", "Yuko", "Yūko"});
  one({"Katoh", "Kato", "Katou"});
  for (const auto& [a, b] : std::vector<std::pair<const char*, const char*>>{{"Ohara", "Owada"},
                                                                             {"Kondo", "Kando"},
                                                                             {"Ono", "Ino"},
                                                                             {"Sato", "Kato"},
                                                                             {"Fujii", "Fuji"},
                                                                             {"Shinji", "Shin"}}) {
    EXPECT_NE(leak(FieldId::kRomaji, a).at(0), leak(FieldId::kRomaji, b).at(0));
  }
}

TEST(Romaji, BothOrdersOfNamesMeet) {
  const auto a = leak(FieldId::kRomaji, "Taro Yamada"), b = leak(FieldId::kRomaji, "YAMADA, Taro");
  EXPECT_THAT(a, testing::UnorderedElementsAreArray(b));
  EXPECT_THAT(leak(FieldId::kRomaji, "Mr. Taro YAMADA"), testing::UnorderedElementsAreArray(a));
  EXPECT_THAT(leak(FieldId::kRomaji, "山田太郎"), IsEmpty());
  EXPECT_THAT(leak(FieldId::kRomaji, "a@b.jp"), IsEmpty());
}

TEST(Plan, SpacesAndWidthDoNotMatter) {
  EXPECT_EQ(leak(FieldId::kPlan, "ギガ　プラン（５Ｇ）"), leak(FieldId::kPlan, "ギガプラン 5G"));
  EXPECT_THAT(leak(FieldId::kPlan, "123"), IsEmpty());
}

TEST(ExtractLongNumbers, InTheGroupingsPeopleUse) {
  EXPECT_THAT(found_in("カード 4111 1111 1111 1111 期限 12/28"),
              ElementsAre(std::pair(FieldId::kCard, std::string("4111111111111111"))));
  EXPECT_THAT(found_in("IMEI490154203237518, 440101234567890"),
              ElementsAre(std::pair(FieldId::kImei, std::string("490154203237518")),
                          std::pair(FieldId::kImsi, std::string("440101234567890"))));
  EXPECT_THAT(found_in("みずほ銀行 渋谷支店 0001-001-1-1234567"),
              testing::Contains(std::pair(FieldId::kBank, std::string("0001-001-1-1234567"))));
  EXPECT_THAT(found_in("振込：みずほ銀行（0001）本店（001）普通 1234567 ヤマダタロウ"),
              testing::Contains(std::pair(FieldId::kBank, std::string("0001-001-1-1234567"))));
  EXPECT_THAT(found_in("記号12340 番号12345671"),
              testing::Contains(std::pair(FieldId::kBank, std::string("9900-238-1-1234567"))));
  EXPECT_THAT(found_in("料金プラン：ギガ放題 電話：090-1234-5678"),
              ElementsAre(std::pair(FieldId::kPlan, std::string("ギガ放題")),
                          std::pair(FieldId::kPhone, std::string("+819012345678"))));
  EXPECT_THAT(found_in("ローマ字：YAMADA TARO"),
              ElementsAre(std::pair(FieldId::kRomaji, std::string("yamadataro")),
                          std::pair(FieldId::kRomaji, std::string("taroyamada"))));
}

TEST(ExtractLongNumbers, NotInWordsFractionsOrLongerNumbers) {
  for (const char* text :
       {"sha4111111111111111", "4111111111111111abc", "0.4111111111111111", "41111111111111110",
        "x_4111111111111111", "4111-1111-1111-11-11", "202401021530", "4901234567894"}) {
    EXPECT_THAT(found_in(text), IsEmpty()) << text;
  }
}

// Of random digits a tenth passes a check digit; beginnings and groupings hold the rest down.
TEST(ExtractLongNumbers, FewRandomNumbersPass) {
  std::mt19937 random(7);
  constexpr int kEach = 4000;
  const auto share = [&](std::size_t n, FieldId field) {
    int found = 0;
    for (int i = 0; i < kEach; ++i) {
      for (const auto& [f, value] : found_in("番号 " + digits(random, n) + " です")) {
        found += f == field ? 1 : 0;
      }
    }
    return static_cast<double>(found) / kEach;
  };
  const double card = share(16, FieldId::kCard), imei = share(15, FieldId::kImei),
               imsi = share(15, FieldId::kImsi), iccid = share(19, FieldId::kIccid),
               mynumber = share(12, FieldId::kMynumber), corporate = share(13, FieldId::kCorporate);
  std::cout << "[ false    ] of random digits alone: card " << card << " imei " << imei << " imsi "
            << imsi << " iccid " << iccid << " mynumber " << mynumber << " corporate " << corporate
            << '\n';
  EXPECT_LT(card, 0.04);
  EXPECT_LT(imei, 0.03);
  EXPECT_LT(imsi, 0.006);
  EXPECT_LT(iccid, 0.001);
  EXPECT_LT(mynumber, 0.11);
  EXPECT_EQ(corporate, 0.0);
}

}  // namespace
}  // namespace hitokoe::identity
