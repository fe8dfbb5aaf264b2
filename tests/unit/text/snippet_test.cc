// Short texts: the fast detection gives what the slow one gives, with every set of instructions.
#include "text/snippet.h"

#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "hitokoe/text/encode.h"
#include "text/evident.h"
#include "text/snippet_tables.h"

namespace hitokoe::text {
namespace {

constexpr std::string_view kTexts[] = {
    "電話番号まで丸見えで、誰か確認した人いる？\n",
    "早乙女　小百合様,090-1234-5678,山形県鶴岡市馬場町12-3,2026-01-15\n",
    "ﾊﾙﾋｺ ｶ)ﾏﾙﾋﾞｼ 0012345 ｼﾝﾏﾁ\n",
    "サイタマケンカワゴエシ１２－３コーポミドリ\n",
    "user=yamada id=48213 tel=03-1234-5678 ok\n",
    "勅使河原,薬師寺,神楽坂;五十嵐①㈱…★\n",
};
constexpr Charset kCharsets[] = {Charset::kUtf8,      Charset::kShiftJis, Charset::kEucJp,
                                 Charset::kIso2022Jp, Charset::kUtf16Le,  Charset::kUtf16Be};

// The slow way: nothing of it is in snippet.cc.
Charset slowly(ByteView bytes) {
  return evidently_utf8(bytes) ? Charset::kUtf8 : detect_two(bytes).best;
}

bool has_mark(ByteView bytes) {
  return bytes.size() > 1 &&
         ((bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[0] == 0xfe && bytes[1] == 0xff) ||
          (bytes.size() > 2 && bytes[0] == 0xef && bytes[1] == 0xbb && bytes[2] == 0xbf));
}

// Gives whether it was known without the slow way.
bool expect_same(ByteView bytes) {
  if (has_mark(bytes)) return false;
  const std::optional<Charset> fast = detect_snippet(bytes);
  EXPECT_EQ(fast, detect_snippet_portable(bytes));
  if (fast) {
    EXPECT_EQ(*fast, slowly(bytes))
        << testing::PrintToString(std::vector<int>(bytes.begin(), bytes.end()));
  }
  return fast.has_value();
}

TEST(Snippet, PiecesOfTextsAreWhatTheSlowWaySays) {
  int known = 0, all = 0;
  for (const std::string_view text : kTexts) {
    for (const Charset charset : kCharsets) {
      const std::string bytes = encode(std::string(text) + std::string(text), charset);
      for (std::size_t size = 1; size <= kSnippet; size += size < 8 ? 1 : 7) {
        for (std::size_t at = 0; at + size <= bytes.size(); ++at) {
          known += expect_same(as_bytes(bytes).subspan(at, size)) ? 1 : 0;
          ++all;
        }
      }
    }
  }
  EXPECT_GT(known, all * 9 / 10);
}

TEST(Snippet, AnyBytesAreWhatTheSlowWaySays) {
  std::mt19937 random(11);
  // Where charsets differ, and any.
  const std::vector<std::pair<unsigned, unsigned>> ranges = {
      {0x00, 0xff}, {0x80, 0xff}, {0x81, 0xa1}, {0xa1, 0xff}, {0xe0, 0xff}, {0x8e, 0x8f},
      {0x20, 0x7e}, {0x40, 0xfd}, {0xd8, 0xdf}, {0x30, 0x39}, {0xe3, 0xe3}, {0x00, 0x20}};
  for (int run = 0; run < 20'000; ++run) {
    std::vector<std::uint8_t> bytes(1 + random() % kSnippet);
    auto range = ranges[random() % ranges.size()];
    for (auto& byte : bytes) {
      if (random() % 4 == 0) range = ranges[random() % ranges.size()];
      byte = static_cast<std::uint8_t>(range.first + random() % (range.second - range.first + 1));
    }
    expect_same(bytes);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Snippet, EveryPairOfBytesIsWhatTheSlowWaySays) {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const std::uint8_t bytes[] = {static_cast<std::uint8_t>(first),
                                    static_cast<std::uint8_t>(second)};
      expect_same(bytes);
    }
  }
}

TEST(SnippetMasks, VectorsSeeWhatThePortableCodeSees) {
  if (!have_avx512()) GTEST_SKIP() << "no AVX-512 here";
  std::mt19937 random(12);
  const BytePrices& prices = SnippetTables::get().bytes;
  for (int run = 0; run < 20'000; ++run) {
    std::array<std::uint8_t, 3 * kSnippet> bytes{};
    const std::size_t n = 1 + random() % kSnippet;
    const unsigned most = run % 3 == 0 ? 0x100 : run % 3 == 1 ? 0x80 : 0x88;
    std::uint8_t* const text = bytes.data() + kSnippet;
    for (std::size_t i = 0; i < n; ++i) text[i] = static_cast<std::uint8_t>(random() % most);
    const SnippetMasks one = see_portable(text, n, prices), other = see_avx512(text, n, prices);
    ASSERT_EQ(one.of, other.of);
    ASSERT_EQ(one.units, other.units);
    ASSERT_EQ(one.singles, other.singles);
    ASSERT_EQ(one.ascii_alone, other.ascii_alone);
    ASSERT_EQ(one.shift_jis, other.shift_jis);
    ASSERT_EQ(one.ascii, other.ascii);
    std::array<std::uint16_t, kListed> listed{}, also{};
    const std::uint64_t begins = std::uint64_t{random()} << 32 | random();
    const std::uint64_t firsts = begins & (std::uint64_t{random()} << 32 | random());
    const std::size_t size = list_portable(text, begins, firsts, listed.data());
    ASSERT_EQ(size, list_avx512(text, begins, firsts, also.data()));
    for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(listed[i], also[i]);
  }
}

}  // namespace
}  // namespace hitokoe::text
