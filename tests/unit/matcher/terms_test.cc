// What is found of words, patterns and names, and how it is shown.
#include "hitokoe/matcher/terms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "hitokoe/text/pattern_set.h"
#include "tests/unit/matcher/terms_oracle.h"

namespace hitokoe::matcher::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Term word(std::vector<std::string> texts) {
  Term t;
  t.id = "t";
  t.exact_kanji = true;
  t.texts = std::move(texts);
  return t;
}
Term pattern(std::string text) {
  Term t;
  t.id = "p";
  t.kind = TermKind::kPattern;
  t.texts = {std::move(text)};
  return t;
}

std::vector<TermHit> scan(const std::vector<Term>& terms, std::string_view document) {
  TermScan s(TermSet::compile(terms).value());
  s.text(document);
  return s.finish();
}
std::uint64_t times(const Term& term, std::string_view document) {
  const auto hits = scan({term}, document);
  return hits.empty() ? 0 : hits[0].count;
}

TEST(Terms, AJapaneseWordIsFoundWithinASentence) {
  EXPECT_EQ(times(word({"青空計画"}), "本日は青空計画の資料を公開します"), 1U);
  EXPECT_EQ(times(word({"青空計画"}), "青空計画青空計画"), 2U);
  EXPECT_EQ(times(word({"青空計画"}), "青空の計画"), 0U);
}

TEST(Terms, WidthCaseAndKanaAreOne) {
  EXPECT_EQ(times(word({"コール ABC"}), "これはｺｰﾙ　ａｂｃです"), 1U);
  EXPECT_EQ(times(word({"ガーデン"}), "ｶﾞｰﾃﾞﾝ がーでん か\u3099ーテ\u3099ン"), 3U);
  EXPECT_EQ(times(word({"bluesky"}), "BlueSky BLUESKY blue\u200bsky"), 3U);
  EXPECT_EQ(times(word({"株式会社丙"}), "㍿丙"), 1U);
}

TEST(Terms, WhatIsToBeExactIs) {
  auto exact = word({"青そら"});
  exact.exact_kana = true;
  EXPECT_EQ(times(exact, "青そら"), 1U);
  EXPECT_EQ(times(exact, "青ソラ"), 0U);
  auto upper = word({"KOU"});
  upper.exact_case = true;
  EXPECT_EQ(times(upper, "kou Kou KOU ＫＯＵ"), 2U);
}

TEST(Terms, OldKanjiCountAsAnOption) {
  auto term = word({"沢田通信"});
  EXPECT_EQ(times(term, "澤田通信 沢田通信"), 1U);
  term.exact_kanji = false;
  EXPECT_EQ(times(term, "澤田通信 沢田通信"), 2U);
  auto old = word({"澤田通信"});
  EXPECT_EQ(times(old, "澤田通信 沢田通信"), 1U);
}

TEST(Terms, AsciiWordsEndWhereLettersAndDigitsDo) {
  EXPECT_EQ(times(word({"kou"}), "kouta akou kou1 _kou_ kou-tel 甲kou社 KOU"), 4U);
  auto inside = word({"kou"});
  inside.inside_words = true;
  EXPECT_EQ(times(inside, "kouta akou kou1"), 3U);
  EXPECT_EQ(times(word({"コールkou"}), "アルコールkou"), 1U) << "only its ASCII end is a word's";
}

TEST(Terms, APhraseMayBeBrokenByBlanksAndLines) {
  EXPECT_EQ(times(word({"project blue sky"}), "Project\n  Blue\tSky"), 1U);
  EXPECT_EQ(times(word({"project blue sky"}), "project" + std::string(40, ' ') + "blue sky"), 0U);
}

TEST(Terms, PlacesAreLinesAndBytesAndTextsOfOneTermAreOneAlert) {
  const auto hits = scan({word({"丙コール", "丙コール株式会社"})},
                         "一行目\n二行目 丙コール株式会社\n株式会社丙コール");
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0].count, 2U);
  ASSERT_EQ(hits[0].places.size(), 2U);
  EXPECT_EQ(hits[0].places[0].line, 2U);
  EXPECT_EQ(hits[0].places[0].byte, 20U);
  EXPECT_EQ(hits[0].places[1].line, 3U);
}

TEST(Terms, OnlyTheTermAndHarmlessWordsAreShownOfItsContext) {
  const auto hits =
      scan({word({"丙コール"})},
           "販売: 丙コール 顧客名簿 山田太郎,090-1234-5678,taro.y@mail.example,青森県");
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0].places[0].context,
            "販売: [丙コール] 顧客名簿 ＊＊＊＊,999-9999-9999,xxxx.x@xxxx.xxx");
}

TEST(Terms, AMatchOfAPatternIsMaskedToo) {
  const auto hits = scan({pattern("KT-[0-9]{6}")}, "契約 KT-123456 です");
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0].places[0].context, "契約 [xx-999999] ＊＊");
}

TEST(Terms, PatternsAreAboutLines) {
  EXPECT_EQ(times(pattern("^id:\\d+$"), "id:1\nid:2\r\nxid:3\nid:4x\nid:5"), 3U);
  EXPECT_EQ(times(pattern("a.*b"), "a\nb"), 0U);
  EXPECT_EQ(times(pattern("青[空海]"), "青空青海青山"), 2U);
}

TEST(Terms, APatternInALineWithoutEndIsFoundInEveryPart) {
  std::string line(200'000, 'x');
  for (const std::size_t at : {0U, 12'287U, 12'288U, 40'000U, 199'990U})
    line.replace(at, 6, "KT-123");
  EXPECT_EQ(times(pattern("KT-[0-9]{3}"), line), 4U) << "12287 and 12288 are one place";
  const auto hits = scan({pattern("123$")}, line + "\n");
  EXPECT_THAT(hits, IsEmpty()) << "a part's end is no line's end";
  EXPECT_EQ(times(pattern("123x{4}$"), line), 1U);
}

// ------------------------------------------------ against the slow way

std::vector<Term> mixed_terms() {
  std::vector<Term> terms = {
      word({"青空", "青空計画"}), word({"ab"}),   word({"abab"}), word({"コール"}),
      word({"カ゛ー"}),           word({"a b"}),  pattern("a+b"), pattern("[あ-ん]{2,5}"),
      pattern("\\bab\\b"),        word({"会社"}), word({"會社"})};
  terms[1].inside_words = true;
  terms[3].exact_kana = true;
  Term domain;
  domain.id = "d";
  domain.kind = TermKind::kDomain;
  domain.texts = {"abaab.jp"};
  terms.push_back(domain);
  return terms;
}

std::string made_up(std::mt19937& chance, std::size_t pieces) {
  static const std::vector<std::string> kParts = {
      "a",    "b",        "ab",     "A",      " ",        "\n",     "\r\n",
      "青空", "計画",     "コール", "こーる", "ｺｰﾙ",      "か",     "゛",
      "ﾞ",    "ー",       "会社",   "會社",   "㈱",       "\u200b", "　",
      ".jp",  "abaab.jp", "xn--",   ".",      "аbaab.jp", "a-b",    "\xf0\x9f\x98\x80",
      "\xff", "\xe3\x81"};
  std::string text;
  for (std::size_t i = 0; i < pieces; ++i) text += kParts[chance() % kParts.size()];
  return text;
}

TEST(TermsProperty, HowADocumentIsCutChangesNothingAndTheSlowWayFindsTheSame) {
  const auto terms = mixed_terms();
  const auto set = TermSet::compile(terms).value();
  std::mt19937 chance(7);
  for (int round = 0; round < 300; ++round) {
    const auto text = made_up(chance, chance() % 60);
    const auto slow = counts_of(slow_scan(terms, text));
    for (const std::size_t piece : {1UL, 2UL, 3UL, 7UL, 1000UL}) {
      ASSERT_EQ(fast_scan(set, text, piece), slow)
          << "round " << round << ", piece " << piece << ": " << text;
    }
  }
}

TEST(TermsProperty, TheEdgesOfWindowsChangeNothing) {
  const auto terms = mixed_terms();
  const auto set = TermSet::compile(terms).value();
  std::mt19937 chance(11);
  for (int round = 0; round < 6; ++round) {
    std::string text = made_up(chance, 250'000);
    const auto slow = slow_scan(terms, text);
    const auto fast = fast_scan(set, text, 4096 + chance() % 100'000);
    ASSERT_EQ(fast, counts_of(slow)) << "round " << round;
    ASSERT_EQ(fast_scan(set, text, text.size()), fast);
  }
}

// ------------------------------------------------ what is meant to hurt

TEST(TermsHostile, PatternsThatBlowUpABacktrackingEngineTakeLinearTime) {
  const auto set = TermSet::compile({pattern("(a+)+$b"), pattern("(a|aa)+c"), pattern("(.*a){12}d"),
                                     pattern("([a-z]+)*@x\\.y")})
                       .value();
  // 4 MB would take a back-tracking engine longer than the universe is old; here CTest's limit.
  const std::string text(4 << 20, 'a');
  EXPECT_THAT(fast_scan(set, text, 65536), IsEmpty());
}

TEST(TermsHostile, WordsThatShareAllTheirBeginningsTakeLinearTime) {
  std::vector<Term> terms;
  for (int i = 2; i <= 100; ++i) {
    terms.push_back(word({std::string(static_cast<std::size_t>(i - 1), 'a') + "b"}));
    terms.back().inside_words = true;
  }
  const auto set = TermSet::compile(terms).value();
  EXPECT_THAT(fast_scan(set, std::string(4 << 20, 'a'), 65536), IsEmpty());
}

TEST(TermsHostile, ALineOfGigantLengthAndOddCharactersIsNoTrouble) {
  const auto set = TermSet::compile(mixed_terms()).value();
  for (const auto* part : {"゛", "\u200b", ".", "a.", "-", " ", "\xff", "𠮷", "xn--a."}) {
    std::string text;
    while (text.size() < 1'500'000) text += part;
    TermScan s(set);
    s.text(text);
    (void)s.finish();
  }
}

TEST(PatternSet, OutOfMemoryIsNeverTakenForClean) {
  // After enough of "a" each pattern is under way at every of its places: one state holds them all.
  std::vector<std::string> patterns;
  std::string text(2000, 'a');
  for (int i = 0; i < 12; ++i) {
    patterns.push_back("a[ab]{150}k" + std::string(1, static_cast<char>('c' + i)));
    text += std::string(200, 'a') + "k" + std::string(1, static_cast<char>('c' + i));
  }
  const auto whole = text::PatternSet::compile(patterns).value();
  std::vector<std::uint32_t> expected;
  std::vector<std::uint32_t> ids;
  whole.candidates(text, expected);
  ASSERT_EQ(expected.size(), patterns.size());
  // From what not even three patterns fit in to what all fit in: the answer is always the same.
  bool some = false;
  bool none = false;
  for (std::int64_t memory = 16 << 10; memory <= 2 << 20; memory += memory / 8) {
    const auto small = text::PatternSet::compile(patterns, memory).value();
    some = some || (small.sets() > 0 && small.sets() < whole.sets());
    none = none || small.sets() == 0;
    small.candidates(text, ids);
    EXPECT_EQ(ids, expected) << memory;
    small.candidates(text.substr(0, 2000), ids);
    EXPECT_THAT(ids, IsEmpty()) << memory;
  }
  EXPECT_TRUE(some) << "a set that did not fit, and parts of it that did";
  EXPECT_TRUE(none) << "no set fitted: one by one";
}

TEST(PatternSet, ASetThatIsTooLargeIsSplitWhenItIsMade) {
  std::vector<std::string> patterns;
  for (int i = 0; i < 16; ++i) patterns.push_back("x" + std::to_string(i) + "\\pL{20}y");
  const auto set = text::PatternSet::compile(patterns, 1 << 20).value();
  std::string text = "x7";
  for (int i = 0; i < 20; ++i) text += "あ";
  std::vector<std::uint32_t> ids;
  set.candidates(text + "y", ids);
  EXPECT_THAT(ids, testing::Contains(7U));
  const auto found = set.find(7, text + "y", 0, text.size() + 1);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->first, 0U);
}

TEST(PatternSet, APatternThatNoMemorySufficesForIsRefused) {
  const auto refused = TermSet::compile({pattern("((\\pL{1000}){1000}){1000}")});
  ASSERT_FALSE(refused);
}

TEST(PatternSet, RefusesWhatMeansNothingInPieces) {
  for (const auto* bad : {"\\Aabc", "abc\\z", "a*", "", "(", "x|"}) {
    EXPECT_FALSE(text::PatternSet::check(bad)) << bad;
  }
  EXPECT_TRUE(text::PatternSet::check("\\\\Axx"));
}

TEST(Names, HaveTheirFormsWithAndWithoutTheKindOfCompany) {
  EXPECT_THAT(forms_of_name("丙コール株式会社"), ElementsAre("丙コール株式会社", "丙コール"));
  EXPECT_THAT(forms_of_name("株式会社　丙コール"), ElementsAre("株式会社 丙コール", "丙コール"));
  EXPECT_THAT(forms_of_name("㈱丙コール"), ElementsAre("(株)丙コール", "丙コール"));
  EXPECT_THAT(forms_of_name("Kou Support Co., Ltd."),
              ElementsAre("Kou Support Co., Ltd.", "Kou Support"));
  EXPECT_THAT(forms_of_name("甲株式会社"), ElementsAre("甲株式会社")) << "one character is no name";
  EXPECT_THAT(forms_of_name("甲"), IsEmpty());
}

}  // namespace
}  // namespace hitokoe::matcher::test
