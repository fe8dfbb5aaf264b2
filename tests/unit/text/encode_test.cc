#include "hitokoe/text/encode.h"

#include <gtest/gtest.h>

#include "hitokoe/text/half_width.h"

namespace hitokoe::text {
namespace {

constexpr Charset kJapanese[] = {Charset::kShiftJis, Charset::kEucJp, Charset::kIso2022Jp,
                                 Charset::kUtf16Le, Charset::kUtf16Be};

std::string back(std::string_view utf8, Charset charset) {
  return decode(as_bytes(encode(utf8, charset)), charset).utf8;
}

TEST(Encode, IsWhatDecodeReads) {
  const std::string text =
      "氏名,電話番号\r\n山田　太郎,090-1234-5678\r\nヤマダ タロウ,〒135-0061\r\n";
  for (const auto charset : kJapanese) {
    EXPECT_EQ(back(text, charset), text) << iana_name(charset);
    EXPECT_NE(encode(text, charset), text) << iana_name(charset);
  }
  EXPECT_EQ(encode(text, Charset::kUtf8), text);
  EXPECT_EQ(encode("", Charset::kShiftJis), "");
  EXPECT_EQ(encode("髙a", Charset::kShiftJis),
            "\xfb\xfc"
            "a");
}

// A question mark in the middle of a run of kanji is no half of a character.
TEST(Encode, WritesAQuestionMarkForWhatIsLacking) {
  for (const auto charset : {Charset::kShiftJis, Charset::kEucJp, Charset::kIso2022Jp}) {
    EXPECT_EQ(back("山𠮷田😀\n", charset), "山?田?\n") << iana_name(charset);
  }
  EXPECT_EQ(back("山𠮷田😀", Charset::kUtf16Le), "山𠮷田😀");
  EXPECT_EQ(back("café 山", Charset::kWindows1252), "café ?");
}

TEST(Encode, TakesBytesThatAreNoUtf8) {
  EXPECT_EQ(encode("a\xff"
                   "b\xe5",
                   Charset::kShiftJis),
            "a?b?");
}

TEST(HalfWidth, WritesSoundMarksApartAndLeavesTheRest) {
  EXPECT_EQ(half_width("ヤマダ タロー、パヴヮ漢a"), "ﾔﾏﾀﾞ ﾀﾛｰ、ﾊﾟｳﾞﾜ漢a");
  EXPECT_EQ(half_width(""), "");
}

}  // namespace
}  // namespace hitokoe::text
