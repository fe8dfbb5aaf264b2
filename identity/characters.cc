#include "identity/characters.h"

namespace hitokoe::identity {

KanjiNumber kanji_number(Chars text, std::size_t at) {
  constexpr std::size_t kLongest = 8;
  const std::size_t end = at + kLongest < text.size() ? at + kLongest : text.size();
  std::uint32_t total = 0, part = 0, digits = 0, last_unit = 0;
  std::size_t i = at;
  for (; i < end; ++i) {
    if (const int digit = kanji_digit(text[i]); digit >= 0) {
      // After a unit one digit may stand; several digits in a row are positional.
      if (last_unit != 0 && digits == 1) break;
      part = part * 10 + static_cast<std::uint32_t>(digit);
      ++digits;
      continue;
    }
    const std::uint32_t unit = kanji_unit(text[i]);
    if (unit == 0) break;
    if (last_unit != 0 && unit >= last_unit) break;  // 十百 is no number
    if (digits > 1 && unit < 10000) break;           // 一九十 neither
    total += (digits == 0 ? 1 : part) * unit;
    part = 0;
    digits = 0;
    last_unit = unit;
  }
  return {total + part, i - at};
}

}  // namespace hitokoe::identity
