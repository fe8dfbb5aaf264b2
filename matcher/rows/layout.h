// What the columns of a table are.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/identity/record_keys.h"
#include "matcher/rows/header_names.h"

namespace hitokoe::matcher {

struct Layout {
  struct Column {
    std::size_t index;  // of the cell
    ColumnMeaning meaning;
  };
  char delimiter = 0;
  std::size_t cells = 0;
  std::vector<Column> columns;  // parts of one value in their order

  bool empty() const { return columns.empty(); }
};

inline constexpr char kDelimiters[] = {',', '\t', ';', '|'};

// The layout that this row announces as a header: at least two columns with a known name and no
// cell that looks like data. Empty otherwise.
Layout layout_of_header(std::span<const std::string_view> cells, char delimiter);

// The layout of rows without a header, from what their cells are. Empty where fewer than
// `least_typed` columns can be recognised.
Layout layout_of_rows(std::span<const std::vector<std::string>> rows, char delimiter,
                      std::size_t least_typed);

// The values of one row under a layout. Reusable; `values()` is valid until the next call and as
// long as the cells are.
class RowValues {
 public:
  void apply(const Layout& layout, std::span<const std::string_view> cells);
  std::span<const identity::FieldValue> values() const { return values_; }

 private:
  std::vector<identity::FieldValue> values_;
  std::vector<std::string> joined_ = std::vector<std::string>(4);
};

}  // namespace hitokoe::matcher
