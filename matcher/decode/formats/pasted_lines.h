// Whether lines within a block or a cell of a page are a list that somebody pasted.
#pragma once

#include <cstdint>
#include <string_view>

namespace hitokoe::matcher {

// "氏名,電話番号,メール": names of at least two columns with a delimiter between. Such a line is no
// label of what stands below it. O(length).
bool is_header_line(std::string_view line);

// A row of somebody's: an address or a number, and two delimiters of a kind or "address:secret".
bool is_row_line(std::string_view line);

// A name of a value that stands alone on its line: "電話番号", "電話番号：". O(length).
bool is_label_line(std::string_view line);

// kUnderHeader: rows under a header line that are cut as it is (two, or one of three columns and
// more). kAlike: two and more that are cut alike; a postal address in two lines is none, but how
// one person is reached (contact_cell.h) may look like it. O(length).
enum class Pasted : std::uint8_t { kNo, kUnderHeader, kAlike };
Pasted pasted_rows(std::string_view lines);

}  // namespace hitokoe::matcher
