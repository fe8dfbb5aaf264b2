#include "hitokoe/text/escapes.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "text/escapes/gate.h"
#include "text/escapes/line.h"

namespace hitokoe::text {
namespace {

struct Undone {
  std::string text;
  std::vector<std::string> embedded;
};

Undone undo_in_pieces(std::string_view text, std::size_t piece, Escapes::Options options = {}) {
  Undone undone;
  std::string document;
  Escapes escapes(
      [&](std::string_view utf8) -> Result<void> {
        undone.text += utf8;
        return ok();
      },
      [&](ByteView bytes, bool last) -> Result<void> {
        document += as_text(bytes);
        if (last) undone.embedded.push_back(std::move(document));
        if (last) document.clear();
        return ok();
      },
      options);
  for (std::size_t at = 0; at < text.size(); at += piece) {
    EXPECT_TRUE(escapes.feed(text.substr(at, piece)));
  }
  EXPECT_TRUE(escapes.finish());
  return undone;
}

std::string undone(std::string_view text, Escapes::Options options = {}) {
  return undo_in_pieces(text, 1U << 20, options).text;
}

TEST(Escapes, EntitiesOfHtml) {
  EXPECT_EQ(undone("&#23665;&#30000;&#x592a;&#x90ce"), "山田太郎");
  EXPECT_EQ(undone("taro&#64;example.jp a&amp;b &lt;x&gt; &copy 2026 &commat;&nbsp;."),
            "taro@example.jp a&b <x> © 2026 @\xc2\xa0.");
  EXPECT_EQ(undone("?a=1&copy=2&lt=3"), "?a=1&copy=2&lt=3");
  EXPECT_EQ(undone("&unknown; AT&T &;"), "&unknown; AT&T &;");
  EXPECT_EQ(undone("&amp;#x5c71;"), "山");  // twice
  EXPECT_EQ(undone("&#229;&#177;&#177;&#231;&#148;&#176;"), "山田");
}

TEST(Escapes, UrlEncodingInEveryCharset) {
  EXPECT_EQ(undone("name=%E5%B1%B1%E7%94%B0+%E5%A4%AA%E9%83%8E&x=1"), "name=山田 太郎&x=1");
  EXPECT_EQ(undone("name=%8ER%93c%81%40%91%BE%98Y"), "name=山田　太郎");
  EXPECT_EQ(undone("name=%BB%B3%C5%C4%C2%C0%CF%BA"), "name=山田太郎");
  EXPECT_EQ(undone("tel=%2B81-90-1234-5678"), "tel=+81-90-1234-5678");
  EXPECT_EQ(undone("mail=taro%40example.jp"), "mail=taro@example.jp");
  EXPECT_EQ(undone("%25E5%25B1%25B1"), "山");
  EXPECT_EQ(undone("%u5C71%u7530%uD842%uDFB7"), "山田𠮷");
  EXPECT_EQ(undone("100%, 50%off"), "100%, 50%off");
}

TEST(Escapes, ALetterThatIsEscapedMayBePartOfAPassword) {
  EXPECT_EQ(undone("taro@example.jp:%41bc"), "taro@example.jp:%41bc Abc");
}

TEST(Escapes, EscapesOfPrograms) {
  EXPECT_EQ(undone(R"({"name":"\u5c71\u7530\ud842\udfb7","t":"a\/b"})"),
            "{\"name\":\"山田𠮷\",\"t\":\"a/b\"}");
  EXPECT_EQ(undone(R"(\\u5c71\u{7530} \U0001F600)"), "山田 😀");
  EXPECT_EQ(undone(R"(b'\x8eR\x93c\xe3')"), R"(b'\x8eR\x93c\xe3')");
  EXPECT_EQ(undone(R"(b'\x8eR\x93c')"), "b'山田'");
  EXPECT_EQ(undone(R"(\xe5\xb1\xb1 \346\261\261\345\277\227 \xe5b1b1e794b0)"), "山 汱志 山田");
  EXPECT_EQ(undone(R"(name\nphone: 090-1234-5678\n\nmail)"),
            R"(name\nphone phone: 090-1234-5678 mail)");
  EXPECT_EQ(undone(R"(O\'Brien said \"x\")"), "O＇Brien said ＂x＂");
  EXPECT_EQ(undone(R"(CORP\tanaka@example.jp)"), R"(CORP\tanaka@example.jp anaka@example.jp)");
  EXPECT_EQ(undone(R"('O\'Brien\n\u5c71')"), R"('O\'Brien\n山')");
  EXPECT_EQ(undone(R"(x O\'Brien\n\u5c71)", {.backslashes = false}), R"(x O\'Brien\n山)");
  EXPECT_EQ(undone(R"(  "name": "\u5c71\"\\",)"), R"(  "name": "山\"\\",)");
  EXPECT_EQ(undone("0xE5B1B1E794B0,X'E5B1B1E794B0'"), "山田,'山田'");
  EXPECT_EQ(undone("(1,0xE5B1B1E794B0)"), "(1,'山田')");
}

TEST(Escapes, HeadersAndBodiesOfMail) {
  EXPECT_EQ(undone("Subject: =?ISO-2022-JP?B?GyRCOzNFREJATzobKEI=?="), "Subject: 山田太郎");
  EXPECT_EQ(undone("=?UTF-8?Q?=E5=B1=B1?= =?UTF-8?Q?=E7=94=B0_x?="), "山田 x");
  EXPECT_EQ(undone("=?UTF-8?B?5bGx?= =?UTF-8?B?55Sw?= <a@b>"), "山田 <a@b>");
  EXPECT_EQ(undone("=E5=B1=B1=E7=94=\r\n=B0=E5=A4=AA, TEL =3D 0901=\r\n2345678\r\n"),
            "山田太, TEL = 09012345678\r\n");
  EXPECT_EQ(undone("=8ER=93c"), "山田");
  EXPECT_EQ(undone("=1B$B;3ED=1B(B"), "山田");
  EXPECT_EQ(undone("a=3D1, user=ab"), "a=3D1, user=ab");
}

TEST(Escapes, Base64) {
  EXPECT_EQ(undone("5bGx55Sw5aSq6YOO,x"), "山田太郎,x");
  EXPECT_EQ(undone("name:5bGx55Sw"), "name:山田");
  EXPECT_EQ(undone("ETRfk2CRvphZgXuXlQ=="), "ETRfk2CRvphZgXuXlQ==");  // a control character
  EXPECT_EQ(undone("jlKTY5G+mFmXbA=="), "山田太郎様");                // CP932
  EXPECT_EQ(undone("dGFyb0BleGFtcGxlLmpw"), "dGFyb0BleGFtcGxlLmpw taro@example.jp");
  EXPECT_EQ(undone("d41d8cd98f00b204e9800998ecf8427e"), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(undone("internationalization passwordpassword"),
            "internationalization passwordpassword");
}

TEST(Escapes, Base64OfSeveralLinesIsADocument) {
  // 山田太郎,090-1234-5678 and more of it, folded as mail does.
  const std::string block =
      "5bGx55Sw5aSq6YOOLDA5MC0xMjM0LTU2NzgK5bGx55Sw5aSq6YOOLDA5MC0xMjM0LTU2Nzg=\n";
  const std::string first =
      "5bGx55Sw5aSq6YOOLDA5MC0xMjM0LTU2NzgK5bGx55Sw5aSq6YOOLDA5MC0xMjM0LTU2Nzgx\n";
  const Undone got = undo_in_pieces("x\n" + first + block + "y\n", 1000);
  EXPECT_EQ(got.text, "x\n" + first + block + "y\n");
  ASSERT_EQ(got.embedded.size(), 1U);
  EXPECT_EQ(got.embedded[0],
            "山田太郎,090-1234-5678\n山田太郎,090-1234-56781山田太郎,090-1234-5678\n山田太郎,090-"
            "1234-5678");
}

TEST(Escapes, ACellStaysACell) {
  EXPECT_EQ(undone("a,b&#44;c,%22d%22\n"), "a,b，c,\"d\"\n");
  EXPECT_EQ(undone("\"a\",\"b&quot;c%0Ad\"\n"), "\"a\",\"b＂c d\"\n");
  EXPECT_EQ(undone("a\tb%09c\td\n"), "a\tb c\td\n");
  EXPECT_EQ(undone("name%3Dx%2Cphone%3Dy"), "name=x,phone=y");
  EXPECT_EQ(undone("&#10;&#13;&#0;|&#124;"), "  \xef\xbf\xbd|｜");
}

TEST(Escapes, ThreeLevelsAndNoMore) {
  EXPECT_EQ(undone("%252540"), "@");
  EXPECT_EQ(undone("%25252540"), "%40");
}

std::string odd_text(std::mt19937& random, std::size_t n) {
  static const std::vector<std::string> kPieces = {
      "&#23665;",
      "&amp;",
      "&#x",
      "%E5%B1%B1",
      "%8E",
      "R",
      "%u5C71",
      "%",
      "\\u5c71",
      "\\x8e",
      "\\n",
      "\\",
      "=E5=B1=B1",
      "=\n",
      "=\r\n",
      "=?UTF-8?B?5bGx?=",
      "=?",
      "5bGx55Sw5aSq6YOO",
      "dGFyb0BleGFtcGxlLmpw",
      "5bGx55Sw5aSq6YOOLDA5MC0xMjM0LTU2NzgK5bGx55Sw5aSq6YOOLDA5MC0xMjM0LTU2Nzgx\n",
      "0xE5B1B1E7",
      "X'E5B1B1E7'",
      "山田",
      ",",
      "\"",
      "\t",
      "\n",
      "\n",
      "\r\n",
      "090-1234-5678",
      "taro@example.jp",
      " "};
  std::string text;
  while (text.size() < n) text += kPieces[random() % kPieces.size()];
  return text;
}

TEST(Escapes, EverySplitGivesWhatTheWholeGives) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    const std::string text = odd_text(random, 1 + random() % 400);
    const Undone whole = undo_in_pieces(text, text.size());
    for (const std::size_t piece : {1U, 2U, 3U, 17U, 100U}) {
      const Undone cut = undo_in_pieces(text, piece);
      ASSERT_EQ(cut.text, whole.text) << text;
      ASSERT_EQ(cut.embedded, whole.embedded);
    }
  }
}

TEST(Escapes, TheGateLetsNoEscapeThrough) {
  std::mt19937 random(2);
  for (int round = 0; round < 3000; ++round) {
    const std::string line = odd_text(random, 1 + random() % 60);
    std::string kept;
    for (const char c : line) {
      if (c != '\n' && c != '\r') kept += c;
    }
    std::string out;
    const bool changes = LineUnescaper(kept, {}, {}).undo(kept, out);
    if (changes) {
      ASSERT_LT(first_escape(kept, 0), kept.size()) << kept;
    }
  }
}

TEST(Escapes, WhetherALineMayHoldAnEscapeDoesNotDependOnWhereItStandsInIt) {
  std::mt19937 random(20261127);
  constexpr std::string_view kBytes = "abcXYZ0123456789+/-_x'==4567";
  for (int round = 0; round < 2'000; ++round) {
    std::string token;
    for (auto size = 1 + random() % 24; size > 0; --size) {
      token += kBytes[random() % kBytes.size()];
    }
    const auto found = [&](std::size_t before) {
      const std::string line = std::string(before, ',') + token + std::string(80, ',');
      return first_escape(line, 0) < line.size();
    };
    const bool first = found(1);
    for (std::size_t before = 40; before < 125; ++before) {
      ASSERT_EQ(found(before), first) << token << " after " << before;
    }
  }
}

TEST(Escapes, ALineOfAnyLengthIsBounded) {
  std::string text;
  while (text.size() < 5 * Escapes::kLongestLine / 2) text += "山田%E5%B1%B1,";
  const Undone whole = undo_in_pieces(text, text.size());
  EXPECT_EQ(undo_in_pieces(text, 65536).text, whole.text);
  EXPECT_EQ(undo_in_pieces(text, 1000003).text, whole.text);
  EXPECT_LT(whole.text.size(), text.size());
}

}  // namespace
}  // namespace hitokoe::text
