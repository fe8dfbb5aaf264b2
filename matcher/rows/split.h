// One row of delimiter-separated text as leaks have it: quotes where they are well-formed, else
// taken as text. Unlike text::CsvReader, which reads a holder's own file strictly, nothing here is
// refused.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hitokoe::matcher {

inline constexpr std::size_t kMostCells = 512;
inline constexpr std::size_t kMostRow = 64U << 10;  // bytes; a longer row ends there

struct SplitRow {
  std::vector<std::string_view> cells;  // trimmed of spaces; into the text or into `unquoted`
  std::size_t length = 0;               // of the row in the text, with its line end
  std::string unquoted;                 // reused storage of cells with doubled quotes
};

// The row at the beginning of `text`. False: it cannot be told yet where the row ends; never when
// `last` (nothing follows) or when `text` has kMostRow bytes.
// Lines end with LF, CRLF or CR. A quote that is not closed within kMostRow bytes is text.
bool split_row(std::string_view text, char delimiter, bool last, SplitRow& row);

// Length of the line at the beginning of `text` without its end, and with it. npos: not known yet.
struct LineEnd {
  std::size_t content = 0;
  std::size_t length = std::string_view::npos;
};
LineEnd line_end(std::string_view text, bool last);

std::string_view trimmed(std::string_view text);  // of ASCII and ideographic spaces, and of NUL

}  // namespace hitokoe::matcher
