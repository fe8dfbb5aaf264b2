// Decodes a stream whose character set may change on the way: dumps put together from several
// systems, logs with pastes, files that were cut and joined at any byte.
//
// The stream is decoded as expected as long as nothing speaks against it; a scan of a few machine
// instructions for 64 bytes finds what does (text/doubt.h). The line around such a place is taken
// apart by the cheapest way through UTF-8, CP932 and EUC-JP (text/segments.h); ISO-2022-JP is known
// by its escape sequences. After a change the lines that follow are looked at one by one, until
// eight in a row agree; so one pasted line does not turn the file.
//
// What comes out depends on the bytes only, not on how they were cut. A character that a change
// cuts becomes U+FFFD and is counted; no byte is dropped but byte order marks and escape sequences.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "hitokoe/text/charset.h"

namespace hitokoe::text {

class CharsetStream {
 public:
  // Detected from the beginning, with what was cut there.
  explicit CharsetStream(const Detection& expected);
  // Named by a header or a mark, which may be wrong.
  explicit CharsetStream(Charset expected);
  // Named by a person: nothing else is tried.
  static CharsetStream only(Charset charset);
  ~CharsetStream();
  CharsetStream(CharsetStream&&) noexcept;
  CharsetStream& operator=(CharsetStream&&) noexcept;

  // Appends UTF-8. Keeps back at most 12 KiB.
  void feed(ByteView piece, std::string& out);
  void finish(std::string& out);

  std::uint64_t undecodable() const;  // bytes that became U+FFFD
  // The charset of most bytes that are not ASCII; the expected one where there are none.
  Charset dominant() const;
  bool mixed() const;  // characters of more than one charset were found

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::text
