#include "matcher/resolve/row_batch.h"

#include <xxhash.h>

#include <algorithm>

namespace hitokoe::matcher {

RowBatch::RowBatch() { text_.reserve(kMostText); }

bool RowBatch::add(std::span<const identity::FieldValue> values) {
  values = values.first(std::min(values.size(), kMostValues));
  std::size_t needed = 0;
  for (const auto& v : values) needed += v.raw.size();
  if (empty()) {
    text_.reserve(needed);
  } else if (size() == kMostRows || text_.size() + needed > kMostText) {
    return false;
  }
  begins_.push_back(static_cast<std::uint32_t>(values_.size()));
  const std::size_t first = values_.size();
  std::size_t at = text_.size();
  text_.resize(at + needed);
  values_.resize(first + values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string_view raw = values[i].raw;
    char* const to = text_.data() + at;
    raw.copy(to, raw.size());
    values_[first + i] = {values[i].field, {to, raw.size()}};
    at += raw.size();
  }
  return true;
}

void RowBatch::clear() {
  if (text_.capacity() > 2 * kMostText) {  // of one long row
    text_ = std::string();
    text_.reserve(kMostText);
  }
  text_.clear();
  values_.clear();
  begins_.clear();
}

std::span<const identity::FieldValue> RowBatch::row(std::size_t i) const {
  const std::size_t end = i + 1 < begins_.size() ? begins_[i + 1] : values_.size();
  return std::span(values_).subspan(begins_[i], end - begins_[i]);
}

std::uint64_t RowBatch::digest() const {
  std::vector<std::uint64_t> shapes(values_.size());
  for (std::size_t i = 0; i < values_.size(); ++i) {
    shapes[i] = static_cast<std::uint64_t>(values_[i].raw.size()) << 8 |
                static_cast<std::uint64_t>(values_[i].field);
  }
  const std::uint64_t text = XXH3_64bits(text_.data(), text_.size());
  const std::uint64_t hash =
      XXH3_64bits_withSeed(shapes.data(), shapes.size() * sizeof shapes[0], text);
  return XXH3_64bits_withSeed(begins_.data(), begins_.size() * sizeof begins_[0], hash);
}

}  // namespace hitokoe::matcher
