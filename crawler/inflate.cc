#include "crawler/inflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

namespace hitokoe::crawler {

namespace {

Inflated inflate_as(ByteView data, std::uint64_t most, int window_bits) {
  Inflated out;
  z_stream stream{};
  if (inflateInit2(&stream, window_bits) != Z_OK) {
    out.broken = true;
    return out;
  }
  // zlib does not write to its input.
  stream.next_in = const_cast<std::uint8_t*>(data.data());
  stream.avail_in =
      static_cast<uInt>(std::min<std::size_t>(data.size(), std::numeric_limits<uInt>::max()));
  std::array<std::uint8_t, 16384> piece{};
  int status = Z_OK;
  while (status == Z_OK && !out.cut) {
    stream.next_out = piece.data();
    stream.avail_out = piece.size();
    status = inflate(&stream, Z_NO_FLUSH);
    const std::size_t got = piece.size() - stream.avail_out;
    const auto kept = std::min<std::uint64_t>(got, most - out.bytes.size());
    out.bytes.insert(out.bytes.end(), piece.begin(), piece.begin() + static_cast<long>(kept));
    out.cut = kept < got;
  }
  out.broken = !out.cut && status != Z_STREAM_END;
  inflateEnd(&stream);
  return out;
}

}  // namespace

bool is_gzip(ByteView data) { return data.size() > 2 && data[0] == 0x1f && data[1] == 0x8b; }

Inflated gunzip(ByteView data, std::uint64_t most) {
  return inflate_as(data, most, 16 + MAX_WBITS);
}

Inflated inflate_raw_or_zlib(ByteView data, std::uint64_t most) {
  auto raw = inflate_as(data, most, -MAX_WBITS);
  if (!raw.broken) return raw;
  auto framed = inflate_as(data, most, MAX_WBITS);
  return framed.broken ? raw : framed;
}

}  // namespace hitokoe::crawler
