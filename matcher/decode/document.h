// One document, in pieces → its rows. Decides once, from the first 64 KiB, what it is and in which
// character set; the pieces in which it comes do not matter.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "hitokoe/matcher/matcher.h"
#include "hitokoe/matcher/report.h"
#include "matcher/rows/row_reader.h"

namespace hitokoe::matcher {

class DocumentReader {
 public:
  // `name` and what is wrong go to `warnings`, which outlives the reader.
  // `observer` (may be null) sees the text as the rows do.
  DocumentReader(std::string name, std::string content_type, std::vector<Warning>& warnings,
                 RowReader::OnRow on_row, std::unique_ptr<TextObserver> observer = nullptr);
  ~DocumentReader();
  DocumentReader(const DocumentReader&) = delete;
  DocumentReader& operator=(const DocumentReader&) = delete;

  Result<void> feed(ByteView piece);
  Result<void> finish();
  // Nothing more of it is wanted: the rest need not be read.
  bool refused() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::matcher
