#include "hitokoe/text/charset_stream.h"

#include <gtest/gtest.h>
#include <iconv.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace hitokoe::text {
namespace {

std::string in_charset(const char* to, std::string_view utf8) {
  iconv_t cd = iconv_open(to, "UTF-8");
  std::string in(utf8), out(in.size() * 4 + 16, '\0');
  char *from = in.data(), *into = out.data();
  std::size_t left = in.size(), room = out.size();
  EXPECT_NE(iconv(cd, &from, &left, &into, &room), static_cast<std::size_t>(-1)) << utf8;
  iconv(cd, nullptr, nullptr, &into, &room);
  iconv_close(cd);
  out.resize(out.size() - room);
  return out;
}

constexpr const char* kNames[] = {"UTF-8", "CP932", "EUC-JP-MS", "ISO-2022-JP"};

struct Read {
  std::string text;
  std::uint64_t undecodable;
  Charset dominant;
  bool mixed;
};

Read read(std::string_view bytes, const Detection& expected, std::size_t piece) {
  CharsetStream stream(expected);
  Read read{};
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    stream.feed(as_bytes(bytes.substr(at, piece)), read.text);
  }
  stream.finish(read.text);
  read.undecodable = stream.undecodable();
  read.dominant = stream.dominant();
  read.mixed = stream.mixed();
  return read;
}

Read read(std::string_view bytes) { return read(bytes, detect_two(as_bytes(bytes)), 1U << 20); }

std::string row(std::mt19937& random) {
  static const std::vector<std::string> kSurnames = {"佐藤", "渡辺", "長谷川", "小野寺", "東海林"};
  static const std::vector<std::string> kGiven = {"太郎", "美由紀", "健", "さくら", "雄一郎"};
  static const std::vector<std::string> kKana = {"サトウ", "ワタナベ", "ハセガワ", "オノデラ"};
  static const std::vector<std::string> kPlaces = {"東京都千代田区丸の内", "大阪市北区梅田",
                                                   "福岡県久留米市城南町", "札幌市中央区大通西"};
  return std::to_string(100000 + random() % 900000) + "," + kSurnames[random() % 5] + " " +
         kGiven[random() % 5] + "," + kKana[random() % 4] + ",090-" +
         std::to_string(1000 + random() % 9000) + "-" + std::to_string(1000 + random() % 9000) +
         "," + kPlaces[random() % 4] + std::to_string(1 + random() % 9) + "-2\n";
}

// Rows, each block of `lines` in the next of `charsets`.
struct Mixed {
  std::string bytes;
  std::string text;
};
Mixed mixed(std::mt19937& random, const std::vector<int>& charsets, int blocks, int lines) {
  Mixed m;
  for (int i = 0; i < blocks; ++i) {
    for (int j = 0; j < lines; ++j) {
      const std::string line = row(random);
      m.text += line;
      m.bytes += in_charset(kNames[charsets[static_cast<std::size_t>(i) % charsets.size()]], line);
    }
  }
  return m;
}

TEST(CharsetStream, ReadsEveryLineOfAFileThatChangesItsCharset) {
  std::mt19937 random(1);
  for (const auto& charsets : std::vector<std::vector<int>>{{0, 1},
                                                            {1, 0},
                                                            {1, 2},
                                                            {2, 1},
                                                            {0, 2},
                                                            {2, 0},
                                                            {0, 1, 2},
                                                            {0, 3},
                                                            {1, 3},
                                                            {2, 3},
                                                            {3, 0, 1, 2}}) {
    for (const int lines : {1, 2, 7, 40, 300}) {
      const Mixed m = mixed(random, charsets, 8, lines);
      const Read got = read(m.bytes);
      EXPECT_EQ(got.undecodable, 0U);
      EXPECT_TRUE(got.text == m.text) << charsets[0] << charsets[1] << " in blocks of " << lines;
      EXPECT_TRUE(got.mixed);
    }
  }
}

TEST(CharsetStream, ReadsTextThatAlternatesEveryHundredBytesWithinALine) {
  std::mt19937 random(2);
  for (const auto& charsets : std::vector<std::vector<int>>{{0, 1}, {1, 2}, {0, 2}, {0, 1, 2}}) {
    std::string text, bytes;
    for (std::size_t i = 0; i < 60; ++i) {
      std::string piece = row(random);
      piece.back() = ';';
      text += piece;
      bytes += in_charset(kNames[charsets[i % charsets.size()]], piece);
    }
    const Read got = read(bytes);
    EXPECT_EQ(got.undecodable, 0U);
    EXPECT_EQ(got.text, text);
  }
}

TEST(CharsetStream, OnePastedLineDoesNotTurnAFile) {
  std::mt19937 random(3);
  for (int main = 0; main < 3; ++main) {
    for (int pasted = 0; pasted < 4; ++pasted) {
      std::string text, bytes;
      for (int i = 0; i < 200; ++i) {
        const std::string line = i % 50 == 20 ? "備考欄に貼り付けた文章です。\n" : row(random);
        text += line;
        bytes += in_charset(kNames[i % 50 == 20 ? pasted : main], line);
      }
      const Read got = read(bytes);
      EXPECT_EQ(got.text, text) << main << ' ' << pasted;
      EXPECT_EQ(iana_name(got.dominant),
                (std::vector<std::string>{"UTF-8", "Shift_JIS",
                                          "EUC-JP"})[static_cast<std::size_t>(main)]);
    }
  }
}

TEST(CharsetStream, AUniformFileIsReadAsItsDecoderReadsIt) {
  std::mt19937 random(4);
  const Charset charsets[] = {Charset::kUtf8, Charset::kShiftJis, Charset::kEucJp,
                              Charset::kIso2022Jp};
  for (int c = 0; c < 4; ++c) {
    std::string text;
    for (int i = 0; i < 2000; ++i) {
      text += i % 5 == 0   ? "0123,ﾔﾏﾀﾞ ﾀﾛｳ,ﾎﾝﾃﾝ,1,7654321\n"
              : i % 7 == 0 ? "only ASCII\n"
                           : row(random);
    }
    if (c == 3) std::erase_if(text, [](char) { return false; });
    if (c == 3) {
      std::string kept;
      for (int i = 0; i < 2000; ++i) kept += row(random);
      text = kept;
    }
    const std::string bytes = in_charset(kNames[c], text);
    const Read got = read(bytes);
    EXPECT_TRUE(got.text == text) << c;
    EXPECT_EQ(got.dominant, charsets[c]);
    EXPECT_FALSE(got.mixed) << c;
  }
}

TEST(CharsetStream, LongLinesWithoutABreakAreReadToo) {
  std::mt19937 random(5);
  std::string text;
  while (text.size() < 200000) text += "あいうえお漢字仮名交じり文";
  for (int c = 0; c < 4; ++c) {
    const Read got = read(in_charset(kNames[c], text));
    EXPECT_TRUE(got.text == text) << c;
    EXPECT_EQ(got.undecodable, 0U);
  }
}

TEST(CharsetStream, CountsWhatItCannotRead) {
  std::mt19937 random(6);
  std::string bytes;
  for (int i = 0; i < 50; ++i)
    bytes += in_charset("CP932", row(random)) + (i % 10 == 3 ? "\xff" : "");
  EXPECT_EQ(read(bytes).undecodable, 5U);
  Detection cut;
  cut.best = cut.second = Charset::kUtf16Le;
  cut.skip = 1;
  const Read odd = read(std::string_view("\x5c\x30\x75\x2c\x00", 5), cut, 2);
  EXPECT_EQ(odd.text, "\xef\xbf\xbd田,");
  EXPECT_EQ(odd.undecodable, 1U);
}

TEST(CharsetStream, ATextThatBeginsInsideKanjiIsRead) {
  const std::string bytes =
      in_charset("ISO-2022-JP", "いつもお世話になっております。東京支社の").substr(3, 38);
  const Detection found = detect_two(as_bytes(bytes));
  EXPECT_EQ(found.best, Charset::kIso2022Jp);
  EXPECT_EQ(read(bytes).text, "いつもお世話になっております。東京支社");
}

// Pieces of every kind, valid and not.
std::string odd_bytes(std::mt19937& random, std::size_t n) {
  static const std::vector<std::string> kPieces = {"\x1b$B",
                                                   "\x1b(B",
                                                   "\x1b(I",
                                                   "\x1b",
                                                   "\x0e",
                                                   "\n",
                                                   "\n",
                                                   ",",
                                                   "a,b",
                                                   "090",
                                                   "\x8e\xb1",
                                                   "\x8f\xb0\xa1",
                                                   "\x82\xa0\x82\xa2",
                                                   "\xa4\xa2\xa4\xa4",
                                                   "山田",
                                                   "𠮷",
                                                   "\xef\xbb\xbf",
                                                   "\xe3\x81",
                                                   "\xd4\xcf\xc0\xde",
                                                   ";3ED",
                                                   "\xc4\xbe\xc4\xbe",
                                                   "\x83\x5c",
                                                   "\xff"};
  std::string bytes;
  while (bytes.size() < n) {
    if (random() % 4 == 0) {
      bytes += static_cast<char>(random());
    } else {
      const std::string& piece = kPieces[random() % kPieces.size()];
      for (std::size_t i = random() % 4 + 1; i > 0; --i) bytes += piece;
    }
    if (random() % 200 == 0) bytes += std::string(random() % 3000, 'x');
    if (random() % 300 == 0) {
      for (std::size_t i = random() % 6000; i > 0; --i) bytes += "\x82\xa0";
    }
  }
  return bytes;
}

TEST(CharsetStream, EverySplitGivesWhatTheWholeGives) {
  std::mt19937 random(7);
  const Charset charsets[] = {Charset::kUtf8,        Charset::kShiftJis, Charset::kEucJp,
                              Charset::kIso2022Jp,   Charset::kUtf16Le,  Charset::kUtf16Be,
                              Charset::kWindows1252, Charset::kBinary};
  for (const Charset charset : charsets) {
    Detection expected;
    expected.best = expected.second = charset;
    for (int round = 0; round < 12; ++round) {
      const std::string bytes = odd_bytes(random, round < 6 ? 40 : 20000);
      const Read whole = read(bytes, expected, bytes.size());
      for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7},
                                      std::size_t{64}, std::size_t{1000}, std::size_t{8192}}) {
        if (piece < 7 && bytes.size() > 5000) continue;
        const Read cut = read(bytes, expected, piece);
        ASSERT_TRUE(cut.text == whole.text) << iana_name(charset) << " in pieces of " << piece;
        ASSERT_EQ(cut.undecodable, whole.undecodable);
        ASSERT_EQ(cut.dominant, whole.dominant);
      }
      for (int i = 0; i < 20; ++i) {
        CharsetStream stream(expected);
        std::string text;
        const std::size_t at = random() % bytes.size();
        stream.feed(as_bytes(bytes).first(at), text);
        stream.feed(as_bytes(bytes).subspan(at), text);
        stream.finish(text);
        ASSERT_TRUE(text == whole.text) << iana_name(charset) << " cut at " << at;
      }
      const std::string marks(whole.text);
      EXPECT_EQ(decode(as_bytes("x" + marks), Charset::kUtf8).undecodable, 0U);
    }
  }
}

}  // namespace
}  // namespace hitokoe::text
