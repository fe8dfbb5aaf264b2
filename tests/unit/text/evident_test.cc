#include "text/evident.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hitokoe/base/random.h"
#include "hitokoe/text/charset.h"
#include "hitokoe/text/encode.h"

namespace hitokoe::text {
namespace {

// The rule of evident.h, a byte after the other.
class Slow {
 public:
  static bool says(std::string_view text) {
    std::size_t skipped = 0;
    while (skipped < 3 && !text.empty() && is_tail(text[0])) {
      text.remove_prefix(1);
      ++skipped;
    }
    Slow s;
    while (s.at_ < text.size()) {
      const std::size_t n = s.character(text.substr(s.at_));
      if (n == 0) return false;
      s.at_ += n;
    }
    if (s.controls_) return false;
    if (s.japanese_ + s.others_ > 0) return s.japanese_ >= 4 && s.others_ * 8 <= s.japanese_;
    return skipped == 0 && !s.cut_ && text.size() >= 256 && s.spaces_ * 64 >= text.size();
  }

 private:
  static bool is_tail(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; }

  // Its length, or what is left where the end cuts it; 0: no UTF-8.
  std::size_t character(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) {
      controls_ = controls_ || lead < 9 || lead == 0x0e || lead == 0x0f || lead == 0x1b;
      spaces_ += lead == ' ' || lead == '\n' || lead == '\t' ? 1U : 0U;
      return 1;
    }
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || (lead > 0xf4 && text.size() >= size)) return 0;
    for (std::size_t i = 1; i < std::min(size, text.size()); ++i) {
      if (!is_tail(text[i])) return 0;
    }
    if (text.size() < size) {
      cut_ = true;
      return text.size();
    }
    const auto next = static_cast<unsigned char>(text[1]);
    if ((lead == 0xe0 && next < 0xa0) || (lead == 0xed && next > 0x9f) ||
        (lead == 0xf0 && next < 0x90) || (lead == 0xf4 && next > 0x8f)) {
      return 0;
    }
    (((lead >= 0xe3 && lead <= 0xe9) || lead == 0xef) ? japanese_ : others_) += 1;
    return size;
  }

  std::size_t at_ = 0, spaces_ = 0, japanese_ = 0, others_ = 0;
  bool controls_ = false, cut_ = false;
};

const std::vector<std::string>& words() {
  static const std::vector<std::string> all = {
      "山田", "髙橋", "東京都", "ﾔﾏﾀﾞ",   "〒",         "電話", "、", "ー",
      "é",    "😀",    "Ω",      "a",      "user",       "@",    " ",  " ",
      "\n",   "\t",   "12345",  "090-12", "example.jp", "\r\n"};
  return all;
}

std::string text_of(Random& dice, std::size_t bytes, std::size_t kinds) {
  std::string out;
  const std::size_t from = dice.below(words().size());
  while (out.size() < bytes) out += words()[(from + dice.below(kinds)) % words().size()];
  return out;
}

bool evident(std::string_view text) {
  // Exactly as long as the text, so that a sanitizer sees what reads beyond.
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  return evidently_utf8(bytes);
}

TEST(Evident, SaysWhatTheRuleSaysOfTextsThatAreCutAndDamaged) {
  SeededRandom dice(3);
  std::size_t yes = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = text_of(dice, dice.below(700), 1 + dice.below(words().size()));
    if (dice.below(3) == 0) text.erase(0, dice.below(4));
    if (dice.below(3) == 0) text.resize(text.size() - std::min<std::size_t>(text.size(), 2));
    if (dice.below(4) == 0 && !text.empty()) {
      text[dice.below(text.size())] = static_cast<char>(dice.below(256));
    }
    ASSERT_EQ(evident(text), Slow::says(text)) << i;
    yes += Slow::says(text) ? 1U : 0U;
  }
  EXPECT_GT(yes, 5000U);
  EXPECT_LT(yes, 18000U);
}

TEST(Evident, NeverTakesAnotherCharsetForUtf8) {
  SeededRandom dice(4);
  for (int i = 0; i < 3000; ++i) {
    // What is ASCII alone is the same in all of them.
    const std::string text = text_of(dice, 20 + dice.below(300), 8) + "山田";
    for (const auto charset :
         {Charset::kShiftJis, Charset::kEucJp, Charset::kIso2022Jp, Charset::kUtf16Le}) {
      std::string other = encode(text, charset);
      if (charset != Charset::kUtf16Le) other.erase(0, dice.below(3));
      EXPECT_FALSE(evident(other)) << iana_name(charset) << " " << i;
    }
  }
}

TEST(Evident, SaysNothingOfLittle) {
  EXPECT_FALSE(evident(""));
  EXPECT_FALSE(evident("山田太"));
  EXPECT_TRUE(evident("山田太郎"));
  EXPECT_FALSE(evident("a short line\n"));
  EXPECT_FALSE(evident(std::string(300, 'x')));  // base64, ISO-2022-JP from its middle
}

}  // namespace
}  // namespace hitokoe::text
