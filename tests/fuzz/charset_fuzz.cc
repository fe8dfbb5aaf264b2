// First byte: where to cut; the rest: any bytes. Detection ends; every charset gives valid UTF-8,
// and the same in two pieces as in one.
#include <cstdlib>

#include "hitokoe/text/charset.h"

using namespace hitokoe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > (1U << 16)) return 0;
  const ByteView bytes(data + 1, size - 1);
  const std::size_t cut = data[0] % (bytes.size() + 1);
  (void)text::detect(bytes);
  for (const auto charset :
       {text::Charset::kUtf8, text::Charset::kShiftJis, text::Charset::kEucJp,
        text::Charset::kIso2022Jp, text::Charset::kUtf16Le, text::Charset::kUtf16Be}) {
    const text::Decoded whole = text::decode(bytes, charset);
    text::StreamDecoder decoder(charset);
    std::string pieces;
    decoder.feed(bytes.first(cut), pieces);
    decoder.feed(bytes.subspan(cut), pieces);
    decoder.finish(pieces);
    if (pieces != whole.utf8 || decoder.undecodable() != whole.undecodable) std::abort();
    // What came out is UTF-8: it decodes to itself, but for a mark at its beginning.
    const text::Decoded again = text::decode(as_bytes("x" + whole.utf8), text::Charset::kUtf8);
    if (again.undecodable != 0 || again.utf8 != "x" + whole.utf8) std::abort();
  }
  return 0;
}
