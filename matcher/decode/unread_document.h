// What nothing is read of: named in a warning, its bytes are not wanted.
#pragma once

#include "matcher/decode/kind.h"
#include "matcher/decode/open_format.h"

namespace hitokoe::matcher {

class UnreadDocument final : public Reader {
 public:
  UnreadDocument(Reading& reading, DocumentInfo info, const DocumentKind& kind) {
    reading.warn(std::move(info.name), {std::string(kind.what) + ": cannot be read yet",
                                        std::string(kind.what_ja) + ": まだ読めません"});
  }
  Result<void> feed(ByteView) override { return ok(); }
  Result<void> finish() override { return ok(); }
  bool refused() const override { return true; }
};

}  // namespace hitokoe::matcher
