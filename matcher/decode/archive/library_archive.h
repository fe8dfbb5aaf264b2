// What libarchive reads: tar, cpio, ar and the rarer compressions as a stream; 7z, RAR, CAB, LHA
// and ISO 9660 from a Spool. Nothing is ever written to a path that an archive names.
#pragma once

#include <functional>
#include <memory>

#include "matcher/decode/archive/pull_thread.h"
#include "matcher/decode/archive/spooled_archive.h"

namespace hitokoe::matcher {

// tar, cpio, ar, as the bytes come; `one_file`: compress (.Z) and lz4.
class StreamedArchive final : public Reader {
 public:
  StreamedArchive(Reading& reading, DocumentInfo info, bool one_file);
  Result<void> feed(ByteView piece) override { return thread_.feed(piece); }
  Result<void> finish() override { return thread_.finish(); }
  bool refused() const override { return thread_.ended(); }

 private:
  PullThread thread_;
};

// Bytes that are made as they are asked for. Empty: the end.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual ByteView next() = 0;
};

// `archive.locked` tells afterwards whether something in it is encrypted, which libarchive cannot
// open for these formats.
Result<void> read_with_library(Reading& reading, WholeArchive& archive);
// The same of what `source` makes of it.
Result<void> read_with_library(Reading& reading, WholeArchive& archive, ByteSource& source);

// CRC-32 of what its last member unpacks to, thrown away; nothing: it does not unpack.
std::optional<std::uint32_t> library_crc(Reading& reading, Whole format, ByteSource& source);

}  // namespace hitokoe::matcher
