// What one cell looks like, and what it can be.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "hitokoe/identity/field.h"
#include "hitokoe/identity/field_set.h"
#include "hitokoe/identity/number_patterns.h"

namespace hitokoe::matcher {

struct CellShape {
  std::uint16_t chars = 0;
  std::uint16_t digits = 0;  // ASCII and full width
  std::uint16_t letters = 0;
  std::uint16_t hiragana = 0;
  std::uint16_t katakana = 0;  // full and half width, with ー
  std::uint16_t kanji = 0;
  std::uint16_t spaces = 0;
  std::uint16_t hyphens = 0;
  std::uint16_t middle_dots = 0;
  std::uint16_t other = 0;
  bool at = false;
  bool long_cell = false;  // only the first 512 bytes were looked at

  bool only_digits() const { return chars > 0 && digits == chars; }
  bool kana_only() const {
    return hiragana + katakana > 1 && hiragana + katakana + spaces + middle_dots == chars;
  }
  bool japanese() const { return hiragana + katakana + kanji > 0; }
  // Letters of a Japanese name and nothing else, as long as names are.
  bool name_like() const {
    return kanji + hiragana + katakana > 0 && chars - spaces <= 12 &&
           kanji + hiragana + katakana + spaces + middle_dots == chars;
  }
};

CellShape shape_of(std::string_view cell);

// Bytes of the name of a prefecture that the cell begins with; 0: none. `whole`: with 都道府県, or
// nothing behind it.
std::size_t prefecture_at(std::string_view cell);
bool is_prefecture(std::string_view cell);

// The field of a cell that stands alone, where its shape leaves no doubt: a mail address, a
// telephone number, an address from the prefecture on, 〒. Nothing for names, dates, plain numbers.
std::optional<identity::FieldId> plain_field(std::string_view cell);
// That, and what the carriers' patterns say of it.
identity::FieldSet plain_fields(std::string_view cell, const identity::NumberPatterns& numbers);

}  // namespace hitokoe::matcher
