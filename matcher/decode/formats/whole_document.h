// A format that can only be read as a whole: the document is collected first, up to a limit.
#pragma once

#include <cstdlib>
#include <memory>

#include "matcher/decode/open_format.h"

namespace hitokoe::matcher {

class WholeDocument : public Reader {
 public:
  Result<void> feed(ByteView piece) final;
  Result<void> finish() final;
  bool refused() const final { return cut_; }

 protected:
  // `most`: bytes; of a longer document only these are read, with a warning.
  WholeDocument(Reading& reading, DocumentInfo info, std::size_t most)
      : reading_(reading), info_(std::move(info)), most_(most) {}

  // `whole` may be changed.
  virtual Result<void> read(std::span<std::uint8_t> whole) = 0;
  void warn(Words what) { reading_.warn(info_.name, std::move(what)); }
  Reading& reading() { return reading_; }
  const DocumentInfo& info() const { return info_; }

 private:
  struct Free {
    void operator()(std::uint8_t* p) const { std::free(p); }
  };
  Reading& reading_;
  DocumentInfo info_;
  std::size_t most_;
  // Grown by realloc, which moves large blocks without a second copy.
  std::unique_ptr<std::uint8_t, Free> bytes_;
  std::size_t size_ = 0, room_ = 0;
  bool cut_ = false;
};

}  // namespace hitokoe::matcher
