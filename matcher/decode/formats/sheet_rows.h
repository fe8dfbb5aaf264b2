// Rows of a sheet as a spreadsheet has them, sparse and with merged cells → rows of a table.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "matcher/decode/formats/table_rows.h"

namespace hitokoe::matcher {

struct SheetCell {
  std::uint32_t column = 0;
  std::string text, reading;
};

// A range of cells that shows the value of its first one. Only rows matter: what is merged over
// columns would be the same value twice.
struct MergedCells {
  std::uint32_t first_row, last_row, column;
};
inline constexpr std::size_t kMostMerged = 100'000;

class SheetRows {
 public:
  SheetRows(Reading& reading, std::vector<MergedCells> merged);

  // Rows in ascending order. Cells beyond kMostCells columns are left out: too_wide().
  Result<void> row(std::uint32_t number, std::vector<SheetCell>& cells);
  Result<void> finish() { return table_.finish(); }
  bool too_wide() const { return too_wide_; }

 private:
  struct Shown {
    std::uint32_t last_row;
    std::string text, reading;
  };
  Reading& reading_;
  TableRows table_;
  std::vector<MergedCells> merged_;  // by first row
  std::size_t next_ = 0;
  std::map<std::uint32_t, Shown> shown_;  // by column
  std::vector<std::string> texts_, readings_;
  bool too_wide_ = false;
};

// "AB12" → column 27 (from 0) and row 12; false where it is no reference.
bool cell_reference(std::string_view reference, std::uint32_t& column, std::uint32_t& row);

}  // namespace hitokoe::matcher
