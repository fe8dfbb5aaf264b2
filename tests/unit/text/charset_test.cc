#include "hitokoe/text/charset.h"

#include <gtest/gtest.h>
#include <iconv.h>

#include <random>
#include <string>
#include <vector>

namespace hitokoe::text {
namespace {

std::string decoded(std::string_view bytes, Charset charset) {
  return decode(as_bytes(bytes), charset).utf8;
}

// The C library as an oracle. Empty where it refuses.
std::string with_iconv(const char* to, const char* from, std::string bytes) {
  iconv_t cd = iconv_open(to, from);
  if (cd == reinterpret_cast<iconv_t>(-1)) return "no such converter";
  std::string out(bytes.size() * 6 + 16, '\0');
  char* in_at = bytes.data();
  char* out_at = out.data();
  std::size_t in_left = bytes.size(), out_left = out.size();
  const bool ok = iconv(cd, &in_at, &in_left, &out_at, &out_left) != static_cast<std::size_t>(-1) &&
                  iconv(cd, nullptr, nullptr, &out_at, &out_left) != static_cast<std::size_t>(-1);
  iconv_close(cd);
  if (!ok) return {};
  out.resize(out.size() - out_left);
  return out;
}

TEST(Charset, DecodesEveryCharacterOfCp932AsTheCLibraryDoes) {
  int compared = 0;
  for (int lead = 0x81; lead <= 0xfc; ++lead) {
    if (lead >= 0xa0 && lead <= 0xdf) continue;
    for (int trail = 0x40; trail <= 0xfc; ++trail) {
      const std::string bytes{static_cast<char>(lead), static_cast<char>(trail)};
      const std::string expected = with_iconv("UTF-8", "CP932", bytes);
      if (expected.empty()) continue;
      EXPECT_EQ(decoded(bytes, Charset::kShiftJis), expected) << lead << ' ' << trail;
      ++compared;
    }
  }
  EXPECT_GT(compared, 9000);
}

TEST(Charset, DecodesEucJpWithTheExtensionsOfNecAndIbm) {
  int compared = 0, different = 0;
  for (int row = 0xa1; row <= 0xfe; ++row) {
    for (int cell = 0xa1; cell <= 0xfe; ++cell) {
      const std::string bytes{static_cast<char>(row), static_cast<char>(cell)};
      const std::string expected = with_iconv("UTF-8", "EUC-JP-MS", bytes);
      if (expected.empty() || row >= 0xf5) continue;  // user-defined rows
      ++compared;
      if (decoded(bytes, Charset::kEucJp) != expected) ++different;
    }
  }
  EXPECT_GT(compared, 6900);
  EXPECT_EQ(different, 0);
  EXPECT_EQ(decoded("\xad\xa1", Charset::kEucJp), "①");
  EXPECT_EQ(decoded("\xfc\xe2", Charset::kEucJp), "髙");
  EXPECT_EQ(decoded("\x8e\xd4\x8e\xcf", Charset::kEucJp), "ﾔﾏ");
  EXPECT_EQ(decoded("\x8f\xb0\xa1", Charset::kEucJp), "丂");  // JIS X 0212
}

TEST(Charset, DecodesIso2022JpWithHalfWidthKana) {
  EXPECT_EQ(decoded("A\x1b$B;3ED\x1b(B,B", Charset::kIso2022Jp), "A山田,B");
  EXPECT_EQ(decoded("\x1b(ITO@^\x1b(J!", Charset::kIso2022Jp),
            "ﾔﾏﾀﾞ"
            "!");
  EXPECT_EQ(decoded("\x0eTO@\x0fz", Charset::kIso2022Jp), "ﾔﾏﾀz");
  EXPECT_EQ(decoded("\x1b$B-!\x1b(B", Charset::kIso2022Jp), "①");
}

TEST(Charset, ANewLineEndsARunOfKanjiThatWasCut) {
  EXPECT_EQ(decoded("\x1b$B;3ED\nabc", Charset::kIso2022Jp), "山田\nabc");
}

TEST(Charset, DecodesUtf16WithSurrogates) {
  EXPECT_EQ(decoded(std::string("\xff\xfe\x71\x5c\x42\xd8\xb7\xdf", 8), Charset::kUtf16Le), "山𠮷");
  EXPECT_EQ(decoded(std::string("\xfe\xff\x5c\x71", 4), Charset::kUtf16Be), "山");
  const Decoded lone = decode(as_bytes(std::string_view("\x42\xd8\x71\x5c", 4)), Charset::kUtf16Le);
  EXPECT_EQ(lone.utf8, "\xef\xbf\xbd山");
  EXPECT_EQ(lone.undecodable, 2u);
}

TEST(Charset, DropsTheByteOrderMarkOnlyAtTheBeginning) {
  EXPECT_EQ(decoded("\xef\xbb\xbf山\xef\xbb\xbf", Charset::kUtf8), "山\xef\xbb\xbf");
  EXPECT_EQ(decoded("\xef\xbb", Charset::kUtf8), "\xef\xbf\xbd");
}

TEST(Charset, ABrokenCharacterSwallowsNoDelimiter) {
  for (const Charset charset : {Charset::kShiftJis, Charset::kEucJp, Charset::kUtf8}) {
    const Decoded d = decode(as_bytes("\x83,x\n"), charset);
    EXPECT_EQ(d.utf8, "\xef\xbf\xbd,x\n") << iana_name(charset);
    EXPECT_EQ(d.undecodable, 1u);
  }
}

TEST(Charset, NamesGoBothWays) {
  for (const Charset charset :
       {Charset::kUtf8, Charset::kShiftJis, Charset::kEucJp, Charset::kIso2022Jp, Charset::kUtf16Le,
        Charset::kUtf16Be, Charset::kBinary}) {
    const auto found = charset_by_name(iana_name(charset));
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found.value(), charset);
  }
  EXPECT_EQ(charset_by_name("CP932").value(), Charset::kShiftJis);
  EXPECT_EQ(charset_by_name("latin-9").error().code, Errc::kUsage);
}

// Pieces of every kind, valid and not.
std::string random_bytes(std::mt19937& random, std::size_t n) {
  static const std::vector<std::string> kPieces = {"\x1b$B",       "\x1b(B",
                                                   "\x1b(I",       "\x1b$(D",
                                                   "\x1b",         "\x0e",
                                                   "\x0f",         "\n",
                                                   "a,b",          "090",
                                                   "\x8e\xb1",     "\x8f\xb0\xa1",
                                                   "\x82\xa0",     "\xa4\xa2",
                                                   "山田",         "𠮷",
                                                   "\xef\xbb\xbf", "\xff\xfe",
                                                   "\xfe\xff",     "\xe3\x81",
                                                   "\xd8",         "\x42\xd8\xb7\xdf",
                                                   ";3ED"};
  std::string bytes;
  while (bytes.size() < n) {
    if (random() % 3 == 0) {
      bytes += static_cast<char>(random());
    } else {
      bytes += kPieces[random() % kPieces.size()];
    }
  }
  return bytes;
}

TEST(StreamDecoder, EverySplitGivesWhatTheWholeGives) {
  std::mt19937 random(7);
  for (const Charset charset :
       {Charset::kUtf8, Charset::kShiftJis, Charset::kEucJp, Charset::kIso2022Jp, Charset::kUtf16Le,
        Charset::kUtf16Be, Charset::kBinary}) {
    for (int round = 0; round < 40; ++round) {
      const std::string bytes = random_bytes(random, 1 + random() % 40);
      const Decoded whole = decode(as_bytes(bytes), charset);
      for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        StreamDecoder decoder(charset);
        std::string out;
        decoder.feed(as_bytes(bytes).subspan(0, cut), out);
        decoder.feed(as_bytes(bytes).subspan(cut), out);
        decoder.finish(out);
        ASSERT_EQ(out, whole.utf8) << iana_name(charset) << " cut at " << cut;
        ASSERT_EQ(decoder.undecodable(), whole.undecodable);
      }
      StreamDecoder by_bytes(charset);
      std::string out;
      for (const std::uint8_t& byte : as_bytes(bytes)) by_bytes.feed({&byte, 1}, out);
      by_bytes.finish(out);
      ASSERT_EQ(out, whole.utf8) << iana_name(charset);
    }
  }
}

TEST(StreamDecoder, SlicesOfALongTextDoNotShow) {
  std::string sjis;
  for (int i = 0; i < 5000; ++i) sjis += i % 7 == 0 ? "x" : "\x8e\x52";
  const Decoded whole = decode(as_bytes(sjis), Charset::kShiftJis);
  EXPECT_EQ(whole.undecodable, 0u);
  EXPECT_EQ(whole.utf8, with_iconv("UTF-8", "CP932", sjis));
}

// What a customer list or a post about one looks like.
std::string japanese(std::mt19937& random, std::size_t characters) {
  static const std::vector<std::string> kWords = {"山田太郎",
                                                  "佐藤",
                                                  "花子",
                                                  "東京都",
                                                  "江東区豊洲",
                                                  "神奈川県横浜市",
                                                  "ヤマダ",
                                                  "タロウ",
                                                  "の",
                                                  "お客様",
                                                  "電話番号",
                                                  "です。",
                                                  "しました",
                                                  "09012345678",
                                                  ",",
                                                  "\n",
                                                  "1980/01/02",
                                                  "様",
                                                  "について",
                                                  "流出した",
                                                  "、",
                                                  "確認",
                                                  "ください",
                                                  "住所",
                                                  "大阪府",
                                                  "taro@example.jp",
                                                  "「顧客リスト」",
                                                  "契約"};
  std::string text;
  while (text.size() < characters * 3) text += kWords[random() % kWords.size()];
  return text;
}

TEST(Detect, FindsTheCharsetOfShortSnippetsCutAnywhere) {
  struct Case {
    Charset charset;
    const char* iconv_name;
  };
  const Case cases[] = {{Charset::kUtf8, "UTF-8"},       {Charset::kShiftJis, "CP932"},
                        {Charset::kEucJp, "EUC-JP-MS"},  {Charset::kIso2022Jp, "ISO-2022-JP"},
                        {Charset::kUtf16Le, "UTF-16LE"}, {Charset::kUtf16Be, "UTF-16BE"}};
  std::mt19937 random(11);
  for (const Case& c : cases) {
    for (const std::size_t size : {50u, 200u, 1000u}) {
      int right = 0;
      constexpr int kSnippets = 300;
      for (int i = 0; i < kSnippets; ++i) {
        const std::string bytes = with_iconv(c.iconv_name, "UTF-8", japanese(random, 700));
        std::size_t from = i % 2 == 0 ? 0 : random() % 100;
        // An odd cut of UTF-16 is another charset; kanji of ISO-2022-JP without escape are ASCII.
        if (c.charset == Charset::kUtf16Le || c.charset == Charset::kUtf16Be) from &= ~1UL;
        if (c.charset == Charset::kIso2022Jp) from = bytes.find('\x1b');
        if (detect(as_bytes(std::string_view(bytes).substr(from, size))) == c.charset) ++right;
      }
      EXPECT_GE(right, kSnippets * 99 / 100) << iana_name(c.charset) << ' ' << size;
    }
  }
}

TEST(Detect, KnowsHalfWidthKanaNames) {
  for (const char* name : {"ﾔﾏﾀﾞ ﾀﾛｳ", "ｻﾄｳ ﾊﾅｺ", "ﾀｶﾊｼ ｼﾞﾛｳ", "ｽｽﾞｷ ｲﾁﾛｳ"}) {
    const std::string bytes = with_iconv("CP932", "UTF-8", name);
    EXPECT_EQ(detect(as_bytes(bytes)), Charset::kShiftJis) << name;
  }
}

TEST(Detect, KnowsBinary) {
  std::mt19937 random(5);
  std::string noise;
  for (int i = 0; i < 4096; ++i) noise += static_cast<char>(random());
  EXPECT_EQ(detect(as_bytes(noise)), Charset::kBinary);
  std::string png("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0\x08\6\0\0\0", 29);
  EXPECT_EQ(detect(as_bytes(png + noise.substr(0, 200))), Charset::kBinary);
  EXPECT_EQ(detect({}), Charset::kUtf8);
  EXPECT_EQ(detect(as_bytes("name,phone\n")), Charset::kUtf8);
}

TEST(Detect, SeesTheTextOfAFewBadBytes) {
  std::mt19937 random(3);
  std::string bytes = with_iconv("CP932", "UTF-8", japanese(random, 300));
  bytes[100] = '\xff';
  bytes[200] = '\x80';
  EXPECT_EQ(detect(as_bytes(bytes)), Charset::kShiftJis);
}

}  // namespace
}  // namespace hitokoe::text
