// Names and readings.
#include <algorithm>

#include "identity/characters.h"
#include "identity/variants.h"

namespace hitokoe::identity {
namespace {

constexpr std::size_t kLongestName = 64;  // characters

// Spaces and the points between the parts of a name.
bool is_gap(char32_t c) {
  return is_space(c) || c == U'・' || c == U'·' || c == U'、' || c == U',' || c == U'.' ||
         c == U'=' || c == 0x30a0;
}

// A mark that stands at no kana: after a point that is left out it would join what stands before
// it.
bool is_lone_sound_mark(char32_t c) { return c == 0x3099 || c == 0x309a; }

bool is_letter(char32_t c) {
  if (is_lone_sound_mark(c)) return false;
  return is_ascii_letter(c) || is_kanji(c) || is_hiragana(c) || is_katakana(c) ||
         (c >= 0xc0 && c < 0x250) || (c >= 0x370 && c < 0x530) || (c >= 0xac00 && c <= 0xd7a3);
}

bool ends_with(Chars value, std::u32string_view tail) {
  return value.size() > tail.size() &&
         std::equal(tail.begin(), tail.end(), value.end() - static_cast<long>(tail.size()));
}

Chars without_honorific(Chars value) {
  for (const std::u32string_view tail :
       {U"様", U"さま", U"サマ", U"殿", U"さん", U"御中", U"先生"}) {
    // 様 of 様子 is no honorific, and a name has two characters at least.
    if (ends_with(value, tail) && value.size() >= tail.size() + 2) {
      return trim(value.first(value.size() - tail.size()));
    }
  }
  return value;
}

// "山田太郎(ヤマダタロウ)" → "山田太郎": a reading or a note after the name.
Chars without_note(Chars value) {
  const auto open = std::find(value.begin(), value.end(), U'(');
  if (open == value.end() || value.back() != U')') return value;
  const auto before = static_cast<std::size_t>(open - value.begin());
  return before >= 2 ? trim(value.first(before)) : value;
}

std::size_t letters_of(Chars value) {
  return static_cast<std::size_t>(std::count_if(value.begin(), value.end(), is_letter));
}

std::size_t digits_of(Chars value) {
  return static_cast<std::size_t>(std::count_if(value.begin(), value.end(), is_ascii_digit));
}

template <class FoldKanji>
void append_name(Chars value, FoldKanji fold_kanji, std::string& out) {
  char32_t previous = 0;
  for (char32_t c : value) {
    if (is_gap(c) || is_lone_sound_mark(c)) continue;
    if (is_kanji(c)) {
      c = fold_kanji(c);
    } else if (is_dash(c) && (is_katakana(previous) || is_hiragana(previous))) {
      c = U'ー';  // マリ−
    } else {
      c = lower(c);
    }
    text::append_utf8(c, out);
    previous = c;
  }
}

// Katakana of any kana: large, without the sounds that readings write both ways. 0: no kana.
char32_t kana_of(char32_t c) {
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

}  // namespace

void normalize_name(Chars value, Side, Forms& forms) {
  value = without_honorific(without_note(trim(value)));
  if (value.size() > kLongestName || letters_of(value) < 2 || digits_of(value) > 1) return;
  if (std::find(value.begin(), value.end(), U'@') != value.end()) return;
  const std::size_t first = forms.size();
  append_name(value, fold_name_kanji, forms.text());
  forms.commit(first);
  const bool differs = std::any_of(value.begin(), value.end(), [](char32_t c) {
    return is_kanji(c) && fold_loose_kanji(c) != fold_name_kanji(c);
  });
  if (!differs) return;
  append_name(value, fold_loose_kanji, forms.text());
  forms.commit(first);
}

void normalize_kana(Chars value, Side, Forms& forms) {
  value = without_honorific(trim(value));
  if (value.size() > kLongestName) return;
  const std::size_t first = forms.size();
  std::string& out = forms.text();
  bool long_vowel = false;
  std::size_t kana = 0;
  for (const char32_t c : value) {
    if (is_gap(c) || c == U'(' || c == U')') continue;
    if (is_dash(c)) {
      if (kana == 0) {
        forms.drop();
        return;
      }
      text::append_utf8(U'ー', out);
      long_vowel = true;
      continue;
    }
    const char32_t folded = kana_of(c);
    if (folded == 0) {
      forms.drop();
      return;
    }
    text::append_utf8(folded, out);
    ++kana;
  }
  if (kana < 2) forms.drop();
  forms.commit(first);
  if (!long_vowel || forms.size() == first) return;
  for (const char32_t c : value) {
    if (const char32_t folded = kana_of(c); folded != 0 && !is_dash(c)) {
      text::append_utf8(folded, out);
    }
  }
  forms.commit(first);
}

}  // namespace hitokoe::identity
