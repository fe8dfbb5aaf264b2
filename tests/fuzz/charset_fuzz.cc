// First byte: where to cut; the rest: any bytes. Detection ends; every charset gives valid UTF-8,
// and the same in two pieces as in one; so does a stream that may change its charset. Short texts
// are detected as the slow way does it.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "hitokoe/text/charset.h"
#include "hitokoe/text/charset_stream.h"
#include "text/evident.h"
#include "text/snippet.h"

using namespace hitokoe;

namespace {

struct Read {
  std::string text;
  std::uint64_t undecodable;
  text::Charset dominant;
};

Read read(ByteView bytes, const text::Detection& expected, std::size_t piece) {
  text::CharsetStream stream(expected);
  Read read;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    stream.feed(bytes.subspan(at, std::min(piece, bytes.size() - at)), read.text);
  }
  stream.finish(read.text);
  read.undecodable = stream.undecodable();
  read.dominant = stream.dominant();
  return read;
}

// It decodes to itself, but for a mark at its beginning.
void must_be_utf8(const std::string& text) {
  const text::Decoded again = text::decode(as_bytes("x" + text), text::Charset::kUtf8);
  if (again.undecodable != 0 || again.utf8 != "x" + text) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > (1U << 16)) return 0;
  const ByteView bytes(data + 1, size - 1);
  const std::size_t cut = data[0] % (bytes.size() + 1);
  const text::Detection found = text::detect_two(bytes);
  if (found.best == text::Charset::kBinary && bytes.empty()) std::abort();
  const auto slowly = text::evidently_utf8(bytes) ? text::Charset::kUtf8 : found.best;
  if (text::detect(bytes) != slowly) std::abort();
  if (!bytes.empty() && bytes.size() <= text::kSnippet &&
      text::detect_snippet(bytes) != text::detect_snippet_portable(bytes)) {
    std::abort();
  }
  for (const auto charset : {text::Charset::kUtf8, text::Charset::kShiftJis, text::Charset::kEucJp,
                             text::Charset::kIso2022Jp, text::Charset::kUtf16Le,
                             text::Charset::kUtf16Be, text::Charset::kWindows1252}) {
    const text::Decoded whole = text::decode(bytes, charset);
    text::StreamDecoder decoder(charset);
    std::string pieces;
    decoder.feed(bytes.first(cut), pieces);
    decoder.feed(bytes.subspan(cut), pieces);
    decoder.finish(pieces);
    if (pieces != whole.utf8 || decoder.undecodable() != whole.undecodable) std::abort();
    must_be_utf8(whole.utf8);

    text::Detection expected = found;
    if (charset != text::Charset::kWindows1252) {
      expected = {};
      expected.best = expected.second = charset;
    }
    const Read stream = read(bytes, expected, std::max<std::size_t>(bytes.size(), 1));
    const Read in_pieces = read(bytes, expected, cut % 61 + 1);
    if (stream.text != in_pieces.text || stream.undecodable != in_pieces.undecodable ||
        stream.dominant != in_pieces.dominant) {
      std::abort();
    }
    must_be_utf8(stream.text);
  }
  return 0;
}
