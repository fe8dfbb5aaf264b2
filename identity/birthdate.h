// Dates in a text.
#pragma once

#include <array>
#include <cstdint>

#include "identity/forms.h"

namespace hitokoe::identity {

struct Day {
  std::uint16_t year;
  std::uint8_t month, day;
};

struct DateMatch {
  std::size_t length = 0;  // characters; 0: no date here
  std::array<Day, 6> readings{};
  std::size_t count = 0;
  bool sure = false;  // four digits of a year, or an era: more than three small numbers

  void add(int year, int month, int day);  // where there is such a day
};

// The date that begins at text[at], with every day that it may mean. O(1).
DateMatch date_at(Chars text, std::size_t at);
void append_dates(const DateMatch& match, Forms& forms);

}  // namespace hitokoe::identity
