// Long numbers as people write them: groups of digits with little between.
#pragma once

#include <array>
#include <string_view>

#include "identity/characters.h"

namespace hitokoe::identity {

// 0..9 of a digit in ASCII or kanji, else -1.
constexpr int any_digit(char32_t c) { return c < 0x80 ? ascii_digit(c) : kanji_digit(c); }

struct DigitGroup {
  std::size_t begin, end;    // characters of the text
  std::size_t first, count;  // its digits
};

struct DigitGroups {
  static constexpr std::size_t kMostDigits = 40;
  static constexpr std::size_t kMostGroups = 12;

  std::array<char, kMostDigits> digits;
  std::array<DigitGroup, kMostGroups> groups;
  std::size_t count = 0;  // groups
  std::size_t size = 0;   // digits
  bool cut = false;       // there was more than fits: the last group is not whole

  // The digits of groups[from..to).
  std::string_view view(std::size_t from, std::size_t to) const {
    const DigitGroup& last = groups[to - 1];
    return {digits.data() + groups[from].first, last.first + last.count - groups[from].first};
  }
};

// Reads the groups from text[at], a digit, on: between two of them stand a dash, a dot, an
// underscore or a slash, or two spaces at most, or a dash between spaces. Gives where they end; all
// digits are passed, also those that do not fit.
std::size_t read_digit_groups(Chars text, std::size_t at, DigitGroups& out);

}  // namespace hitokoe::identity
