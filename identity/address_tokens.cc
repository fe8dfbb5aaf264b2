#include "identity/address_tokens.h"

#include <string>

#include "identity/variants.h"

namespace hitokoe::identity {
namespace {

constexpr std::size_t kLongestNumber = 9;

bool starts_number(Chars text, std::size_t i) {
  return i < text.size() && (is_ascii_digit(text[i]) || kanji_digit(text[i]) >= 0);
}

// 霞が関, 霞ヶ関, 霞ケ関; 丸の内, 丸ノ内; 四ッ谷, 四つ谷. `last` is the token before.
char32_t fold_particle(Chars text, std::size_t i, AddressToken last) {
  const char32_t c = text[i];
  const char32_t next = i + 1 < text.size() ? text[i + 1] : 0;
  switch (c) {
    case U'ヶ':
    case U'ヵ':
      return U'ケ';
    case U'が':
    case U'ガ':
      return last != 0 && last != U' ' && !is_katakana(last) && is_kanji(next) ? U'ケ' : c;
    case U'ノ':
    case U'丿':
      return is_katakana(last) || is_katakana(next) ? c : U'の';
    case U'之':
    case U'乃':
      if (is_number(last) && starts_number(text, i + 1)) return U'の';
      return last != 0 && is_kanji(next) ? U'の' : c;
    case U'町':  // 五町目
      return is_number(last) && next == U'目' ? U'丁' : c;
    case U'ッ':
      return is_katakana(last) ? c : U'ツ';
    case U'つ':
    case U'っ':
      return is_number(last) && is_kanji(next) ? U'ツ' : c;
    default:
      return is_kanji(c) ? fold_address_kanji(c) : upper(c);
  }
}

// 太田5の通り = 太田5通, さくら通り = さくら通.
bool left_out(Chars text, std::size_t i, AddressToken last) {
  const char32_t c = text[i];
  if (c == U'り' || c == U'リ') return last == U'通';
  if (c != U'の' && c != U'ノ') return false;
  return is_number(last) && i + 1 < text.size() && text[i + 1] == U'通';
}

// A dash between numbers; the same signs after kana are a long vowel: センター5-6.
char32_t fold_dash(Chars text, std::size_t i, AddressToken last) {
  const char32_t c = text[i];
  const bool after_kana = !is_number(last) && (is_katakana(last) || is_hiragana(last));
  if (!after_kana) return U'-';
  if (c == U'ー') return U'ー';
  return starts_number(text, i + 1) ? U'-' : U'ー';
}

}  // namespace

void tokenize_address(Chars text, AddressTokens& out) {
  out.size = 0;
  std::size_t i = 0;
  AddressToken last = 0;
  while (i < text.size() && i < 0xffff && out.size < AddressTokens::kMost) {
    const char32_t c = text[i];
    const std::size_t begin = i;
    AddressToken token = c;
    if (is_ascii_digit(c)) {
      std::uint32_t value = 0;
      std::size_t end = i;
      for (; end < text.size() && is_ascii_digit(text[end]); ++end) {
        if (end - i < kLongestNumber) {
          value = value * 10 + static_cast<std::uint32_t>(ascii_digit(text[end]));
        }
      }
      token = kNumberToken | (value & kValueMask);
      i = end;
    } else if (kanji_digit(c) >= 0 || kanji_unit(c) != 0) {
      const KanjiNumber number = kanji_number(text, i);
      token = kNumberToken | kKanjiToken | (number.value & kValueMask);
      i += number.length;
    } else {
      ++i;
      if (is_space(c)) {
        if (last == U' ') continue;
        token = U' ';
      } else if (is_dash(c)) {
        token = fold_dash(text, begin, last);
      } else if (left_out(text, begin, last)) {
        continue;
      } else {
        token = fold_particle(text, begin, last);
      }
    }
    out.begin[out.size] = static_cast<std::uint16_t>(begin);
    out.token[out.size++] = token;
    last = token;
  }
  out.begin[out.size] = static_cast<std::uint16_t>(i);
}

void append_place_token(AddressToken token, FormText& out) {
  if (!is_number(token)) {
    out.put(token);
    return;
  }
  static constexpr std::string_view kDigits[] = {"〇", "一", "二", "三", "四",
                                                 "五", "六", "七", "八", "九"};
  std::uint32_t value = value_of(token);
  if (value == 0 || value > 99'999'999) {
    out += value == 0 ? kDigits[0] : std::string_view(std::to_string(value));
    return;
  }
  const auto append_below_10000 = [&out](std::uint32_t n, bool ones) {
    constexpr std::uint32_t kUnits[] = {1000, 100, 10};
    constexpr std::string_view kNames[] = {"千", "百", "十"};
    for (std::size_t u = 0; u < 3; ++u) {
      const std::uint32_t d = n / kUnits[u] % 10;
      if (d > 1) out += kDigits[d];
      if (d > 0) out += kNames[u];
    }
    if (n % 10 > 0 && (ones || n != 1)) out += kDigits[n % 10];
  };
  if (value >= 10000) {
    append_below_10000(value / 10000, false);
    out += "万";
    value %= 10000;
  }
  append_below_10000(value, true);
}

}  // namespace hitokoe::identity
