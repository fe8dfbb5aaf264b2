// Whether lines within a block or a cell of a page are a list that somebody pasted.
#pragma once

#include <string_view>

namespace hitokoe::matcher {

// "氏名,電話番号,メール": names of at least two columns with a delimiter between. Such a line is no
// label of what stands below it. O(length).
bool is_header_line(std::string_view line);

// A row of somebody's: an address or a number, and two delimiters of a kind or "address:secret".
bool is_row_line(std::string_view line);

// A name of a value that stands alone on its line: "電話番号", "電話番号：". O(length).
bool is_label_line(std::string_view line);

// Rows under a header line that are cut as it is (two, or one of three columns and more), or two
// and more that are cut alike. A postal address in two lines is none. O(length).
bool are_pasted_rows(std::string_view lines);

// Without the tags that boards use for HTML's ([code], [quote=name], [/b]) before and behind it.
std::string_view without_board_tags(std::string_view line);

}  // namespace hitokoe::matcher
