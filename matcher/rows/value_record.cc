#include "matcher/rows/value_record.h"

namespace hitokoe::matcher {

namespace {
constexpr std::size_t kMostLayouts = 256;
}

void ValueRecord::clear() {
  meanings_.clear();
  texts_.clear();
}

void ValueRecord::add(const ColumnMeaning& meaning, std::string_view text) {
  meanings_.push_back(meaning);
  texts_.push_back(text);
}

Result<void> ValueRecord::emit(const RowSink& sink) {
  shape_.clear();
  for (const auto& m : meanings_) {
    shape_ += static_cast<char>(m.field);
    shape_ += static_cast<char>('0' + m.part);
    shape_ += static_cast<char>('0' + static_cast<int>(m.person));
  }
  auto at = layouts_.find(shape_);
  if (at == layouts_.end()) {
    if (layouts_.size() >= kMostLayouts) layouts_.clear();
    at = layouts_.emplace(shape_, layout_of_meanings(meanings_)).first;
  }
  values_.apply(at->second, texts_);
  for (std::size_t i = 0; i < values_.records(); ++i) {
    if (values_.record(i).empty()) continue;
    TRYV(sink(values_.record(i)));
  }
  return ok();
}

}  // namespace hitokoe::matcher
