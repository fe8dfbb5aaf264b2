#include "crawler/gzip_member.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace hitokoe::crawler {

Result<Bytes> gzip_member(ByteView content) {
  constexpr int kGzip = 16 + MAX_WBITS;
  constexpr int kMemory = 8;
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, kMemory,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return fail(Errc::kInternal, "gzip: out of memory", "gzip: メモリ不足");
  }
  Bytes out;
  int state = Z_OK;
  std::size_t read = 0;
  while (state == Z_OK) {
    constexpr std::size_t kPiece = 1U << 20;
    const auto piece = content.subspan(read, std::min(kPiece, content.size() - read));
    read += piece.size();
    stream.next_in = const_cast<Bytef*>(piece.data());
    stream.avail_in = static_cast<uInt>(piece.size());
    const int flush = read == content.size() ? Z_FINISH : Z_NO_FLUSH;
    do {
      const auto had = out.size();
      out.resize(had + kPiece);
      stream.next_out = out.data() + had;
      stream.avail_out = static_cast<uInt>(kPiece);
      state = deflate(&stream, flush);
      out.resize(had + kPiece - stream.avail_out);
    } while (state == Z_OK && (stream.avail_in > 0 || stream.avail_out == 0));
    // With nothing left to do it says so; what comes next goes on.
    if (state == Z_BUF_ERROR && flush == Z_NO_FLUSH) state = Z_OK;
  }
  deflateEnd(&stream);
  if (state != Z_STREAM_END) return fail(Errc::kInternal, "gzip: failed", "gzip: 失敗しました");
  return out;
}

}  // namespace hitokoe::crawler
