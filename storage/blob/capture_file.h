// The bytes of one capture file, little-endian:
//   "HTKCAP01"
//   u16 + text    the day whose key wraps the capture's key, "2026-04-01"
//   u32 + bytes   the capture's key, sealed with the day's
//   u32 + bytes   the metadata, sealed with a key derived from the capture's
//   u64 + bytes   the body: zstd, then a sealed stream with another derived key
// Each seal is bound to the capture's id: files cannot be exchanged.
#pragma once

#include <string>
#include <string_view>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/crawler/capture.h"

namespace hitokoe::storage {

// Views into the bytes that were parsed.
struct CaptureParts {
  std::string day;
  ByteView wrapped_key;
  ByteView sealed_meta;
  ByteView sealed_body;     // empty where only the head was parsed
  std::uint64_t whole = 0;  // the size that the file must have
};

constexpr std::uint64_t kLargestBody = 2ULL << 30;

// kCorrupt names the part. `head_only`: `file` may end anywhere after the metadata.
Result<CaptureParts> parse_capture(ByteView file, bool head_only);

// How many bytes of `head`'s file hold everything but the body; 0: `head` is too short to tell.
std::size_t head_size(ByteView head);

// kLimit: the metadata or the body is too long.
Result<Bytes> seal_capture(const crawler::CaptureMeta& meta, ByteView body, const Key256& key,
                           std::string_view day, const Key256& day_key, Random& random);
// kCorrupt.
Result<crawler::CaptureMeta> open_meta(const CaptureParts& parts, std::string_view id,
                                       const Key256& key);
Result<Bytes> open_body(const CaptureParts& parts, std::string_view id, const Key256& key,
                        std::uint64_t size);

// The capture's key under another; `under` is "day 2026-04-01" or "incident INC-…".
Bytes wrap_key(const Key256& key, std::string_view id, std::string_view under, const Key256& with,
               Random& random);
Result<Key256> unwrap_key(ByteView wrapped, std::string_view id, std::string_view under,
                          const Key256& with);  // kCorrupt

}  // namespace hitokoe::storage
