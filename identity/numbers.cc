// Customer and contract numbers: letters and digits, whatever stands between them; names of plans.
#include "hitokoe/text/fold.h"
#include "identity/characters.h"

namespace hitokoe::identity {

void normalize_number(Chars value, Side, Forms& forms) {
  constexpr std::size_t kLongest = 64;
  const std::size_t first = forms.size();
  FormText& out = forms.text();
  bool digit = false;
  for (const char32_t c : trim(value)) {
    if (is_ascii_digit(c) || is_ascii_letter(c)) {
      digit = digit || is_ascii_digit(c);
      out += static_cast<char>(upper(c));
    } else if (!is_space(c) && !is_dash(c) && c != U'_' && c != U'.' && c != U'/' && c != U'#') {
      forms.drop();
      return;
    }
  }
  if (!digit || forms.current().size() > kLongest) forms.drop();
  forms.commit(first);
}

void normalize_plan(Chars value, Side, Forms& forms) {
  constexpr std::size_t kLongest = 96;  // characters
  value = trim(value);
  if (value.size() < 2 || value.size() > kLongest) return;
  const std::size_t first = forms.size();
  std::size_t letters = 0, kept = 0;
  for (const char32_t c : value) {
    const bool mark = c == 0x3099 || c == 0x309a;  // would join what a gap held apart
    const bool word =
        !mark && (is_ascii_letter(c) || is_kanji(c) || is_hiragana(c) || is_katakana(c));
    if (!word && !is_ascii_digit(c) && c != U'+') continue;
    letters += word ? 1 : 0;
    ++kept;
    forms.text().put(lower(c));
  }
  if (letters == 0 || kept < 2) forms.drop();
  forms.commit(first);
}

}  // namespace hitokoe::identity
