// First byte: the size of the pieces; the rest: decoded text. What comes out is UTF-8, no longer
// than the limits say, has the lines of the input, and does not depend on the pieces.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "hitokoe/text/charset.h"
#include "hitokoe/text/escapes.h"

using namespace hitokoe;

namespace {

struct Undone {
  std::string text, embedded;
};

Undone undo(std::string_view text, std::size_t piece) {
  Undone undone;
  text::Escapes escapes(
      [&](std::string_view utf8) -> Result<void> {
        undone.text += utf8;
        return ok();
      },
      [&](ByteView bytes, bool) -> Result<void> {
        undone.embedded += as_text(bytes);
        return ok();
      },
      {});
  for (std::size_t at = 0; at < text.size(); at += piece) {
    if (!escapes.feed(text.substr(at, piece))) std::abort();
  }
  if (!escapes.finish()) std::abort();
  return undone;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > (1U << 14)) return 0;
  const std::string text =
      "x" + text::decode(ByteView(data + 1, size - 1), text::Charset::kUtf8).utf8;
  const Undone whole = undo(text, text.size());
  const Undone pieces = undo(text, data[0] % 67 + 1U);
  if (whole.text != pieces.text || whole.embedded != pieces.embedded) std::abort();
  const text::Decoded again = text::decode(as_bytes(whole.text), text::Charset::kUtf8);
  if (again.undecodable != 0) std::abort();
  // Each level keeps the original and adds at most 9 bytes for 4.
  if (whole.text.size() > 64 * text.size() || whole.embedded.size() > 4 * text.size()) std::abort();
  // Soft line breaks join lines; nothing makes new ones.
  if (std::count(whole.text.begin(), whole.text.end(), '\n') >
      std::count(text.begin(), text.end(), '\n')) {
    std::abort();
  }
  return 0;
}
