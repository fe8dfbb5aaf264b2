// What servers compress by themselves, beside HTTP's own compression.
#pragma once

#include <cstdint>

#include "hitokoe/base/bytes.h"

namespace hitokoe::crawler {

struct Inflated {
  Bytes bytes;          // at most `most`
  bool broken = false;  // it ended early, or its checksum or codes do not hold
  bool cut = false;     // there was more than `most`
};

bool is_gzip(ByteView data);
Inflated gunzip(ByteView data, std::uint64_t most);  // RFC 1952
// RFC 1951, or in the frame of RFC 1950.
Inflated inflate_raw_or_zlib(ByteView data, std::uint64_t most);

}  // namespace hitokoe::crawler
