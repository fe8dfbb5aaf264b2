#include "matcher/sweep/pieces.h"

#include <algorithm>

#include "matcher/sweep/scanner.h"

namespace hitokoe::matcher::sweep {

namespace {

using text::Charset;

// Both sets keep the rest of a character above this.
constexpr std::uint8_t kNeverInside = 0x40;

std::size_t length_of(std::uint8_t lead, Charset charset) {
  if (charset == Charset::kShiftJis) {
    return (lead >= 0x81 && lead <= 0x9f) || (lead >= 0xe0 && lead <= 0xfc) ? 2 : 1;
  }
  if (lead == 0x8f) return 3;
  return lead == 0x8e || lead >= 0xa1 ? 2 : 1;
}

}  // namespace

std::size_t settled_bytes(ByteView bytes, Charset charset) {
  std::size_t done = bytes.size();
  while (done > 0 && !(bytes[done - 1] < kNeverInside && is_barrier(bytes[done - 1]))) --done;
  while (bytes.size() - done > kLargestWindow) {
    std::size_t end = done;
    while (end - done < kLargestWindow) end += length_of(bytes[end], charset);
    if (end > bytes.size()) break;
    done = end;
  }
  return done;
}

Pieces::Pieces(Bytes head, Charset charset, Read read)
    : head_(std::move(head)), charset_(charset), read_(std::move(read)), decoder_(charset) {}

std::size_t Pieces::read(std::uint8_t* to) {
  if (head_used_ < head_.size()) {
    const std::size_t n = std::min(kBlock, head_.size() - head_used_);
    std::copy_n(head_.begin() + static_cast<std::ptrdiff_t>(head_used_), n, to);
    head_used_ += n;
    return n;
  }
  return read_(to, kBlock);
}

bool Pieces::next(Piece& piece) {
  const bool apart = charset_ == Charset::kShiftJis || charset_ == Charset::kEucJp;
  if (!apart && charset_ != Charset::kUtf8) return next_decoded(piece);
  piece.charset = apart ? std::optional(charset_) : std::nullopt;
  while (!ended_) {
    if (piece.bytes.size() < kept_.size() + kBlock) piece.bytes.resize(kept_.size() + kBlock);
    std::ranges::copy(kept_, piece.bytes.begin());
    const std::size_t n = read(piece.bytes.data() + kept_.size());
    const auto all = ByteView(piece.bytes).first(kept_.size() + n);
    ended_ = n == 0;
    piece.size = ended_ ? all.size() : apart ? settled_bytes(all, charset_) : settled(as_text(all));
    kept_.assign(all.begin() + static_cast<std::ptrdiff_t>(piece.size), all.end());
    if (piece.size > 0) return true;
  }
  return false;
}

bool Pieces::next_decoded(Piece& piece) {
  piece.charset = std::nullopt;
  raw_.resize(kBlock);
  while (!ended_) {
    const std::size_t n = read(raw_.data());
    ended_ = n == 0;
    if (ended_) {
      decoder_.finish(text_);
    } else {
      decoder_.feed(ByteView(raw_).first(n), text_);
    }
    piece.size = ended_ ? text_.size() : settled(text_);
    piece.bytes.assign(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(piece.size));
    text_.erase(0, piece.size);
    if (piece.size > 0) return true;
  }
  return false;
}

}  // namespace hitokoe::matcher::sweep
