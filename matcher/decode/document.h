// Any document → its rows: looks at the first 64 KiB, decides what it is, and hands the bytes to
// the reader of that format.
#pragma once

#include <memory>
#include <string>

#include "matcher/decode/reader.h"
#include "matcher/decode/reading.h"

namespace hitokoe::matcher {

class DocumentReader final : public Reader {
 public:
  // `reading` outlives the reader. `content_type` as the server or the container said, may be
  // empty. `depth`: 0 for a document by itself.
  DocumentReader(Reading& reading, std::string name, std::string content_type, unsigned depth = 0);
  ~DocumentReader() override;
  DocumentReader(const DocumentReader&) = delete;
  DocumentReader& operator=(const DocumentReader&) = delete;

  Result<void> feed(ByteView piece) override;
  Result<void> finish() override;
  bool refused() const override;

 private:
  Result<void> decide();

  Reading& reading_;
  std::string name_, content_type_;
  unsigned depth_;
  Bytes head_;
  std::unique_ptr<Reader> reader_;  // once decided
};

}  // namespace hitokoe::matcher
