#include <gtest/gtest.h>

#include "hitokoe/base/random.h"
#include "hitokoe/identity/extract.h"
#include "hitokoe/text/fold.h"
#include "tests/sanitized.h"
#include "tests/unit/matcher/collected_tokens.h"

namespace hitokoe::matcher::sweep {
namespace {

using hitokoe::test::kSanitized;
using identity::FieldId;

std::string utf8(char32_t c) {
  std::string out;
  text::append_utf8(c, out);
  return out;
}

std::string shown(const Found& found) {
  std::string out;
  for (const auto& [field, value] : found) {
    out += std::string(identity::field_info(field).name) + ' ' + value + '\n';
  }
  return out;
}

// Of each processor's way against the obvious one.
void expect_the_obvious(std::string_view text) {
  const Found expected = obvious(text);
  for (const Cpu cpu : cpus()) {
    std::size_t broken = 0;
    const Found found = swept(text, cpu, &broken);
    ASSERT_EQ(broken, 0U) << to_string(cpu);
    ASSERT_EQ(shown(found), shown(expected)) << to_string(cpu) << "\n" << text;
  }
}

constexpr std::string_view kParts[] = {
    "taro.yamada@example.jp",
    "Hanako+shop@Example.CO.JP",
    "a..b.@docomo.ne.jp",
    "x@ezweb.ne.jp",
    "y+t@au.com",
    "@",
    "a@b@c.jp",
    "user_1@xn--wgv71a.jp",
    "Ａ．Ｂ＠ＥＺＷＥＢ．ＮＥ．ＪＰ",
    "q@x..jp",
    ".'z@example.test",
    "long.local.part.of.a.mail.address.that.is.not.short@a.example",
    "w@a-very-long-host-name.that-goes-on.and-on.and-on.example.test",
    "090-1234-5678",
    "０９０－１２３４－５６７８",
    "〇九〇ー一二三四ー五六七八",
    "090(1234)5678",
    "09012345678",
    "0312345678",
    "03-1234-5678",
    "03-1234-5678〜9",
    "03-1234-5678/5679",
    "03-1234-5678、80,81",
    "+81-90-1234-5678",
    "＋81 (0)90-1234-5678",
    "0081-90-1234-5678",
    "010-81-3-1234-5678",
    "9012345678",
    "90-1234-5678",
    "3-1234-5678",
    "①090-1234-5678",
    "090の1234の5678",
    "090・1234・5678",
    "TEL03-1234-5678",
    "0120（123）456",
    "K0001234567",
    "kou-00123456",
    "ABCDE123456",
    "AB12345",
    "AB123456789012",
    "12345678",
    "1234567",
    "123456789012",
    "1234567890123",
    "2024-01-15 12:34:56",
    "2026年4月1日",
    "1,234,567.89",
    "12345678@x.jp",
    "ＡＢ１２３４５６",
    "12345678.5",
    "12345678-1",
    "山田太郎",
    "東京都港区六本木６－１０－１",
    "の",
    "ー",
    "、",
    "。",
    "・",
    "(",
    ")",
    " ",
    "  ",
    "\t",
    "\n",
    ",",
    ";",
    ":",
    "\"",
    "'",
    "+",
    "-",
    "_",
    ".",
    "/",
    "~",
    "〜",
    "|",
    "<",
    ">",
    "%",
    "a",
    "Z",
    "0",
    "9",
    "81",
    "0",
    "１",
    "九",
    "\u200b",
    "\u00ad",
    "\ufe0f",
    "\U000e0100",
    "\u3099",
    "²",
    "½",
    "㏴",
    "㍘",
    "\xe3",
    "\x80",
    "\xff",
    "\xf0\x9d\x9f\x98",
    "髙",
    "が",
    "か\u3099",
    "か\u309b",
    "℡",
    "㎡",
    "⒈",
    "Ⅷ",
    "﹫",
    "𝟎𝟗𝟎"};

std::string random_text(SeededRandom& dice, std::size_t parts) {
  std::string text;
  for (std::size_t i = 0; i < parts; ++i) {
    std::string_view part = kParts[dice.below(std::size(kParts))];
    if (dice.below(6) == 0) part = part.substr(0, 1 + dice.below(part.size()));
    text += part;
    if (dice.below(3) == 0) text += kParts[dice.below(std::size(kParts))];
    if (dice.below(4) == 0) text += "\n";
  }
  return text;
}

TEST(SweepScanner, FindsEveryNotationInItsCanonicalForm) {
  const auto values = [](std::string_view text, FieldId field) {
    std::vector<std::string> out;
    for (const auto& [f, value] : swept(text, cpus()[0])) {
      if (f == field) out.push_back(value);
    }
    return out;
  };
  using Values = std::vector<std::string>;
  for (const char* phone :
       {"０９０━１２３４━５６７８", "〇九〇ー一二三四ー五六七八", "０九０（一二三四）五六七八",
        "090・1234・5678", "090の1234の5678", "①090-1234-5678", "9012345678", "0081-90-1234-5678",
        "+81 (0)90-1234-5678", "090-1234-5678"}) {
    EXPECT_EQ(values(phone, FieldId::kPhone), Values{"+819012345678"}) << phone;
  }
  EXPECT_EQ(values("TEL03-1234-5678", FieldId::kPhone), Values{"+81312345678"});
  EXPECT_EQ(values("0120（123）456", FieldId::kPhone), Values{"+81120123456"});
  EXPECT_EQ(values("020-1699-7212", FieldId::kPhone), Values{"+812016997212"});
  EXPECT_EQ(values("03-1234-5678〜9", FieldId::kPhone), (Values{"+81312345678", "+81312345679"}));
  EXPECT_EQ(values("Ａ．Ｂ＠ＥＺＷＥＢ．ＮＥ．ＪＰ", FieldId::kEmail),
            (Values{"a.b@au.com", "a.b@ezweb.ne.jp"}));
  EXPECT_EQ(values("メールはTaro+x@Example.JPです", FieldId::kEmail),
            (Values{"taro+x@example.jp", "taro@example.jp"}));
  EXPECT_EQ(values("契約 kou-00123456,", FieldId::kContract), Values{"KOU00123456"});
  EXPECT_EQ(values("契約 kou-00123456,", FieldId::kRefToken), Values{"KOU00123456"});
  EXPECT_EQ(values("2026-04-01T12:34:56", FieldId::kContract), Values{});
}

TEST(SweepScanner, GivesWhatTheObviousWayGives) {
  SeededRandom dice(20261126);
  for (int i = 0; i < 3000; ++i) expect_the_obvious(random_text(dice, 1 + dice.below(30)));
  for (int i = 0; i < 30; ++i) expect_the_obvious(random_text(dice, 3000));
}

TEST(SweepScanner, GivesWhatTheObviousWayGivesOfRandomCharacters) {
  SeededRandom dice(7);
  constexpr std::string_view kNear = "0123456789-+. ()@aZ,/~_%'[]\"\n";
  constexpr std::u32string_view kFar = U"０９＠＋の・ー〜、一九〇①が\u200b山";
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    const std::size_t size = 1 + dice.below(60);
    for (std::size_t k = 0; k < size; ++k) {
      if (dice.below(6) == 0) {
        text += utf8(kFar[dice.below(kFar.size())]);
      } else {
        text += kNear[dice.below(dice.below(2) == 0 ? 12 : kNear.size())];
      }
    }
    expect_the_obvious(text);
  }
}

TEST(SweepScanner, GivesTheTokensOfExtractWhereNoLabelStands) {
  SeededRandom dice(11);
  for (int i = 0; i < 2000; ++i) {
    std::string text = random_text(dice, 1 + dice.below(20));
    for (char& c : text) {
      if (c == ':' || c == '=' || c == '\t') c = '\n';
    }
    std::vector<identity::Token> tokens;
    identity::extract(text, tokens);
    // extract() leaves out what it gave already at the same place.
    Found expected;
    for (const auto& t : tokens) {
      if (t.field == FieldId::kPhone || t.field == FieldId::kEmail) {
        expected.emplace_back(t.field, t.value);
      }
    }
    std::ranges::sort(expected);
    expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
    Found found;
    for (auto& f : swept(text, cpus()[0])) {
      if (f.first == FieldId::kPhone || f.first == FieldId::kEmail) found.push_back(std::move(f));
    }
    found.erase(std::unique(found.begin(), found.end()), found.end());
    ASSERT_EQ(shown(found), shown(expected)) << text;
  }
}

TEST(SweepScanner, DoesNotDependOnHowTheTextIsCut) {
  SeededRandom dice(3);
  for (int i = 0; i < 200; ++i) {
    const std::string text = random_text(dice, 12);
    const Found whole = swept(text, cpus()[0]);
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      ASSERT_EQ(shown(swept_in_pieces(text, {cut})), shown(whole)) << cut << " in\n" << text;
    }
    std::vector<std::size_t> all(text.size());
    for (std::size_t k = 0; k < all.size(); ++k) all[k] = k;
    ASSERT_EQ(shown(swept_in_pieces(text, all)), shown(whole)) << text;
  }
}

TEST(SweepScanner, ReadsStretchesWithoutABarrierOfAnyLength) {
  SeededRandom dice(5);
  std::string digits, signs, kanji, phones;
  for (std::size_t i = 0; i < 300000; ++i) {
    digits += static_cast<char>('0' + dice.below(10));
    signs += i % 3 == 0 ? '@' : 'a';
  }
  for (std::size_t i = 0; i < 60000; ++i) kanji += i % 17 == 0 ? "九" : "漢";
  for (std::size_t i = 0; i < 30000; ++i)
    phones += i % 3 == 0 ? "090-1234-5678 " : "a.b@x.jp,K123456 ";
  for (const std::string* text : {&digits, &signs, &kanji, &phones}) {
    expect_the_obvious(*text);
    std::vector<std::size_t> cuts;
    for (std::size_t at = 0; at < text->size(); at += 1 + dice.below(90000)) cuts.push_back(at);
    ASSERT_EQ(shown(swept_in_pieces(*text, cuts)), shown(obvious(*text)));
  }
}

TEST(SweepScanner, SeesEveryCharacterThatFoldsToADigitASignOrNothing) {
  for (char32_t c = 0x80; c < 0x11000; c += kSanitized ? 7 : 1) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    const std::string one = utf8(c);
    // As digits, alone and among others; as a separator; in an address; in a number.
    std::string nine;
    for (int i = 0; i < 11; ++i) nine += one;
    expect_the_obvious(nine + "\n03" + one + "1234" + one + "5678\n" + one + "90-1234-5678\n" +
                       "a" + one + "b@x.jp,c" + one + "x.jp;K" + one + "123456;123" + one +
                       "456789;03-1234-5678" + one + "9\n");
    if (HasFatalFailure()) {
      ADD_FAILURE() << "U+" << std::hex << static_cast<std::uint32_t>(c);
      return;
    }
  }
}

TEST(SweepScanner, GivesTheSameBitsOnEveryProcessor) {
  SeededRandom dice(9);
  for (std::size_t n = 0; n < 400; ++n) {
    std::string text = random_text(dice, n);
    text.resize(std::min(text.size(), kLargestWindow));
    // Exactly as long as the text, so that a sanitizer sees what reads beyond.
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    Bitmaps expected;
    fill_portable(bytes.data(), bytes.size(), expected);
    for (const Cpu cpu : cpus()) {
      Bitmaps bits;
      fill_for(cpu)(bytes.data(), bytes.size(), bits);
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        for (unsigned m = 0; m < kMaps; ++m) {
          const auto map = static_cast<Map>(m);
          ASSERT_EQ(bits.has(map, i), expected.has(map, i))
              << to_string(cpu) << ' ' << m << ' ' << i;
        }
        // May show more.
        const auto shows = [&](std::uint64_t Bitmaps::OddRow::*of) {
          const std::uint64_t missing = expected.odd_row(i / 64).*of & ~(bits.odd_row(i / 64).*of);
          return (missing >> i % 64 & 1) == 0;
        };
        ASSERT_TRUE(shows(&Bitmaps::OddRow::trigger)) << to_string(cpu) << ' ' << i;
        ASSERT_TRUE(shows(&Bitmaps::OddRow::odd)) << to_string(cpu) << ' ' << i;
        ASSERT_TRUE(shows(&Bitmaps::OddRow::sign)) << to_string(cpu) << ' ' << i;
      }
    }
  }
}

}  // namespace
}  // namespace hitokoe::matcher::sweep
