#include "matcher/terms/folding.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "hitokoe/identity/kanji.h"
#include "hitokoe/text/fold.h"
#include "matcher/terms/utf8.h"

namespace hitokoe::matcher {
namespace {

constexpr char32_t kPlane = 0x10000;

bool is_blank(char32_t c) {
  return c <= 0x20 || c == 0x7f || c == 0x85 || c == 0x2028 || c == 0x2029;
}

char32_t lower(char32_t c) {
  if (c < 0x80) return c >= U'A' && c <= U'Z' ? c + 32 : c;
  if (c >= 0xc0 && c <= 0xde) return c == 0xd7 ? c : c + 32;
  if (c >= 0x100 && c <= 0x17e) {
    if (c == 0x130 || c == 0x131 || c == 0x138 || c == 0x149 || c == 0x178) return c;
    const bool odd_is_capital = (c >= 0x139 && c <= 0x148) || c >= 0x179;
    return (c % 2 == 1) == odd_is_capital ? c + 1 : c;
  }
  if (c >= 0x391 && c <= 0x3a9) return c == 0x3a2 ? c : c + 32;
  if (c >= 0x410 && c <= 0x42f) return c + 32;
  if (c >= 0x400 && c <= 0x40f) return c + 80;
  return c;
}

char32_t katakana(char32_t c) {
  return (c >= 0x3041 && c <= 0x3096) || c == 0x309d || c == 0x309e ? c + 0x60 : c;
}

// Of 16 bytes: how many from the first on are ASCII characters or single blanks; those are written
// to `out` folded, with anything behind them.
#ifdef __SSE2__
std::size_t ascii_way(const char* p, char* out, bool after_blank, bool lower_case) {
  __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  const __m128i blank = _mm_cmplt_epi8(v, _mm_set1_epi8(0x21));  // and what is not ASCII
  const auto wide = static_cast<unsigned>(_mm_movemask_epi8(v));
  const auto blanks = static_cast<unsigned>(_mm_movemask_epi8(blank)) & ~wide;
  const auto deleted =
      static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f))));
  const unsigned doubled = blanks & (blanks << 1 | (after_blank ? 1U : 0U));
  if (lower_case) {
    const __m128i capital = _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8('A' - 1)),
                                          _mm_cmplt_epi8(v, _mm_set1_epi8('Z' + 1)));
    v = _mm_or_si128(v, _mm_and_si128(capital, _mm_set1_epi8(0x20)));
  }
  v = _mm_or_si128(_mm_andnot_si128(blank, v), _mm_and_si128(blank, _mm_set1_epi8(0x20)));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), v);
  return static_cast<std::size_t>(std::countr_zero(wide | deleted | doubled | 1U << 16));
}
#else
std::size_t ascii_way(const char* p, char* out, bool after_blank, bool lower_case) {
  for (std::size_t i = 0; i < 16; ++i) {
    const auto c = static_cast<unsigned char>(p[i]);
    const bool blank = c <= 0x20;
    if (c >= 0x7f || (blank && after_blank)) return i;
    after_blank = blank;
    out[i] = blank ? ' ' : static_cast<char>(lower_case && c >= 'A' && c <= 'Z' ? c + 32 : c);
  }
  return 16;
}
#endif

std::uint32_t packed(char32_t c) {
  std::string utf8;
  append_code_point(c, utf8);
  if (utf8.size() > 3) return 0;
  std::uint32_t entry = static_cast<std::uint32_t>(utf8.size()) << 24;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    entry |= static_cast<std::uint32_t>(static_cast<unsigned char>(utf8[i])) << (8 * i);
  }
  return entry;
}

// A character that is one, after NFKC.
char32_t plain(char32_t c, FoldWhat what) {
  if (what.letter_case) c = lower(c);
  if (what.kana) c = katakana(c);
  if (what.kanji) c = identity::modern_kanji(c);
  return c;
}

std::vector<std::uint32_t> table_of(FoldWhat what) {
  std::vector<std::uint32_t> table(kPlane, 0);
  std::array<char32_t, 4> folded{};
  std::string utf8;
  for (char32_t c = 0; c < kPlane; ++c) {
    if (is_blank(c) || is_sound_mark(c) || (c >= 0xd800 && c <= 0xdfff)) continue;
    utf8.clear();
    text::append_utf8(c, utf8);
    if (text::fold(utf8, folded) == 1 && !is_blank(folded[0])) {
      table[c] = packed(plain(folded[0], what));
    }
  }
  return table;
}

template <unsigned kWhat>
const std::vector<std::uint32_t>* shared_table() {
  static const auto table = table_of({(kWhat & 1) != 0, (kWhat & 2) != 0, (kWhat & 4) != 0});
  return &table;
}

const std::vector<std::uint32_t>* shared_table(FoldWhat what) {
  static constexpr std::array kTables = {shared_table<0>, shared_table<1>, shared_table<2>,
                                         shared_table<3>, shared_table<4>, shared_table<5>,
                                         shared_table<6>, shared_table<7>};
  return kTables[(what.letter_case ? 1U : 0U) | (what.kana ? 2U : 0U) | (what.kanji ? 4U : 0U)]();
}

}  // namespace

Folding::Folding(FoldWhat what) : what_(what), table_(shared_table(what)) {}

// One call of fold(): `out` is kept large enough for what comes, and cut at the end.
template <bool kOffsets>
class Folding::Run {
 public:
  Run(const Folding& folding, State& state, std::string& out, std::vector<std::uint32_t>* offsets)
      : folding_(folding), state_(state), out_(out), offsets_(offsets), size_(out.size()) {}
  ~Run() { out_.resize(size_); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void all(std::string_view utf8, std::uint32_t base) {
    const std::size_t size = utf8.size();
    const bool lower_case = folding_.what_.letter_case;
    std::size_t at = 0;
    while (at < size) {
      room(size - at);
      if (size - at >= 16 && static_cast<unsigned char>(utf8[at]) < 0x7f) {
        const std::size_t n =
            ascii_way(utf8.data() + at, out_.data() + size_, state_.gap != 0, lower_case);
        if (n > 0) {
          if constexpr (kOffsets) {
            for (std::size_t i = 0; i < n; ++i) {
              offsets_->push_back(base + static_cast<std::uint32_t>(at + i));
            }
          }
          size_ += n;
          at += n;
          state_.gap = out_[size_ - 1] == ' ' ? 1 : 0;
          state_.unseen = 0;
          continue;
        }
      }
      const auto c = code_point_at(utf8, at);
      const auto source = base + static_cast<std::uint32_t>(at);
      at += c.length;
      const std::uint32_t entry = c.value < kPlane ? (*folding_.table_)[c.value] : 0;
      if (entry != 0) {
        put_packed(entry, source);
      } else {
        special(c.value, source);
      }
    }
  }

 private:
  static constexpr std::size_t kMostAtOnce = 128;  // of one character; NFKC makes up to 18 of one

  void room(std::size_t left) {
    if (out_.size() - size_ < kMostAtOnce) out_.resize(size_ + left + left / 4 + 4 * kMostAtOnce);
  }

  void put_packed(std::uint32_t entry, std::uint32_t source) {
    std::memcpy(out_.data() + size_, &entry, 4);  // its length goes over what comes next
    if constexpr (std::endian::native == std::endian::big) {
      for (unsigned i = 0; i < 3; ++i) out_[size_ + i] = static_cast<char>(entry >> (8 * i) & 0xff);
    }
    end_of_put(entry >> 24, source);
  }
  void put(char32_t c, std::uint32_t source) {
    std::string utf8;
    append_code_point(c, utf8);
    std::memcpy(out_.data() + size_, utf8.data(), utf8.size());
    end_of_put(utf8.size(), source);
  }
  void end_of_put(std::size_t bytes, std::uint32_t source) {
    size_ += bytes;
    state_.gap = 0;
    state_.unseen = 0;
    if constexpr (kOffsets) offsets_->resize(size_, source);
  }
  void put_blank(std::uint32_t source) {
    const unsigned gap = state_.gap + 1;
    if (gap == 1) {
      put(U' ', source);
    } else if (gap == kMostGap + 1) {
      put(U'\n', source);
    }
    state_.gap = std::min(gap, kMostGap + 1);
  }

  void special(char32_t c, std::uint32_t source) {
    if (is_blank(c)) return put_blank(source);
    std::array<char32_t, 32> folded{};
    if (is_sound_mark(c) && join(c)) return;
    std::string utf8;
    text::append_utf8(c, utf8);
    const std::size_t n = text::fold(utf8, folded);
    if (n == 0) {
      if (++state_.unseen > kMostUnseen) put(U'\n', source);
      return;
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (is_blank(folded[i])) {
        put_blank(source);
      } else {
        put(plain(folded[i], folding_.what_), source);
      }
    }
  }

  // Into the character before, where the two are one: カ゛ is ガ.
  bool join(char32_t mark) {
    if (size_ == 0) return false;
    std::size_t last = size_ - 1;
    while (last > 0 && size_ - last < 4 && !begins_character(out_[last])) --last;
    std::string both = out_.substr(last, size_ - last);
    text::append_utf8(mark, both);
    std::array<char32_t, 4> folded{};
    if (text::fold(both, folded) != 1) return false;
    std::uint32_t source = 0;
    if constexpr (kOffsets) {
      source = (*offsets_)[last];
      offsets_->resize(last);
    }
    size_ = last;
    put(plain(folded[0], folding_.what_), source);
    return true;
  }

  const Folding& folding_;
  State& state_;
  std::string& out_;
  std::vector<std::uint32_t>* offsets_;
  std::size_t size_;  // of what is written of `out`
};

void Folding::fold(std::string_view utf8, State& state, std::string& out,
                   std::vector<std::uint32_t>* offsets, std::uint32_t base) const {
  if (offsets != nullptr) {
    Run<true>(*this, state, out, offsets).all(utf8, base);
  } else {
    Run<false>(*this, state, out, nullptr).all(utf8, base);
  }
}

std::string Folding::of(std::string_view utf8) const {
  State state;
  std::string out;
  fold(utf8, state, out);
  const auto begin = out.find_first_not_of(" \n");
  if (begin == std::string::npos) return {};
  return out.substr(begin, out.find_last_not_of(" \n") - begin + 1);
}

}  // namespace hitokoe::matcher
