// Character sets of Japanese text: strict decoders, and detection by decoding and scoring.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "hitokoe/base/bytes.h"

namespace hitokoe::text {

// Windows-1252 is there so that Western text is not taken for Japanese.
enum class Charset {
  kUtf8,
  kShiftJis,
  kEucJp,
  kIso2022Jp,
  kUtf16Le,
  kUtf16Be,
  kWindows1252,
  kBinary
};

// IANA names: "UTF-8", "Shift_JIS" (also for CP932), "EUC-JP", "ISO-2022-JP", "UTF-16LE",
// "UTF-16BE", "windows-1252", "binary".
std::string_view iana_name(Charset charset);
// Accepts the names above and usual aliases (cp932, sjis, windows-31j, utf8, …). kUsage.
Result<Charset> charset_by_name(std::string_view name);

// The two most plausible readings of some bytes.
struct Detection {
  Charset best = Charset::kUtf8;
  // The cheapest reading in another charset that gives other characters; `best` where there is
  // none.
  Charset second = Charset::kUtf8;
  double margin = 0;              // bits by which `best` is cheaper than `second`
  double bits_per_character = 0;  // of what is not ASCII, read as `best`; Japanese text has 6 to 10
  // The text was cut: bytes at its beginning that belong to the character before it; and whether
  // it begins inside a run of kanji (ISO-2022-JP).
  std::size_t skip = 0;
  bool in_kanji = false;

  // Below it the text should be scanned under both readings.
  static constexpr double kThinMargin = 20;
  bool thin() const { return second != best && margin < kThinMargin; }
  // Whether it may be called Japanese: bytes of other charsets decode too, but to rare characters.
  bool plausible() const { return bits_per_character < 11.5; }
};
// Looks at up to 64 KiB, and at less where no more could change the answer. ASCII is kUtf8.
Detection detect_two(ByteView data);
Charset detect(ByteView data);  // the best

struct Decoded {
  std::string utf8;
  std::uint64_t undecodable = 0;  // bytes that became U+FFFD
};
Decoded decode(ByteView data, Charset charset);  // a BOM is dropped

// Decodes a stream in pieces: a character that is cut between pieces is kept for the next.
class StreamDecoder {
 public:
  // `in_kanji`: an ISO-2022-JP text whose beginning, with its escape sequence, is missing.
  explicit StreamDecoder(Charset charset, bool in_kanji = false);
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
