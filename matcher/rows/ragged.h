// Rows with more or fewer cells than their table: an unquoted comma in an address, a cell left out.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "matcher/rows/layout.h"

namespace hitokoe::matcher {

// Where the cells of such a row belong, told by what they look like: the row is cut at one place,
// what stands before counts from the left, the rest from the right, and surplus cells are joined.
// Reusable. O(cells²) of the layout's columns, for at most 64 columns; wider rows do not fit.
class RaggedRow {
 public:
  // False: no cut makes a row of it. `cells()` is valid until the next call.
  bool fit(const Layout& layout, std::span<const std::string_view> cells);
  std::span<const std::string_view> cells() const { return cells_; }

 private:
  void lay_out(const Layout& layout, std::span<const std::string_view> cells, std::size_t cut);

  std::vector<std::string_view> cells_;
  std::string joined_;
};

}  // namespace hitokoe::matcher
