// gzip, bzip2, xz, lzma, lzip and zstd: one document, in one member after another.
#pragma once

#include <array>
#include <memory>

#include "matcher/decode/archive/decompressor.h"
#include "matcher/decode/archive/part_feed.h"
#include "matcher/decode/open_format.h"

namespace hitokoe::matcher {

class CompressedStream final : public Reader {
 public:
  CompressedStream(Reading& reading, DocumentInfo info, Method method);
  Result<void> feed(ByteView piece) override;
  Result<void> finish() override;
  bool refused() const override { return done_; }

 private:
  void between_members(ByteView& piece);
  Result<void> inside(ByteView& piece);
  void stop(Words why);

  Reading& reading_;
  DocumentInfo info_;
  Method method_;
  PartFeed part_;
  std::unique_ptr<Decompressor> decompressor_;  // nullptr between members
  Bytes start_;                                 // what may be the start of a member
  Bytes out_;
  std::uint64_t in_ = 0;
  bool first_ = true, done_ = false;
};

}  // namespace hitokoe::matcher
