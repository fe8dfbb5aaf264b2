// What the order of the rows says: a leak whose rows stand as they stood in a holder's file.
//
// Neighbouring rows of the leak are looked up in the holder's file: their ranks rise in a file of
// that order, and rise and fall alike in any other (a sign test of neighbours; Kendall, Rank
// Correlation Methods, 1948). Capped: files of parents and children share their order. It is no
// evidence where the leak is sorted by a column that can be seen: anyone can sort.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/identity/record_keys.h"
#include "matcher/attribute/rates.h"
#include "matcher/index/classes.h"

namespace hitokoe::matcher {

// The ranks that the leak's customers have in a copy, in the order of the leak's rows; those that
// are not in it are left out. Costs reading the copy.
using RanksOf = std::function<std::vector<std::uint32_t>(std::uint32_t carrier, Ordinal ordinal)>;

// Natural log of the ratio to a source with another order; at least log(1 − kept_order), at most
// kMostOrder.
inline constexpr double kMostOrder = 4.6;  // 20 dB
double order_evidence(std::span<const std::uint32_t> ranks, const Rates& rates);

// Tells whether an exposure's rows are sorted by one of their columns. Keeps the last value of each
// column, nothing else.
class ColumnOrder {
 public:
  void see(std::span<const identity::FieldValue> row);
  bool sorted() const;

 private:
  static constexpr std::size_t kPrefix = 64;  // bytes of a value that are compared
  struct Column {
    std::array<char, kPrefix> last;
    std::size_t size = 0;
    std::uint64_t up = 0, down = 0;
  };
  std::array<Column, 64> columns_;  // by field
};

}  // namespace hitokoe::matcher
