// Text → the form in which terms are looked for: width, case, kana and old kanji are one, white
// space is one space, what is not seen (zero-width characters) is gone.
//
// More than kMostGap blanks, or kMostUnseen characters that are not seen, in a row become a line
// feed, which no term has: so a folded character stands for a bounded piece of text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hitokoe::matcher {

inline constexpr unsigned kMostGap = 16;
inline constexpr unsigned kMostUnseen = 8;

// A sound mark (゛, ゜) of any width: may join with the kana before it.
inline bool is_sound_mark(char32_t c) {
  return (c >= 0x3099 && c <= 0x309c) || c == 0xff9e || c == 0xff9f;
}

// What is folded beside width.
struct FoldWhat {
  bool letter_case = true;
  bool kana = true;
  bool kanji = true;
};

// Immutable; thread-safe; cheap to make and copy but for the first of its kind, which fills a table
// of 256 KiB that all of them share.
class Folding {
 public:
  explicit Folding(FoldWhat what = {});

  // What one piece leaves for the next one to know, beside `out` itself.
  struct State {
    unsigned gap = 0;
    unsigned unseen = 0;
  };
  // Appends the folded form of `utf8` to `out`, and with `offsets` for each of its bytes the byte
  // of `utf8` (plus `base`) at which its source begins. Pieces end between characters; broken
  // bytes become U+FFFD. About 1 ns a byte, for ASCII much less.
  void fold(std::string_view utf8, State& state, std::string& out,
            std::vector<std::uint32_t>* offsets = nullptr, std::uint32_t base = 0) const;
  // The whole of a short text, without blanks at its ends.
  std::string of(std::string_view utf8) const;

 private:
  template <bool kOffsets>
  class Run;

  FoldWhat what_;
  // Of the first plane: the folded character's UTF-8, its length in the highest byte; 0: special.
  const std::vector<std::uint32_t>* table_;
};

}  // namespace hitokoe::matcher
