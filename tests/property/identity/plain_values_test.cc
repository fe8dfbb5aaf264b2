// The short way against the general rules, which are the oracle: what it takes, it must read as
// they do, on both sides, form by form. Seeded; a failure prints the made-up value.
#include "identity/plain_values.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "hitokoe/text/fold.h"

namespace hitokoe::identity {
namespace {

using Random = std::mt19937;
using Strings = std::vector<std::string>;

constexpr FieldId kFields[] = {
    FieldId::kRef,    FieldId::kContract, FieldId::kRefToken,  FieldId::kEmail, FieldId::kPhone,
    FieldId::kPostal, FieldId::kKana,     FieldId::kBirthdate, FieldId::kName,  FieldId::kAddress};

Strings all_of(const Forms& forms) {
  Strings all;
  for (std::size_t i = 0; i < forms.size(); ++i) all.emplace_back(forms[i]);
  return all;
}

Strings by_the_rules(FieldId field, std::string_view raw, Side side) {
  Folded folded;
  Forms forms;
  normalize_folded(field, folded.of(raw), side, forms);
  return all_of(forms);
}

// Whether the short way takes it; fails where its forms are others.
bool takes(FieldId field, std::string_view raw) {
  Forms forms;
  forms.text().append("before");
  forms.commit();
  if (!normalize_plain(field, raw, forms)) {
    EXPECT_EQ(all_of(forms), Strings{"before"}) << raw;
    EXPECT_EQ(forms.current(), "") << raw;
    return false;
  }
  Strings short_way = all_of(forms);
  short_way.erase(short_way.begin());
  for (const Side side : {Side::kHolder, Side::kLeak}) {
    EXPECT_EQ(short_way, by_the_rules(field, raw, side))
        << field_info(field).name << " of \"" << raw << '"';
  }
  return true;
}

TEST(PlainValues, TheUsualSpellingsTakeTheShortWay) {
  EXPECT_TRUE(takes(FieldId::kRef, "C0001234567"));
  EXPECT_TRUE(takes(FieldId::kContract, "k-00 12/3"));
  EXPECT_TRUE(takes(FieldId::kPhone, "090-1234-5678"));
  EXPECT_TRUE(takes(FieldId::kPhone, "0312345678"));
  EXPECT_TRUE(takes(FieldId::kPhone, "0466-12-3456"));
  EXPECT_TRUE(takes(FieldId::kEmail, "Taro.Yamada_1@mail.example.co.jp"));
  EXPECT_TRUE(takes(FieldId::kPostal, "135-0061"));
  EXPECT_TRUE(takes(FieldId::kPostal, "1350061"));
  EXPECT_TRUE(takes(FieldId::kBirthdate, "1980/01/02"));
  EXPECT_TRUE(takes(FieldId::kBirthdate, "1980-1-2"));
  EXPECT_TRUE(takes(FieldId::kBirthdate, "19800102"));
  EXPECT_TRUE(takes(FieldId::kName, "山田　太郎"));
  EXPECT_TRUE(takes(FieldId::kName, "山田 はなこ"));
  EXPECT_TRUE(takes(FieldId::kKana, "ヤマダ　タロウ"));
  EXPECT_TRUE(takes(FieldId::kKana, "ヂャーヴィス"));
}

TEST(PlainValues, WhatTheRulesReadDifferentlyIsLeftToThem) {
  EXPECT_FALSE(takes(FieldId::kPhone, "90-1234-5678"));
  EXPECT_FALSE(takes(FieldId::kPhone, "03-1234-5678/9"));
  EXPECT_FALSE(takes(FieldId::kEmail, "a+b@example.jp"));
  EXPECT_FALSE(takes(FieldId::kEmail, "a@ezweb.ne.jp"));
  EXPECT_FALSE(takes(FieldId::kEmail, "A@AU.COM"));
  EXPECT_FALSE(takes(FieldId::kBirthdate, "1980/02/30"));
  EXPECT_FALSE(takes(FieldId::kName, "髙橋 花子"));
  EXPECT_FALSE(takes(FieldId::kName, "斉藤 花子"));
  EXPECT_FALSE(takes(FieldId::kName, "山田太郎様"));
  EXPECT_FALSE(takes(FieldId::kKana, "ヤマダサマ"));
  EXPECT_FALSE(takes(FieldId::kKana, "ﾔﾏﾀﾞ"));
}

TEST(PlainValues, EveryCharacterOfANameIsReadAsTheRulesReadIt) {
  for (char32_t c = 0x20; c < 0x10000; ++c) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    for (const std::u32string_view around : {U"山 太", U"カ　タ"}) {
      std::string first, middle, last;
      text::append_utf8(c, first);
      for (const char32_t a : around) text::append_utf8(a, first);
      text::append_utf8(around[0], middle);
      text::append_utf8(c, middle);
      text::append_utf8(around[2], middle);
      for (const char32_t a : around) text::append_utf8(a, last);
      text::append_utf8(c, last);
      for (const std::string& raw : {first, middle, last}) {
        takes(FieldId::kName, raw);
        takes(FieldId::kKana, raw);
      }
    }
    if (testing::Test::HasFailure()) return;
  }
}

// A value, then a few bytes or pieces of it changed: close to the plain spellings, and hostile.
std::string made(Random& random) {
  static const Strings kValues = {
      "090-1234-5678", "0312345678",    "0466-12-3456", "020-1234-5678",  "135-0061",
      "1350061",       "1980/01/02",    "1980-1-2",     "19800102",       "2099.12.31",
      "C000123",       "a.b-c@d-e.jp",  "A_B@AU.COM",   "x@ezweb.ne.jp",  "山田　太郎",
      "佐々木 はな",   "ヤマダ タロウ", "ヴァンサマ",   "キムラ　ユーコ", "0081-90-1234-5678",
      "01081901234567"};
  static const Strings kPieces = {"0",    "9",
                                  "-",    "/",
                                  ".",    " ",
                                  "@",    "+",
                                  "　",   "様",
                                  "ー",   "サマ",
                                  "マ",   "さま",
                                  "中",   "ﾞ",
                                  "\x80", "\n",
                                  "\t",   "\xe3",
                                  "髙",   "(",
                                  ")",    "#",
                                  "年",   "１",
                                  "..",   ",",
                                  "xn--", "A",
                                  "b",    "~",
                                  "81",   std::string(1, '\0'),
                                  "\"",   "<",
                                  "昭和", "ん",
                                  "・",   "々",
                                  "𠮷",   "ゝ",
                                  "ヷ",   "生",
                                  "殿",   "株式",
                                  "\xff", "㈱",
                                  "先生", "山ー",
                                  "ーー", "々山"};
  std::string raw = kValues[random() % kValues.size()];
  for (auto changes = random() % 4; changes > 0; --changes) {
    const std::size_t at = random() % (raw.size() + 1);
    const std::string& piece = kPieces[random() % kPieces.size()];
    switch (random() % 4) {
      case 0:
        raw.insert(at, piece);
        break;
      case 1:
        raw.replace(at, piece.size(), piece);
        break;
      case 2:
        raw.erase(at, 1 + random() % 3);
        break;
      default:
        raw += kValues[random() % kValues.size()];
    }
  }
  return raw;
}

TEST(PlainValues, RandomAndHostileValuesAreReadAsTheRulesReadThem) {
  constexpr unsigned kSeed = 20261127;
  constexpr int kRounds = 60'000;
  Random random(kSeed);
  int taken = 0;
  for (int i = 0; i < kRounds; ++i) {
    const std::string raw = made(random);
    for (const FieldId field : kFields) taken += takes(field, raw) ? 1 : 0;
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << kSeed;
  }
  EXPECT_GT(taken, kRounds / 2);  // else the test says little
}

TEST(PlainValues, DigitsInGroupsOfAnyLengthAreReadAsTheRulesReadThem) {
  Random random(7);
  for (int i = 0; i < 60'000; ++i) {
    std::string raw;
    for (auto group = 1 + random() % 4; group > 0; --group) {
      for (auto d = 1 + random() % 7; d > 0; --d) {
        raw += static_cast<char>('0' + (random() % 3 == 0 ? 0 : random() % 10));
      }
      if (group > 1) raw += "--//. "[random() % 6];
    }
    if (random() % 2 == 0) raw[0] = '0';
    for (const FieldId field : {FieldId::kPhone, FieldId::kPostal, FieldId::kBirthdate}) {
      takes(field, raw);
    }
    ASSERT_FALSE(testing::Test::HasFailure());
  }
}

}  // namespace
}  // namespace hitokoe::identity
