// Whether a table begins with a line of text, how it is cut, and what its columns are.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "matcher/rows/layout.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

struct FoundTable {
  Dialect dialect;
  Layout layout;
  std::size_t header = 0;  // bytes of the header; 0: the first line is a row
  bool bank_file = false;
};

// Looks 16 KiB ahead. Delimiters: , tab ; | and a few dozen others of one to four characters, gaps
// of spaces, columns of the screen. A table has a header with two known names, or rows whose cells
// are of known kinds: two in three rows, three in one; or mail addresses or telephone numbers first
// with something behind them (lists of passwords).
class TableFinder {
 public:
  // `numbers` of the carriers outlive the finder.
  explicit TableFinder(const identity::NumberPatterns& numbers) : numbers_(numbers) {}

  // `text` begins with a line that is not blank, and shows kSampleBytes or all that is left
  // (`last`). `in_table`: the line does not fit a table that stands; another has to prove more.
  std::optional<FoundTable> find(std::string_view text, bool last, bool in_table);

  static constexpr std::size_t kSampleBytes = 16U << 10;

 private:
  std::optional<FoundTable> with_header(std::string_view ahead, std::string_view line, bool ends);
  std::optional<FoundTable> headless(std::string_view ahead, std::string_view line, bool ends,
                                     std::size_t least_rows);
  std::optional<FoundTable> aligned(std::string_view ahead, std::string_view line, bool ends);
  bool telling(std::string_view cell) const;
  bool known_name(std::string_view cell);
  bool may_be_header(std::span<const std::string_view> cells);

  // Lines like one that began no table are let pass for a while: looking ahead is not free. Texts
  // have a few kinds of lines; two that fall into one place only look more often.
  struct Quiet {
    std::uint64_t like = 0;
    std::size_t lines = 0;   // still to be let pass
    std::size_t length = 0;  // so many were, the last time
  };
  std::array<Quiet, 64> quiet_{};
  bool looked_ = false;
  bool one_line_ = false;  // quotes are not looked for beyond the line
  std::size_t open_quotes_ = 0;
  std::vector<Dialect> candidates_;  // ways to cut the line
  bool plain_ = false;               // they are the same whatever quotes stand around it
  NameMemory names_;
  const identity::NumberPatterns& numbers_;
};

}  // namespace hitokoe::matcher
