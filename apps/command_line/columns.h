// How wide a text is on a terminal.
#pragma once

#include <cstddef>
#include <string_view>

namespace hitokoe::command_line {

// Kana, kanji and full-width signs take two columns. For our own texts: it knows no combining
// marks.
inline std::size_t columns(std::string_view utf8) {
  std::size_t n = 0;
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0U) == 0x80) continue;  // the rest of a character
    n += byte >= 0xe3 ? 2 : 1;             // from U+3000 on
  }
  return n;
}

}  // namespace hitokoe::command_line
