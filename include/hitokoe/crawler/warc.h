// Captures as a web archive: WARC 1.1 (ISO 28500:2017), each record a gzip member of its own, so
// that any public reader can take out one without reading all.
//
// Of a capture: `response` (what came), `request` (what was asked), `metadata` (what the program
// knows: see docs/sources.md). A file that was handed in is a `resource`. Every block and payload
// has its SHA-256.
//
// The body is as it was kept: after decompression. So that the record agrees with itself, the
// headers that spoke of the packed body (Content-Encoding, Transfer-Encoding, Content-Length) keep
// their values under X-Archive-Orig-…, and Content-Length is that of the body.
#pragma once

#include <functional>
#include <string>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/random.h"
#include "hitokoe/base/time.h"
#include "hitokoe/crawler/capture.h"

namespace hitokoe::crawler {

class WarcWriter {
 public:
  // Takes the file's bytes in order.
  using Sink = std::function<Result<void>(ByteView)>;

  WarcWriter(Sink sink, Random& random) : sink_(std::move(sink)), random_(random) {}

  // The `warcinfo` record: once, first. `software` is "hitokoe/1.0". Errors: of the sink.
  Result<void> begin(UtcTime now, const std::string& software, const std::string& file_name);
  // kUsage: begin() was not called. Else of the sink. Needs about three times the body in memory.
  Result<void> add(const CaptureMeta& meta, ByteView body);

 private:
  struct Record;
  std::string fresh_id();
  Result<void> write(const Record& record);

  Sink sink_;
  Random& random_;
  std::string info_;  // id of the warcinfo record
};

}  // namespace hitokoe::crawler
