// Classes of folded characters that several fields share.
#pragma once

#include <cstdint>

#include "identity/forms.h"

namespace hitokoe::identity {

constexpr bool is_ascii_digit(char32_t c) { return c >= U'0' && c <= U'9'; }
constexpr bool is_ascii_letter(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
}
constexpr char32_t lower(char32_t c) { return c >= U'A' && c <= U'Z' ? c + 32 : c; }
constexpr char32_t upper(char32_t c) { return c >= U'a' && c <= U'z' ? c - 32 : c; }
constexpr bool is_space(char32_t c) { return c == U' ' || c == U'\t' || c == U'\r' || c == U'\n'; }
constexpr bool is_kanji(char32_t c) {
  return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) || c == U'々' ||
         (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x323af);
}
constexpr bool is_hiragana(char32_t c) { return c >= 0x3041 && c <= 0x309e; }
constexpr bool is_katakana(char32_t c) { return c >= 0x30a1 && c <= 0x30fe && c != U'・'; }

// Every character that people write where a dash belongs: ASCII, U+2010–2015, minus, box drawing,
// the long vowel mark.
constexpr bool is_dash(char32_t c) {
  return c == U'-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0x2500 || c == 0x2501 ||
         c == U'ー' || c == 0x2043 || c == 0x02d7;
}
constexpr bool is_tilde(char32_t c) { return c == U'~' || c == U'〜' || c == 0x223c; }

// 0..9 of an ASCII digit, else -1. (Folding has made full-width digits ASCII.)
constexpr int ascii_digit(char32_t c) {
  return is_ascii_digit(c) ? static_cast<int>(c - U'0') : -1;
}

// 0..9 of a kanji digit, also of the legal forms 壱弐参 and of the old 壹貳參, else -1.
constexpr int kanji_digit(char32_t c) {
  if (c < 0x3007 || c > 0x96f6) return -1;
  switch (c) {
    case U'〇':
    case U'零':
      return 0;
    case U'一':
    case U'壱':
    case U'壹':
    case U'弌':
      return 1;
    case U'二':
    case U'弐':
    case U'貳':
    case U'貮':
    case U'弍':
      return 2;
    case U'三':
    case U'参':
    case U'參':
    case U'弎':
      return 3;
    case U'四':
    case U'肆':
      return 4;
    case U'五':
    case U'伍':
      return 5;
    case U'六':
      return 6;
    case U'七':
    case U'漆':
      return 7;
    case U'八':
      return 8;
    case U'九':
    case U'玖':
      return 9;
    default:
      return -1;
  }
}
// 10, 100, 1000, 10000 of 十百千万, else 0.
constexpr std::uint32_t kanji_unit(char32_t c) {
  switch (c) {
    case U'十':
    case U'拾':
      return 10;
    case U'百':
      return 100;
    case U'千':
      return 1000;
    case U'万':
    case U'萬':
      return 10000;
    default:
      return 0;
  }
}

struct KanjiNumber {
  std::uint32_t value;
  std::size_t length;  // characters; 0: none here
};
// The number in kanji at text[at]: positional (一九八〇) or with units (五十五), up to 99,999,999.
// A run that is neither is taken as far as it makes sense.
KanjiNumber kanji_number(Chars text, std::size_t at);

inline Chars trim(Chars value) {
  while (!value.empty() && is_space(value.front())) value = value.subspan(1);
  while (!value.empty() && is_space(value.back())) value = value.first(value.size() - 1);
  return value;
}

}  // namespace hitokoe::identity
