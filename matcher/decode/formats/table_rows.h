// The rows of one table of a document → records: CellTable reads it, but for forms, in which label
// and value come in turn (氏名 | … | フリガナ | …).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "matcher/decode/formats/named_record.h"
#include "matcher/rows/cell_table.h"
#include "matcher/rows/layout.h"

namespace hitokoe::matcher {

// Holds the first 32 rows until it is known what the table is.
class TableRows {
 public:
  explicit TableRows(Reading& reading);
  // `readings`: how the text of a cell is read (ふりがな), as the document has it beside the text;
  // empty, or as many as `cells`. The reading of a name serves as its kana.
  Result<void> row(std::span<const std::string> cells, std::span<const std::string> readings = {});
  Result<void> finish();

  // What is known of the columns so far: by a header, behind the first rows also by the cells;
  // empty: nothing.
  Layout columns() const;

 private:
  enum class How { kUnknown, kRows, kPairs };
  struct Row {
    std::vector<std::string> cells, readings;
  };
  How decide() const;
  void find_names();
  Result<void> settle();
  Result<void> pass(const Row& row);
  Result<void> pairs(const Row& row);

  How how_ = How::kUnknown;
  std::vector<Row> first_;
  CellTable table_;
  // Under a header with names and without kana: the column of the names, and where a column of
  // their readings is put in.
  std::size_t widest_ = 0;  // of the first rows
  std::size_t names_at_ = 0, kana_at_ = 0;
  NamedRecord form_;
  std::vector<std::string> seen_;  // labels of the form so far
};

}  // namespace hitokoe::matcher
