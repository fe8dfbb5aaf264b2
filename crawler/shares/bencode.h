// Bencoding (BEP 3), read strictly and within bounds. Values are views of the bytes that were read.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "hitokoe/base/bytes.h"

namespace hitokoe::crawler {

struct Bencoded {
  enum class Kind { kInteger, kText, kList, kMap };
  Kind kind = Kind::kInteger;
  std::int64_t integer = 0;
  std::string_view text;
  std::vector<Bencoded> list;
  struct Entry;
  std::vector<Entry> map;
  std::size_t begin = 0, end = 0;  // bytes of the whole value

  // Null where it is no map, or has no such key of that kind.
  const Bencoded* at(std::string_view key, Kind wanted) const;
};

struct Bencoded::Entry {
  std::string_view key;
  Bencoded value;
};

// The whole of `bytes` is one value. kBadInput: the byte where it is none (keys that are not texts,
// leading zeros, "-0", numbers beyond 64 bits, what follows the value); keys may stand in any
// order, of doubled ones the first counts. kLimit: depth 32, 400,000 values.
Result<Bencoded> read_bencoded(ByteView bytes);

}  // namespace hitokoe::crawler
