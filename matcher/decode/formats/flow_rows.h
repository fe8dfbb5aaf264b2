// A document of paragraphs and tables → rows: paragraphs are lines of text, tables are tables,
// also within each other.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "matcher/decode/archive/archive_keys.h"
#include "matcher/decode/formats/table_rows.h"
#include "matcher/decode/open_format.h"
#include "matcher/rows/row_reader.h"

namespace hitokoe::matcher {

// Nothing of it may be called in an order that crashes it: documents are nested as they like.
class FlowRows {
 public:
  // `info` outlives it.
  FlowRows(Reading& reading, const DocumentInfo& info)
      : reading_(reading), info_(info), passwords_(reading), lines_(reading.sink()) {}

  Result<void> text(std::string_view piece);
  void reading(std::string_view piece);  // how the text of this cell is read (ふりがな)
  // The end of a line, also in a cell.
  void end_line();
  // Text before and after is not one record.
  void gap();

  Result<void> open_table();
  void open_row();
  // `below`: how many rows further down show the same value; `across`: how many cells to the
  // right it covers, with nothing in them.
  void open_cell(std::uint32_t across = 0, std::uint32_t below = 0);
  // The value of the cell above.
  void as_above();
  void replace_cell(std::string_view text);
  void close_cell();
  // A row of one cell, and a cell that holds labelled lines, are text.
  Result<void> close_row();
  Result<void> close_table();

  Result<void> finish();
  bool in_cell() const { return !tables_.empty() && tables_.back().in_cell; }
  // The text of the cell so far, or of the line.
  std::string_view so_far() const;

 private:
  struct Above {
    std::string text;
    std::uint32_t rows_left = 0;
  };
  struct Table {
    explicit Table(Reading& reading) : rows(reading) {}
    TableRows rows;
    std::vector<std::string> cells, readings;
    std::vector<Above> above;  // by column
    bool in_cell = false;
    std::uint32_t across = 0, below = 0;
  };
  static constexpr std::size_t kMostTables = 16;  // within each other
  static bool is_text(Table& table, std::size_t column, std::size_t filled);
  void skip_covered(Table& table);
  Result<void> pass_text(bool all);

  Reading& reading_;
  const DocumentInfo& info_;
  PasswordFinder passwords_;  // a page may say what opens the archive beside it
  RowReader lines_;
  std::string text_;
  std::deque<Table> tables_;
  std::size_t deeper_ = 0;  // tables beyond kMostTables: their text is the cell's
};

}  // namespace hitokoe::matcher
