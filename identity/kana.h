// How readings are compared: large katakana, without the sounds that are written both ways.
#pragma once

#include "identity/characters.h"

namespace hitokoe::identity {

// Katakana of any kana: large, ヂヅヲヴヰヱ as ジズオブイエ. 0: no kana.
constexpr char32_t kana_of(char32_t c) {
  if (is_hiragana(c)) c += 0x60;
  if (c < 0x30a1 || c > 0x30fe) return 0;
  switch (c) {
    case U'ァ':
    case U'ィ':
    case U'ゥ':
    case U'ェ':
    case U'ォ':
    case U'ッ':
    case U'ャ':
    case U'ュ':
    case U'ョ':
    case U'ヮ':
      return c + 1;
    case U'ヵ':
      return U'カ';
    case U'ヶ':
      return U'ケ';
    case U'ヂ':
      return U'ジ';
    case U'ヅ':
      return U'ズ';
    case U'ヲ':
      return U'オ';
    case U'ヴ':
      return U'ブ';
    case U'ヰ':
      return U'イ';
    case U'ヱ':
      return U'エ';
    case U'・':
      return 0;
    default:
      return c;
  }
}

}  // namespace hitokoe::identity
