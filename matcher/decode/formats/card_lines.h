// Lines of vCard and LDIF: folded over several, bounded.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "matcher/decode/reading.h"

namespace hitokoe::matcher {

// Unfolds: a line that begins with a space (or a tab) goes on with the one before, without that
// character. Of a logical line at most 64 KiB are given.
class FoldedLines {
 public:
  // `line`: the whole logical line; the Error of it ends the reading. `joins`: whether `next`, a
  // line as it stands, goes on with `line`, beside what is folded; it may cut the end of `line`.
  using OnLine = std::function<Result<void>(std::string_view line)>;
  using Joins = std::function<bool(std::string& line)>;
  explicit FoldedLines(OnLine on_line, Joins joins = {})
      : on_line_(std::move(on_line)), joins_(std::move(joins)) {}

  Result<void> feed(std::string_view bytes);
  Result<void> finish();

 private:
  static constexpr std::size_t kMost = 64U << 10;
  Result<void> physical(std::string_view line);

  OnLine on_line_;
  Joins joins_;
  std::string rest_, logical_;
  bool any_ = false;
};

}  // namespace hitokoe::matcher
