#include "matcher/sweep/characters.h"

#include <string>
#include <string_view>

#include "hitokoe/text/fold.h"

namespace hitokoe::matcher::sweep {

namespace {

// The rules of identity/phone.cc and identity/email.cc in one set each; a test compares them.
constexpr std::u32string_view kKanjiDigits = U"〇零一壱壹弌二弐貳貮弍三参參弎四肆五伍六七漆八九玖";
constexpr std::string_view kKanjiValues = "0011112222233334455677899";
static_assert(kKanjiDigits.size() == kKanjiValues.size());
constexpr std::u32string_view kPhoneSigns = U"・の【】〔〕、‐‑‒–—―−─━ー⁃˗〜∼";

std::uint8_t class_of(std::u32string_view folded) {
  std::uint8_t out = 0;
  std::size_t digits = 0;
  for (const char32_t c : folded) {
    if (c < 0x80) {
      const std::uint8_t ascii = kAscii[c];
      if ((ascii & kPhoneUnit) != 0) out |= kOddPhone;
      if ((ascii & kMailUnit) != 0) out |= kOddMail;
      if ((ascii & kSign) != 0) out |= kOddSign;
      if ((ascii & kDigit) != 0) ++digits;
      if (c == U'+') out |= kOddPlus;
    } else if (kKanjiDigits.find(c) != std::u32string_view::npos) {
      out |= kOddPhone;
      ++digits;
    } else if (kPhoneSigns.find(c) != std::u32string_view::npos) {
      out |= kOddPhone;
    }
  }
  if (digits > 0) out |= kOddDigit;
  if (digits > 1) out |= kOddManyDigits;
  if (folded.empty()) out = kOddDropped | kOddPlus | kOddPhone | kOddMail;
  return out;
}

// Phone signs in ASCII: '_' stands between digits and means nothing else, '/' leads to a range as
// ・ does, ',' as 、.
char phone_sign_of(std::u32string_view folded) {
  if (folded.size() != 1) return '\0';
  const char32_t c = folded[0];
  if (c < 0x80) return (kAscii[c] & kPhoneUnit) != 0 ? static_cast<char>(c) : '\0';
  if (const auto digit = kKanjiDigits.find(c); digit != std::u32string_view::npos) {
    return kKanjiValues[digit];
  }
  if (c == U'・') return '/';
  if (c == U'、') return ',';
  if (c == U'〜' || c == U'∼') return '~';
  return kPhoneSigns.find(c) != std::u32string_view::npos ? '_' : '\0';
}

}  // namespace

// Unicode, table 3-7.
Characters::Decoded Characters::decode(const std::uint8_t* p, std::size_t n) {
  const auto next = [&](std::size_t i) { return i < n && (p[i] & 0xc0U) == 0x80; };
  const auto low = [&](std::size_t i) { return p[i] & char32_t{0x3f}; };
  if (p[0] >= 0xc2 && p[0] <= 0xdf && next(1)) return {(p[0] & char32_t{0x1f}) << 6 | low(1), 2};
  if (p[0] >= 0xe0 && p[0] <= 0xef && next(1) && next(2)) {
    const char32_t c = (p[0] & char32_t{0x0f}) << 12 | low(1) << 6 | low(2);
    if (c >= 0x800 && (c < 0xd800 || c > 0xdfff)) return {c, 3};
  }
  if (p[0] >= 0xf0 && p[0] <= 0xf4 && next(1) && next(2) && next(3)) {
    const char32_t c = (p[0] & char32_t{0x07}) << 18 | low(1) << 12 | low(2) << 6 | low(3);
    if (c >= 0x10000 && c <= 0x10ffff) return {c, 4};
  }
  return {0, 0};
}

Characters::Characters() : odd_(kLimit), phone_signs_(kLimit) {
  std::string utf8;
  std::u32string folded;
  std::vector<std::uint32_t> offsets;
  const auto class_at = [&](char32_t c) {
    utf8.clear();
    text::append_utf8(c, utf8);
    text::fold_with_offsets(utf8, folded, offsets);
    return class_of(folded);
  };
  for (char32_t c = 0x80; c < kLimit; ++c) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    odd_[c] = class_at(c);
    phone_signs_[c] = phone_sign_of(folded);
    if (odd_[c] != 0 && c < 0x10000) blocks_[c >> 12] |= std::uint64_t{1} << (c >> 6 & 63);
    add_hints(c, odd_[c]);
  }
  beyond_ = class_at(0xe0100);
  for (char32_t c = 0xe0000; c < 0xe1000; ++c) add_hints(c, beyond_);
}

void Characters::add_hints(char32_t c, std::uint8_t odd) {
  if (odd == 0) return;
  std::string utf8;
  text::append_utf8(c, utf8);
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(utf8[i]); };
  const auto add = [&](unsigned group, Hints& to) {
    const auto bit = static_cast<std::uint8_t>(1U << group);
    for (std::size_t i = 0; i < to.size(); ++i) {
      if (i < utf8.size()) {
        to[i].of[byte(i) & 63U] |= bit;
        to[i].low[byte(i) & 15U] |= bit;
        to[i].high[byte(i) >> 4U] |= bit;
      } else {  // what follows does not matter
        for (auto& n : to[i].of) n |= bit;
        for (auto& n : to[i].low) n |= bit;
        for (auto& n : to[i].high) n |= bit;
      }
    }
  };
  // Groups of prefixes that have little in common with what is frequent in Japanese.
  const unsigned first = unsigned{byte(0)} << 8U | byte(1);
  const bool other = byte(0) < 0xe3 || byte(0) >= 0xf0;
  unsigned group = other ? 0 : 6;
  if (first == 0xe380) group = 1;
  if (byte(0) == 0xe3 && first > 0xe380) group = 2;
  if (byte(0) == 0xe4) group = 3;
  if (first == 0xe585 || first == 0xe59b) group = 4;
  if (group == 6 && byte(0) >= 0xe5 && byte(0) <= 0xe9) group = 5;
  if ((odd & kOddSign) != 0) group = 7;
  static_assert(kSignHint == 1U << 7U);
  if ((odd & kTrigger) != 0) add(group, triggers_);

  group = other ? 0 : 7;
  if (first == 0xe380) group = 1;
  if (first == 0xe381) group = 2;
  if (first == 0xe382 || first == 0xe383) group = 3;
  if (byte(0) == 0xe3 && first > 0xe383) group = 4;
  if (byte(0) == 0xe4) group = 5;
  if (byte(0) >= 0xe5 && byte(0) <= 0xe9) group = 6;
  add(group, odds_);
}

const Characters& Characters::get() {
  static const Characters characters;
  return characters;
}

std::uint8_t Characters::odd_slowly(const std::uint8_t* p, std::size_t n,
                                    std::size_t& length) const {
  const Decoded c = decode(p, n);
  length = c.length == 0 ? 1 : c.length;
  return c.length == 0 ? std::uint8_t{0} : odd(c.value);
}

std::uint8_t Characters::odd_before(const std::uint8_t* text, std::size_t at,
                                    std::size_t& length) const {
  for (std::size_t back = 2; back <= 4 && back <= at; ++back) {
    if ((text[at - back] & 0xc0U) != 0xc0) continue;
    const Decoded c = decode(text + at - back, back);
    if (c.length != back) break;
    length = back;
    return odd(c.value);
  }
  length = 1;
  return 0;
}

}  // namespace hitokoe::matcher::sweep
