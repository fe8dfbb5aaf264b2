// The values of one row after another, for Transaction::run_each.
#pragma once

#include <vector>

#include "storage/sql/value.h"

namespace hitokoe::storage::sql {

using Values = std::vector<Value>;

// Instead of those of the row before.
template <class... A>
void set_row(Values& row, const A&... values) {
  row.clear();
  (row.emplace_back(values), ...);
}

}  // namespace hitokoe::storage::sql
