// Lines that are no table → records: blocks of "氏名：…" lines, one-line records, lists, prose.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/result.h"
#include "hitokoe/identity/extractor.h"
#include "matcher/rows/labels.h"
#include "matcher/rows/row_sink.h"
#include "matcher/rows/value_record.h"

namespace hitokoe::matcher {

// A record ends at a blank line or a ruled line, when a label comes again, when a value of a field
// comes again without a label, when a line that is a record of its own follows another, at an item
// of a list, and after 40 lines or 8 KiB. A label alone in its line belongs to the next one. Short
// lines of Japanese letters beside other values may be names; alone they are none.
class Prose {
 public:
  explicit Prose(RowSink sink) : sink_(std::move(sink)) {}

  Result<void> line(std::string_view text);
  Result<void> blank_line();
  Result<void> finish() { return blank_line(); }

 private:
  struct Value {
    ColumnMeaning meaning;
    std::string text;
    std::string label;   // empty: told by the value
    bool guess = false;  // a name, by its looks
  };
  Result<void> correspondents(std::string_view rest);
  void read_labels(std::string_view text);
  void read_tokens(std::string_view text);
  void guess_names(std::string_view text);
  void put(const ColumnMeaning& meaning, std::string_view text, std::string_view label);
  bool begins_anew(std::string_view text, std::size_t mark) const;
  Result<void> flush();

  RowSink sink_;
  NameMemory names_;
  std::vector<Value> record_;  // of the lines so far
  std::vector<Value> found_;   // in this line
  std::vector<Labelled> labels_;
  identity::Extractor extractor_{sink_.numbers()};
  std::vector<identity::Token> tokens_;
  std::vector<std::string> forms_;
  std::string waiting_label_;  // stood alone in the line before
  ValueRecord row_;
  std::size_t lines_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace hitokoe::matcher
