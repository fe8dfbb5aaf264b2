// Decoded text → leaked records: tables with or without a header, blocks of "key: value", lines,
// prose. Streaming: what comes out does not depend on how the text was cut into pieces.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "hitokoe/base/result.h"
#include "matcher/rows/row_sink.h"

namespace hitokoe::matcher {

// Sees the rows of tables that stand in lines as they were cut. Offsets are bytes of all that was
// fed; views are valid during the call. A cell may view a copy where its quotes were undone.
class TableWatcher {
 public:
  virtual ~TableWatcher() = default;
  virtual void table() = 0;  // another begins
  virtual void row(std::uint64_t begin, std::string_view text,
                   std::span<const std::string_view> cells) = 0;
};

// Holds at most 128 KiB of text. The values given are valid during the call.
class RowReader {
 public:
  // `watcher` may be nullptr, outlives the reader.
  explicit RowReader(const RowSink& sink, TableWatcher* watcher = nullptr);
  ~RowReader();
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;

  Result<void> feed(std::string_view utf8);  // an Error of the sink ends it
  Result<void> finish();

  // Bytes that were read: what is left is still looked ahead at.
  std::uint64_t read() const;
  // Values of SQL and JSON that were not read to their end, or left out (sql_reader.h,
  // json_reader.h). Whoever names the document tells a person: warn_cut().
  std::uint64_t cut() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::matcher
