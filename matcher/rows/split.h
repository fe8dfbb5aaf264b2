// Rows of text that is cut by delimiters, as leaks have it: quotes where they are well-formed, else
// taken as text. Unlike text::CsvReader, which reads a holder's own file strictly, nothing here is
// refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hitokoe::matcher {

inline constexpr std::size_t kMostCells = 512;
inline constexpr std::size_t kMostRow = 64U << 10;     // bytes; a longer row ends there
inline constexpr std::size_t kMostQuoted = 16U << 10;  // bytes of a quoted cell

// How the lines of a table are cut.
struct Dialect {
  enum class Cut : std::uint8_t {
    kDelimiter,
    kSpaces,  // runs of at least `spaces` columns of blanks (ASCII, ideographic, tabs)
    kStops,   // at columns of the screen, where a full-width character takes two
  };
  Cut cut = Cut::kDelimiter;
  std::string delimiter = ",";  // one byte or more
  char quote = '"';             // '\0': none
  bool backslash = false;       // \" is a quote within a cell
  std::size_t spaces = 2;
  std::vector<std::size_t> stops;  // where columns begin, ascending, the first is 0
  std::size_t width = 0;           // of kStops: a row ends there, line end or not; 0: with its line
  friend bool operator==(const Dialect&, const Dialect&) = default;
};

struct SplitRow {
  std::vector<std::string_view> cells;  // trimmed of spaces; into the text or into `unquoted`
  std::size_t length = 0;               // of the row in the text, with its line end
  std::string unquoted;                 // reused storage of cells with escaped quotes
  bool several_lines = false;           // a cell holds a line end
};

// Cuts rows one after the other. Remembers where no closing quote was found, so that a file with an
// open quote on each line costs no more than one without.
class Splitter {
 public:
  explicit Splitter(Dialect dialect) : dialect_(std::move(dialect)) {}

  const Dialect& dialect() const { return dialect_; }
  // The row at the beginning of `text`, which stands at `offset` of the whole. False: it cannot be
  // told yet where the row ends; never when `last` (nothing follows) or when `text` has more than
  // kMostRow bytes. Lines end with LF, CRLF or CR. A quote that is not closed within kMostQuoted
  // bytes is text. `one_line`: no cell goes over a line end.
  bool split(std::string_view text, std::uint64_t offset, bool last, SplitRow& row,
             bool one_line = false);

 private:
  std::size_t closing_quote(std::string_view text, std::size_t from, std::uint64_t offset,
                            bool last);
  bool ends_cell(std::string_view text, std::size_t at, bool last) const;
  std::string_view unescaped(std::string_view cell, SplitRow& row) const;
  bool split_line(std::string_view text, bool last, SplitRow& row) const;
  bool split_delimited(std::string_view text, std::uint64_t offset, bool last, SplitRow& row);

  Dialect dialect_;
  std::uint64_t none_before_ = 0;  // no closing quote from where it was looked for to here
};

// Length of the line at the beginning of `text` without its end, and with it. npos: not known yet.
struct LineEnd {
  std::size_t content = 0;
  std::size_t length = std::string_view::npos;
};
LineEnd line_end(std::string_view text, bool last);

std::string_view trimmed(std::string_view text);  // of ASCII and ideographic spaces, and of NUL

// Columns of the screen that a character takes: 2 for full width, 0 for what stands on another.
struct WideCharacter {
  unsigned point = 0;
  std::uint8_t bytes = 1;
  std::uint8_t columns = 1;
};
WideCharacter wide_character(std::string_view text);

}  // namespace hitokoe::matcher
