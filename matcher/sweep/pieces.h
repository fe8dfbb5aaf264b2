// A document as pieces that threads can sweep apart from each other: UTF-8, and what is to be
// decoded where the pieces stand alone (Shift_JIS, EUC-JP). Where the pieces end is a function of
// the document, as far as it matters (scanner.h).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "hitokoe/base/bytes.h"
#include "hitokoe/text/charset.h"

namespace hitokoe::matcher::sweep {

inline constexpr std::size_t kBlock = 256U << 10;  // that is read at once

// How much of `bytes` (Shift_JIS or EUC-JP, from the beginning of a stretch) can be decoded and
// scanned whatever follows it; as settled() of scanner.h.
std::size_t settled_bytes(ByteView bytes, text::Charset charset);

// Not thread-safe: callers take turns.
class Pieces {
 public:
  // Reads up to `size` bytes to `to`; 0: the end.
  using Read = std::function<std::size_t(std::uint8_t* to, std::size_t size)>;

  // `head` was read already, to find out what it is.
  Pieces(Bytes head, text::Charset charset, Read read);

  struct Piece {
    Bytes bytes;           // keeps its memory from piece to piece
    std::size_t size = 0;  // of them
    // Set: they are to be decoded.
    std::optional<text::Charset> charset;
  };
  // False: there was nothing left.
  bool next(Piece& piece);
  // Of what this had to decode itself.
  std::uint64_t undecodable() const { return decoder_.undecodable(); }

 private:
  std::size_t read(std::uint8_t* to);
  bool next_decoded(Piece& piece);

  Bytes head_;
  std::size_t head_used_ = 0;
  text::Charset charset_;
  Read read_;
  Bytes kept_;  // of the last block: it is not settled
  bool ended_ = false;
  text::StreamDecoder decoder_;
  Bytes raw_;
  std::string text_;
};

}  // namespace hitokoe::matcher::sweep
