#include "matcher/decode/formats/sheet_rows.h"

#include <algorithm>

#include "matcher/rows/split.h"

namespace hitokoe::matcher {

SheetRows::SheetRows(Reading& reading, std::vector<MergedCells> merged)
    : reading_(reading), table_(reading), merged_(std::move(merged)) {
  std::ranges::stable_sort(merged_, {}, &MergedCells::first_row);
}

Result<void> SheetRows::row(std::uint32_t number, std::vector<SheetCell>& cells) {
  texts_.clear();
  readings_.clear();
  bool any_reading = false;
  const auto put = [&](std::uint32_t column, const std::string& text, const std::string& reading) {
    if (column >= kMostCells) {
      too_wide_ = too_wide_ || !text.empty();
      return;
    }
    if (texts_.size() <= column) {
      texts_.resize(column + 1);
      readings_.resize(column + 1);
    }
    if (!texts_[column].empty()) return;
    texts_[column] = text;
    readings_[column] = reading;
    any_reading = any_reading || !reading.empty();
  };
  for (const auto& cell : cells) put(cell.column, cell.text, cell.reading);
  const bool own = std::ranges::any_of(texts_, [](const auto& t) { return !t.empty(); });
  for (; next_ < merged_.size() && merged_[next_].first_row <= number; ++next_) {
    const auto& range = merged_[next_];
    if (range.last_row < number || range.first_row != number) continue;
    if (range.column < texts_.size() && !texts_[range.column].empty()) {
      shown_[range.column] = {range.last_row, texts_[range.column], readings_[range.column]};
    }
  }
  if (!own) return ok();
  for (auto at = shown_.begin(); at != shown_.end();) {
    if (at->second.last_row < number) {
      at = shown_.erase(at);
      continue;
    }
    put(at->first, at->second.text, at->second.reading);
    ++at;
  }
  reading_.see_row(texts_);
  return table_.row(texts_, any_reading ? std::span<const std::string>(readings_)
                                        : std::span<const std::string>());
}

bool cell_reference(std::string_view reference, std::uint32_t& column, std::uint32_t& row) {
  std::uint32_t letters = 0, digits = 0;
  std::size_t i = 0;
  for (; i < reference.size() && i < 4; ++i) {
    const char c = reference[i];
    const unsigned letter = c >= 'A' && c <= 'Z'   ? static_cast<unsigned>(c - 'A') + 1
                            : c >= 'a' && c <= 'z' ? static_cast<unsigned>(c - 'a') + 1
                                                   : 0;
    if (letter == 0) break;
    letters = letters * 26 + letter;
  }
  if (i == 0 || letters > 1U << 20) return false;
  const std::size_t from = i;
  for (; i < reference.size() && i < from + 9; ++i) {
    if (reference[i] < '0' || reference[i] > '9') return false;
    digits = digits * 10 + static_cast<std::uint32_t>(reference[i] - '0');
  }
  if (i != reference.size()) return false;
  column = letters - 1;
  row = digits;
  return i > from;
}

}  // namespace hitokoe::matcher
