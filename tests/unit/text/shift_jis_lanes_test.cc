// CP932 by vectors beside the same one character at a time: every character at every place of a
// block, any bytes, every split.
#include "text/shift_jis_lanes.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "hitokoe/text/charset.h"
#include "text/decoders.h"

namespace hitokoe::text {
namespace {

// What of a long text is decoded by one step, and the bytes that are none.
struct Read {
  std::string text;
  std::size_t taken;
  std::uint64_t bad;
  bool operator==(const Read&) const = default;
};
template <class Decode>
Read read(const std::string& bytes, bool last, Decode decode) {
  Read out{std::string(3 * bytes.size() + kBehind, '?'), 0, 0};
  // Not one byte more than it may have.
  const std::vector<std::uint8_t> in(bytes.begin(), bytes.end());
  const Step step = decode(in, out.text.data(), last, out.bad);
  out.text.resize(step.written);
  out.taken = step.taken;
  return out;
}

void expect_same(const std::string& bytes) {
  for (const bool last : {false, true}) {
    ASSERT_EQ(read(bytes, last, decode_shift_jis), read(bytes, last, decode_shift_jis_portable));
  }
}

TEST(ShiftJisLanes, EveryCharacterAmongOthers) {
  // Every lead and byte that may be none, with every byte behind it.
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const std::string c{static_cast<char>(first), static_cast<char>(second)};
      const std::size_t before = (first * 7 + second) % 67;
      expect_same(std::string(before, 'x') + c + std::string(140, 'y'));
      expect_same(c + c + "a\x88\xa4" + c + std::string(90, 'z') + c);
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(ShiftJisLanes, EveryThreeBytesOfKindsThatDiffer) {
  const std::string kinds(
      "a\x40\x5c\x7f\x80\x81\x82\x83\x88\x98\x9f\xa0\xa1\xb1\xdf\xe0\xea\xeb\xf0\xfc\xfd\xff\0",
      23);
  for (const char a : kinds) {
    for (const char b : kinds) {
      for (const char c : kinds) {
        const std::string three{a, b, c};
        for (const std::size_t before : {0U, 29U, 30U, 31U, 32U, 61U, 62U, 63U}) {
          expect_same(std::string(before, ' ') + three + std::string(80, ' '));
        }
      }
    }
    if (testing::Test::HasFailure()) return;
  }
}

TEST(ShiftJisLanes, AnyBytesAtEverySplit) {
  std::mt19937 random(5);
  for (int run = 0; run < 300; ++run) {
    std::string bytes;
    const std::size_t odd = 1 + random() % 12, rare = run % 4 == 0 ? 20 : 400;
    while (bytes.size() < 400) {
      if (random() % rare == 0) {
        bytes += static_cast<char>(random());
      } else if (random() % 12 < odd) {
        bytes += static_cast<char>(random() % 2 == 0 ? 0x82 + random() % 2 : 0x89 + random() % 22);
        bytes += static_cast<char>(0x9f + random() % 80);
      } else {
        bytes += static_cast<char>(' ' + random() % 95);
      }
    }
    expect_same(bytes);
    const Decoded whole = decode(as_bytes(bytes), Charset::kShiftJis);
    const Read slow = read(bytes, true, decode_shift_jis_portable);
    ASSERT_EQ(whole.utf8, slow.text);
    ASSERT_EQ(whole.undecodable, slow.bad);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      StreamDecoder decoder(Charset::kShiftJis);
      std::string out;
      decoder.feed(as_bytes(bytes).first(cut), out);
      decoder.feed(as_bytes(bytes).subspan(cut), out);
      decoder.finish(out);
      ASSERT_EQ(out, slow.text) << cut;
      ASSERT_EQ(decoder.undecodable(), slow.bad);
    }
  }
}

}  // namespace
}  // namespace hitokoe::text
