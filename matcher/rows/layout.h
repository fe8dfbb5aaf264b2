// What the columns of a table are, and what a row says under it.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/identity/number_patterns.h"
#include "hitokoe/identity/record_keys.h"
#include "matcher/rows/header_names.h"

namespace hitokoe::matcher {

struct Layout {
  struct Column {
    std::size_t index;  // of the cell
    ColumnMeaning meaning;
    // Columns of one value have the same group: the second telephone number in three columns is
    // another group than the first.
    std::uint8_t group = 0;
  };
  std::size_t cells = 0;
  std::vector<Column> columns;    // by person, field, group and part
  std::vector<std::size_t> open;  // columns that nothing is known of: each cell is looked at
  bool own_numbers = false;       // a column was told by how a carrier writes its numbers

  bool empty() const { return columns.empty() && open.empty(); }
};

using CellRow = std::vector<std::string>;

// What the names of columns say; nothing is asked of them. Columns with a name that says nothing
// are `open`, those of other things are left out.
Layout layout_of_names(std::span<const std::string_view> names);

// Cells whose meanings are known.
Layout layout_of_meanings(std::span<const ColumnMeaning> meanings);

// Too long for the name of a column, with too many digits, or with an '@'.
bool looks_like_data(std::string_view cell);

// The layout that this row announces as a header: at least two fields, and no cell that looks like
// data. Empty otherwise.
Layout layout_of_header(std::span<const std::string_view> cells);

// Gives what is `open` a meaning by what stands in `rows`; a field that a name has announced is not
// looked for. What is empty there stays open; the rest is closed.
void complete_layout(Layout& layout, std::span<const CellRow> rows,
                     const identity::NumberPatterns& numbers);

// The layout of rows without a header, from what their cells are. Empty where fewer than
// `least_typed` fields can be recognised.
Layout layout_of_rows(std::span<const CellRow> rows, std::size_t least_typed,
                      const identity::NumberPatterns& numbers);

// Cells that stand for nothing: empty, \N, NULL, null, (null), None, nan, N/A, -.
bool is_null(std::string_view cell);
// "=\"0901\"" and "'0901" as spreadsheets write text; no other change.
std::string_view clean(std::string_view cell);

// The values of one row under a layout. Reusable; records are valid until the next call and as long
// as the cells are.
class RowValues {
 public:
  RowValues() = default;
  // In cells of which nothing is known these are looked for too; outlive the values.
  explicit RowValues(const identity::NumberPatterns& numbers) : numbers_(&numbers) {}

  void apply(const Layout& layout, std::span<const std::string_view> cells);
  // The customer's record first, which may be empty, then those of other persons.
  std::size_t records() const { return ends_.size(); }
  std::span<const identity::FieldValue> record(std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::span(values_).subspan(begin, ends_[i] - begin);
  }

 private:
  static constexpr std::size_t kMostJoined = 16;
  void join(const Layout& layout, std::size_t from, std::size_t to,
            std::span<const std::string_view> cells);
  void put(identity::FieldId field, std::string_view raw);
  void end_record(Person person);

  const identity::NumberPatterns* numbers_ = nullptr;
  std::vector<identity::FieldValue> values_;
  std::vector<std::size_t> ends_;
  std::array<std::string, kMostJoined> joined_;
  std::size_t used_ = 0;
};

// What tells records from mere values: a name, a place, a number, ... Name and kana count once.
std::size_t distinct_kinds(std::span<const identity::FieldValue> values);
unsigned kind_bit(identity::FieldId field);

}  // namespace hitokoe::matcher
