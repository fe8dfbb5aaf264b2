// Columns of text that stand below each other on a screen, and fixed records of banks.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "matcher/rows/layout.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

// "-----", "+---+---+", "|:--|--:|", "─┼─": a line that only draws.
bool is_ruled(std::string_view line);

// Where the columns of these lines begin: behind columns of the screen that are blank in all of
// them. Empty: there is one column only. O(bytes), at most 1024 columns of the screen.
std::vector<std::size_t> aligned_stops(std::span<const std::string_view> lines);

// The same for lines of one width without gaps between the columns: where the kind of character
// changes in all of them, or the blanks that fill a column end. Empty: the widths differ, or
// nothing is seen. For at least 4 lines.
std::vector<std::size_t> packed_stops(std::span<const std::string_view> lines);

// A record of the Japanese Bankers Association's formats for transfers and direct debits (全銀協
// 規定形式, 120 columns, data records begin with 2).
struct BankFile {
  Dialect dialect;
  Layout layout;
};
std::optional<BankFile> bank_file_at(std::string_view text);
bool is_bank_data(std::span<const std::string_view> cells);  // not header, trailer, end

}  // namespace hitokoe::matcher
