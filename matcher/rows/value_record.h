// Values with known meanings → records: parts are joined, other persons' values set apart.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hitokoe/base/result.h"
#include "matcher/rows/layout.h"
#include "matcher/rows/row_sink.h"

namespace hitokoe::matcher {

class ValueRecord {
 public:
  void clear();
  void add(const ColumnMeaning& meaning, std::string_view text);  // which must outlive emit()
  Result<void> emit(const RowSink& sink);

 private:
  std::vector<ColumnMeaning> meanings_;
  std::vector<std::string_view> texts_;
  std::string shape_;
  // Records of one kind have the same values in the same order, mostly.
  std::unordered_map<std::string, Layout> layouts_;
  RowValues values_;
};

}  // namespace hitokoe::matcher
