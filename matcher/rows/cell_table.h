// Rows whose cells are known already (a sheet, an HTML table, an SQL statement, lines that were
// split) → records. The one place where columns are recognised and rows become values.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "hitokoe/base/result.h"
#include "matcher/rows/layout.h"
#include "matcher/rows/row_sink.h"

namespace hitokoe::matcher {

// A header counts wherever it comes, also again; rows before it are read as text, and so is a row
// that does not fit. Without a header the columns are recognised by what stands in the first 32
// rows (or 64 KiB), which are held back until then. A table that stands on its side (labels in the
// first column) is read by its columns. The values of another person (保護者氏名) make a record of
// their own. Values given are valid during the call.
class CellTable {
 public:
  explicit CellTable(RowSink sink);
  ~CellTable();
  CellTable(const CellTable&) = delete;
  CellTable& operator=(const CellTable&) = delete;

  // Where the format tells the columns' names. Rows held back until now are read first. Columns
  // with names that say nothing are recognised by content.
  Result<void> names(std::span<const std::string_view> names);
  // As a caller found it who has seen the rows already.
  void begin(Layout layout);

  // Cells are trimmed by the caller. An Error of the sink ends it.
  Result<void> row(std::span<const std::string_view> cells);
  // False: the row does not fit the layout that stands; nothing was taken. Only after begin().
  Result<bool> fitting_row(std::span<const std::string_view> cells);
  // The table ends; the next row begins another.
  Result<void> finish();

  const Layout& layout() const;                     // that stands; empty: none yet
  const identity::NumberPatterns& numbers() const;  // the sink's

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::matcher
