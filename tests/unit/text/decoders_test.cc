// Decoders beside the C library and ICU for every code, the fast paths beside the slow ones, and
// what other charsets are taken for.
#include "text/decoders.h"

#include <gtest/gtest.h>
#include <iconv.h>
#include <unicode/ucnv.h>
#include <unicode/ustring.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "hitokoe/text/charset.h"
#include "text/characters.h"
#include "text/utf8_lanes.h"

namespace hitokoe::text {
namespace {

std::string by_iconv(const char* to, const char* from, std::string bytes) {
  iconv_t cd = iconv_open(to, from);
  std::string out(bytes.size() * 6 + 16, '\0');
  char *in_at = bytes.data(), *out_at = out.data();
  std::size_t in_left = bytes.size(), out_left = out.size();
  const bool good = iconv(cd, &in_at, &in_left, &out_at, &out_left) != static_cast<std::size_t>(-1);
  iconv_close(cd);
  if (!good) return {};
  out.resize(out.size() - out_left);
  return out;
}

std::string by_icu(const char* name, const std::string& bytes) {
  UErrorCode status = U_ZERO_ERROR;
  UConverter* converter = ucnv_open(name, &status);
  ucnv_setToUCallBack(converter, UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  UChar units[16];
  const int32_t n = ucnv_toUChars(converter, units, 16, bytes.data(),
                                  static_cast<int32_t>(bytes.size()), &status);
  ucnv_close(converter);
  if (U_FAILURE(status)) return {};
  char utf8[64];
  int32_t length = 0;
  u_strToUTF8(utf8, 64, &length, units, n, &status);
  return U_FAILURE(status) ? std::string() : std::string(utf8, static_cast<std::size_t>(length));
}

std::string ours(const std::string& bytes, Charset charset) {
  const Decoded text = decode(as_bytes(bytes), charset);
  return text.undecodable == 0 ? text.utf8 : std::string();
}

std::string pair(int a, int b) { return {static_cast<char>(a), static_cast<char>(b)}; }

// Wherever ICU's CP932 has a character, ours is that one; it has no private mapping for the rows F0
// to F9 that ours differs from.
TEST(Decoders, Cp932IsThatOfIcu) {
  int compared = 0;
  for (int lead = 0x81; lead <= 0xfc; ++lead) {
    if (lead >= 0xa0 && lead <= 0xdf) continue;
    for (int trail = 0x40; trail <= 0xfc; ++trail) {
      const std::string expected = by_icu("ibm-943_P15A-2003", pair(lead, trail));
      if (expected.empty() || expected == "\xef\xbf\xbd" || trail == 0x7f) continue;
      EXPECT_EQ(ours(pair(lead, trail), Charset::kShiftJis), expected) << lead << ' ' << trail;
      ++compared;
    }
  }
  EXPECT_GT(compared, 9400);
}

// What a charset means by these codes differs between vendors; ours is what Windows and browsers
// take, so that the same text is the same characters in every charset.
TEST(Decoders, TheSameCharacterComesFromEveryCharset) {
  const std::map<int, std::string> differ = {{0x2141, "～"}, {0x2142, "∥"},  {0x215d, "－"},
                                             {0x2171, "￠"}, {0x2172, "￡"}, {0x224c, "￢"}};
  int others = 0;
  for (int row = 0x21; row <= 0x74; ++row) {
    for (int cell = 0x21; cell <= 0x7e; ++cell) {
      const std::string euc = ours(pair(row | 0x80, cell | 0x80), Charset::kEucJp);
      const std::string jis = ours("\x1b$B" + pair(row, cell) + "\x1b(B", Charset::kIso2022Jp);
      EXPECT_EQ(euc, jis) << row << ' ' << cell;
      const std::string strict = by_iconv("UTF-8", "EUC-JP", pair(row | 0x80, cell | 0x80));
      if (strict.empty() || strict == euc) continue;
      const auto known = differ.find(row << 8 | cell);
      if (known != differ.end()) {
        EXPECT_EQ(euc, known->second);
      } else {
        ++others;
        EXPECT_TRUE(row == 0x21 && (cell == 0x3d || cell == 0x40)) << row << ' ' << cell << strict;
      }
    }
  }
  EXPECT_LE(others, 2);  // ― and ＼
}

TEST(Decoders, JisX0212IsThatOfIconv) {
  int compared = 0, different = 0;
  for (int row = 0xa1; row <= 0xed; ++row) {
    for (int cell = 0xa1; cell <= 0xfe; ++cell) {
      const std::string bytes = "\x8f" + pair(row, cell);
      const std::string expected = by_iconv("UTF-8", "EUC-JP", bytes);
      if (expected.empty()) continue;
      ++compared;
      if (ours(bytes, Charset::kEucJp) != expected) ++different;
    }
  }
  EXPECT_GT(compared, 6000);
  EXPECT_LE(different, 1);  // the tilde
}

TEST(Decoders, Windows1252IsThatOfIconv) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string one(1, static_cast<char>(byte));
    const std::string expected = by_iconv("UTF-8", "CP1252", one);
    if (byte == 0 || expected.empty()) continue;
    EXPECT_EQ(ours(one, Charset::kWindows1252), expected) << byte;
  }
}

TEST(Utf8Lanes, FindTheFirstMistakeWhereTheSlowWayFindsIt) {
  std::mt19937 random(1);
  static const std::vector<std::string> kPieces = {"a",
                                                   "0123456789abcdef",
                                                   "山",
                                                   "é",
                                                   "𠮷",
                                                   "\x80",
                                                   "\xc0\x80",
                                                   "\xe0\x80\x80",
                                                   "\xed\xa0\x80",
                                                   "\xf4\x90\x80\x80",
                                                   "\xf0\x80\x80\x80",
                                                   "\xff",
                                                   "\xe3\x81",
                                                   "\xf0\x9f",
                                                   "\xc3"};
  for (int round = 0; round < 20000; ++round) {
    std::string bytes;
    const std::size_t size = random() % 400;
    const bool clean = random() % 3 == 0;
    while (bytes.size() < size) {
      const bool good = clean || random() % 50 != 0;
      bytes += kPieces[good ? random() % 5 : random() % kPieces.size()];
    }
    const auto* p = as_bytes(bytes).data();
    ASSERT_EQ(valid_utf8(p, bytes.size()), valid_utf8_portable(p, bytes.size())) << round;
  }
}

// Runs decoded in bulk are what character by character gives.
template <class At>
std::string slowly(const std::string& bytes, At at, std::uint64_t& bad) {
  std::string out;
  char buffer[4];
  for (std::size_t i = 0; i < bytes.size();) {
    const Character c = at(as_bytes(bytes).data() + i, bytes.size() - i);
    if (!c.valid) bad += c.length;
    out.append(buffer, put_code_point(c.valid ? c.value : kReplacement, buffer));
    i += c.length;
  }
  return out;
}

TEST(Decoders, BulkIsWhatOneByOneGives) {
  std::mt19937 random(2);
  static const std::vector<std::string> kPieces = {"\x82\xa0",
                                                   "\x88\x9f",
                                                   "\xb1\xb2",
                                                   "\xa4\xa2",
                                                   "\x8e\xb1",
                                                   "\x8f\xb0\xa1",
                                                   "abc",
                                                   "\x81",
                                                   "\xff",
                                                   "\xe3\x81\x82",
                                                   "\xfa\x40",
                                                   "\n",
                                                   "0123456789abcdef0123",
                                                   "\xa0",
                                                   "\x80"};
  for (unsigned round = 0; round < 3000; ++round) {
    std::string bytes;
    while (bytes.size() < 1 + round % 90) bytes += kPieces[random() % kPieces.size()];
    std::uint64_t bad = 0;
    const std::string utf8 = slowly(
        bytes, [](const std::uint8_t* p, std::size_t n) { return next_code_point(p, n); }, bad);
    Decoded fast = decode(as_bytes(bytes), Charset::kUtf8);
    ASSERT_EQ(fast.utf8, utf8);
    ASSERT_EQ(fast.undecodable, bad);
    bad = 0;
    const std::string sjis = slowly(bytes, shift_jis_at, bad);
    fast = decode(as_bytes(bytes), Charset::kShiftJis);
    ASSERT_EQ(fast.utf8, sjis);
    ASSERT_EQ(fast.undecodable, bad);
    bad = 0;
    const std::string euc = slowly(bytes, euc_jp_at, bad);
    fast = decode(as_bytes(bytes), Charset::kEucJp);
    ASSERT_EQ(fast.utf8, euc);
    ASSERT_EQ(fast.undecodable, bad);
  }
}

// Text of other languages may decode as Japanese, but to characters that no Japanese text has. Not
// so KOI8-R: its small letters are half-width kana, as frequent as in a bank's file
// (docs/charsets.md).
TEST(Detect, CallsNoOtherLanguageJapaneseWithConfidence) {
  struct Other {
    const char* charset;
    const char* text;
  };
  const Other others[] = {
      {"ISO-8859-1", "Señor Muñoz, São Paulo; Müller & Söhne, Straße 5, café crème à la carte"},
      {"CP1252", "L’été dernier, à Besançon, l’hôtel était fermé – “désolé” – où était-il passé ?"},
      {"CP1251", "Список клиентов опубликован вчера на форуме, телефоны и адреса"},
      {"GB18030", "昨天论坛上公布了客户名单，包括电话号码和地址，请大家注意安全"},
      {"BIG5", "昨天論壇上公布了客戶名單，包括電話號碼和地址，請大家注意安全"},
      {"EUC-KR", "어제 포럼에 고객 명단이 공개되었습니다. 전화번호와 주소가 포함되어 있습니다"},
      {"ISO-8859-7", "Ο κατάλογος πελατών δημοσιεύτηκε χθες στο φόρουμ"}};
  for (const Other& other : others) {
    const std::string bytes = by_iconv(other.charset, "UTF-8", other.text);
    ASSERT_FALSE(bytes.empty()) << other.charset;
    const Detection found = detect_two(as_bytes(bytes));
    const bool japanese = found.best == Charset::kShiftJis || found.best == Charset::kEucJp ||
                          found.best == Charset::kIso2022Jp;
    EXPECT_FALSE(japanese && found.plausible() && !found.thin())
        << other.charset << " as " << iana_name(found.best) << ", bits " << found.bits_per_character
        << ", margin " << found.margin;
  }
  EXPECT_EQ(detect(as_bytes(by_iconv("CP1252", "UTF-8", others[0].text))), Charset::kWindows1252);
}

TEST(Detect, GivesTheTwoBestAndHowFarTheyAreApart) {
  const std::string clear = by_iconv("CP932", "UTF-8", "お客様の電話番号が流出しました。");
  Detection found = detect_two(as_bytes(clear));
  EXPECT_EQ(found.best, Charset::kShiftJis);
  EXPECT_FALSE(found.thin());
  EXPECT_TRUE(found.plausible());
  // Two kanji of EUC-JP are four half-width kana of CP932.
  const std::string thin = by_iconv("EUC-JP", "UTF-8", "山田");
  found = detect_two(as_bytes(thin));
  EXPECT_TRUE(found.thin());
  EXPECT_TRUE((found.best == Charset::kEucJp && found.second == Charset::kShiftJis) ||
              (found.best == Charset::kShiftJis && found.second == Charset::kEucJp));
  EXPECT_FALSE(detect_two({}).thin());
}

}  // namespace
}  // namespace hitokoe::text
