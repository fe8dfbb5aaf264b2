// A format that can only be read as a whole: kept in memory while it is small, beyond that in a
// nameless encrypted file (../archive/spool.h).
#pragma once

#include "matcher/decode/archive/spool.h"
#include "matcher/decode/open_format.h"

namespace hitokoe::matcher {

class SpooledDocument : public Reader {
 public:
  Result<void> feed(ByteView piece) final;
  Result<void> finish() final;
  bool refused() const final { return cut_; }

 protected:
  SpooledDocument(Reading& reading, DocumentInfo info)
      : reading_(reading),
        info_(std::move(info)),
        spool_(reading.limits().spool_memory, reading.limits().spool_bytes) {}

  // The document, or its beginning where there was no room for more.
  virtual Result<void> read(const Spool& whole) = 0;
  void warn(Words what) { reading_.warn(info_.name, std::move(what)); }
  Reading& reading() { return reading_; }
  const DocumentInfo& info() const { return info_; }

 private:
  Reading& reading_;
  DocumentInfo info_;
  Spool spool_;
  bool cut_ = false;
};

}  // namespace hitokoe::matcher
