#include "hitokoe/text/fold.h"

#include <gtest/gtest.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <array>

namespace hitokoe::text {
namespace {

std::string folded(std::string_view raw) {
  std::array<char32_t, 512> buffer;
  const std::size_t n = fold(raw, buffer);
  std::string out;
  for (std::size_t i = 0; i < n; ++i) append_utf8(buffer[i], out);
  return out;
}

TEST(Fold, UnifiesWidthAndCompatibilityForms) {
  EXPECT_EQ(folded("ＡＢｃ１２３－＠"), "ABc123-@");
  EXPECT_EQ(folded("ｶﾞｷﾞﾊﾟﾋﾟｳﾞ ﾜﾞ"), "ガギパピヴ ヷ");
  EXPECT_EQ(folded("㍻元年"), "平成元年");
  EXPECT_EQ(folded("㈱山田"), "(株)山田");
  EXPECT_EQ(folded("𝟬𝟵𝟬"), "090");
  EXPECT_EQ(folded("か\xe3\x82\x99き"), "がき");
}

TEST(Fold, DropsWhatCannotBeSeen) {
  EXPECT_EQ(folded("葛\xf3\xa0\x84\x80城"), "葛城");  // U+E0100
  EXPECT_EQ(folded("090\xc2\xad"
                   "1234\xe2\x80\x8b"
                   "5678"),
            "09012345678");
}

TEST(Fold, AnEnclosedDigitIsASeparator) { EXPECT_EQ(folded("①090⑴❷"), " 090  "); }

TEST(Fold, KeepsWhatNfkcKeeps) { EXPECT_EQ(folded("髙𠮷〜−―─"), "髙𠮷〜−―─"); }

TEST(Fold, ComposesOtherMarksThroughIcu) {
  EXPECT_EQ(folded("e\xcc\x81t\xc3\xa9"), "\xc3\xa9t\xc3\xa9");
  EXPECT_EQ(folded("①e\xcc\x81"), " \xc3\xa9");
}

TEST(Fold, BadBytesBecomeReplacements) {
  EXPECT_EQ(folded("a\xff\xe3\x81z"), "a\xef\xbf\xbd\xef\xbf\xbdz");
}

TEST(Fold, StopsWhereTheOutputIsFull) {
  std::array<char32_t, 3> small;
  EXPECT_EQ(fold("山田太郎", small), 3u);
  EXPECT_EQ(fold("abcdef", small), 3u);
  EXPECT_EQ(fold("㍿㍿", small), 3u);
}

TEST(Fold, EveryCharacterIsWhatIcuSays) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* nfkc = icu::Normalizer2::getNFKCInstance(status);
  ASSERT_TRUE(U_SUCCESS(status));
  for (char32_t c = 1; c < 0x110000; ++c) {
    if (c >= 0xd800 && c < 0xe000) continue;
    std::string raw, expected;
    append_utf8(c, raw);
    const std::string got = folded(raw);
    if (got != raw) {
      const auto u = static_cast<UChar32>(c);
      if (u_hasBinaryProperty(u, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) {
        ASSERT_EQ(got, "") << std::hex << static_cast<unsigned>(c);
        continue;
      }
      if (got == " ") continue;                  // enclosed digits, spaces
      if (c == 0x309b || c == 0x309c) continue;  // sound marks that stand alone
      icu::UnicodeString(u).toUTF8String(expected);
      const auto normal = nfkc->normalize(icu::UnicodeString(u), status);
      expected.clear();
      normal.toUTF8String(expected);
      ASSERT_EQ(got, expected) << std::hex << static_cast<unsigned>(c);
    }
  }
}

TEST(Fold, OffsetsNameTheFirstByteOfTheSource) {
  std::u32string out;
  std::vector<std::uint32_t> offsets;
  fold_with_offsets("山ｶﾞ㈱x", out, offsets);
  EXPECT_EQ(out, U"山ガ(株)x");
  EXPECT_EQ(offsets, (std::vector<std::uint32_t>{0, 3, 9, 9, 9, 12}));
}

TEST(Fold, HostNames) {
  EXPECT_EQ(host_to_ascii("日本.jp"), "xn--wgv71a.jp");
  EXPECT_EQ(host_to_ascii("example.JP"), "example.jp");
}

}  // namespace
}  // namespace hitokoe::text
