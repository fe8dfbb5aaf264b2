#include "matcher/decode/formats/card_lines.h"

#include <algorithm>

namespace hitokoe::matcher {

Result<void> FoldedLines::physical(std::string_view line) {
  const auto append = [&](std::string_view more) {
    logical_.append(more.substr(0, kMost - std::min(kMost, logical_.size())));
  };
  if (any_) {
    if (!line.empty() && (line[0] == ' ' || line[0] == '\t')) {
      append(line.substr(1));
      return ok();
    }
    if (joins_ && joins_(logical_)) {
      append(line);
      return ok();
    }
    TRYV(on_line_(logical_));
  }
  any_ = true;
  logical_.assign(line.substr(0, kMost));
  return ok();
}

Result<void> FoldedLines::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    rest_.append(piece.substr(0, kMost - std::min(kMost, rest_.size())));
    // A CR that ends a line too long to be held ends nothing.
    bytes.remove_prefix(std::min(bytes.size(), piece.size() + 1));
    if (end == std::string_view::npos) return ok();
    if (rest_.ends_with('\r')) rest_.pop_back();
    const auto done = physical(rest_);
    rest_.clear();
    TRYV(done);
  }
  return ok();
}

Result<void> FoldedLines::finish() {
  if (!rest_.empty()) {
    if (rest_.ends_with('\r')) rest_.pop_back();
    TRYV(physical(rest_));
  }
  rest_.clear();
  if (!any_) return ok();
  any_ = false;
  return on_line_(logical_);
}

}  // namespace hitokoe::matcher
