// Decoded text → leaked records: tables with or without a header, blocks of "key: value", lines,
// prose. Streaming: what comes out does not depend on how the text was cut into pieces.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "hitokoe/base/result.h"
#include "matcher/rows/row_sink.h"

namespace hitokoe::matcher {

// Holds at most 128 KiB of text. The values given are valid during the call.
class RowReader {
 public:
  explicit RowReader(const RowSink& sink);
  ~RowReader();
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;

  Result<void> feed(std::string_view utf8);  // an Error of the sink ends it
  Result<void> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::matcher
