// Lines that are no table → records: blocks of "氏名：…" lines, one-line records, prose.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/result.h"
#include "hitokoe/identity/extract.h"
#include "hitokoe/identity/record_keys.h"

namespace hitokoe::matcher {

// A record ends at a blank line or a ruled line, when a field comes again with another value, when
// a line that is a record of its own follows another, and after 24 lines or 4 KiB.
class Prose {
 public:
  using OnRow = std::function<Result<void>(std::span<const identity::FieldValue>)>;
  explicit Prose(OnRow on_row) : on_row_(std::move(on_row)) {}

  Result<void> line(std::string_view text);
  Result<void> blank_line() { return flush(); }
  Result<void> finish() { return flush(); }

 private:
  struct Value {
    identity::FieldId field;
    std::string text;
    bool labelled = false;
  };
  void read(std::string_view text);  // into found_
  Result<void> flush();

  OnRow on_row_;
  std::vector<Value> record_;  // of the lines so far
  std::vector<Value> found_;   // in this line
  std::vector<identity::Token> tokens_;
  std::vector<identity::FieldValue> out_;
  std::size_t lines_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace hitokoe::matcher
