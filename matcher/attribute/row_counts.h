// Whose snapshots hold the leaked rows.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "matcher/attribute/leak.h"

namespace hitokoe::matcher {

// Rows that a party's snapshots explain, and those that nobody else's do (the carrier's own base
// does not count as somebody else).
struct RowCounts {
  std::uint64_t matched = 0;
  std::uint64_t exclusive = 0;
};

// By party, of those that hold any. O(kinds of rows and their holders).
std::map<std::string, RowCounts> count_rows(const Leak& leak,
                                            std::span<const CarrierView> carriers);

}  // namespace hitokoe::matcher
