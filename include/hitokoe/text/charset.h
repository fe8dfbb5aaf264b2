// Character sets of Japanese text: strict decoders, and detection by decoding and scoring.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "hitokoe/base/bytes.h"

namespace hitokoe::text {

enum class Charset { kUtf8, kShiftJis, kEucJp, kIso2022Jp, kUtf16Le, kUtf16Be, kBinary };

// IANA names: "UTF-8", "Shift_JIS" (also for CP932), "EUC-JP", "ISO-2022-JP", "UTF-16LE",
// "UTF-16BE", "binary".
std::string_view iana_name(Charset charset);
// Accepts the names above and usual aliases (cp932, sjis, windows-31j, utf8, …). kUsage.
Result<Charset> charset_by_name(std::string_view name);

// The most plausible character set; looks at `data` up to 64 KiB. ASCII is kUtf8.
Charset detect(ByteView data);

struct Decoded {
  std::string utf8;
  std::uint64_t undecodable = 0;  // bytes that became U+FFFD
};
Decoded decode(ByteView data, Charset charset);  // a BOM is dropped

// Decodes a stream in pieces: a character that is cut between pieces is kept for the next.
class StreamDecoder {
 public:
  explicit StreamDecoder(Charset charset) : charset_(charset) {}
  void feed(ByteView piece, std::string& out);  // appends UTF-8
  void finish(std::string& out);
  std::uint64_t undecodable() const { return undecodable_; }

 private:
  Charset charset_;
  std::string pending_;
  std::uint64_t undecodable_ = 0;
  bool started_ = false;
  int iso2022_state_ = 0;
};

}  // namespace hitokoe::text
