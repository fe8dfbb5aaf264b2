// What the columns of a table are, told by their cells alone.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "hitokoe/identity/number_patterns.h"
#include "matcher/rows/header_names.h"

namespace hitokoe::matcher {

struct ColumnTypes {
  std::vector<ColumnMeaning> meanings;  // a cell may be read in more than one way
  std::uint8_t group = 0;
  int id = 0;          // identifiers as systems give them; 2: all of one length and pattern
  bool empty = false;  // nothing stands in it
};

// One for each column of the first row; those that are not `wanted` (ascending) stay without a
// meaning. Single columns: mail addresses, kana, names, telephone numbers, postal codes, dates,
// addresses. Several side by side: 姓 and 名, a date or a telephone number in three, a postal code
// in two, an address from the prefecture on. Contract and customer numbers only by `numbers`, the
// patterns of the carriers. O(cells).
std::vector<ColumnTypes> type_columns(std::span<const std::vector<std::string>> rows,
                                      std::span<const std::size_t> wanted,
                                      const identity::NumberPatterns& numbers);

}  // namespace hitokoe::matcher
