#include "matcher/terms/folding.h"

#include <array>
#include <cstring>
#include <span>

#include "hitokoe/identity/kanji.h"
#include "hitokoe/text/fold.h"
#include "matcher/terms/utf8.h"

namespace hitokoe::matcher {
namespace {

constexpr std::uint32_t kSpecial = 0xffffffff;
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

// All of 16 bytes are ASCII letters, digits, signs or single blanks: lowered into `out`.
bool short_way(const char* p, char* out, bool after_blank, bool lower_case) {
  std::uint8_t bytes[16];
  std::memcpy(bytes, p, 16);
  unsigned wrong = 0;
  std::uint8_t before = after_blank ? 1 : 0;
  std::uint8_t blank[16];
  for (int i = 0; i < 16; ++i) {  // vectorised by the compiler
    wrong |= bytes[i] & 0x80U;
    wrong |= bytes[i] == 0x7f ? 0x80U : 0U;
    blank[i] = bytes[i] <= 0x20 ? 1 : 0;
  }
  unsigned doubled = before & blank[0];
  for (int i = 1; i < 16; ++i) doubled |= static_cast<unsigned>(blank[i - 1] & blank[i]);
  if (wrong != 0 || doubled != 0) return false;
  const std::uint8_t bit = lower_case ? 0x20 : 0;
  for (int i = 0; i < 16; ++i) {
    std::uint8_t c = bytes[i];
    c = static_cast<std::uint8_t>(c | (c >= 'A' && c <= 'Z' ? bit : 0));
    bytes[i] = blank[i] != 0 ? 0x20 : c;
  }
  std::memcpy(out, bytes, 16);
  return true;
}

}  // namespace

Folding::Folding(FoldWhat what) : what_(what), table_(kPlane, kSpecial) {
  std::array<char32_t, 4> folded{};
  std::string utf8;
  for (char32_t c = 0; c < kPlane; ++c) {
    if (is_blank(c) || is_sound_mark(c) || (c >= 0xd800 && c <= 0xdfff)) continue;
    utf8.clear();
    text::append_utf8(c, utf8);
    if (text::fold(utf8, folded) == 1 && !is_blank(folded[0])) table_[c] = plain(folded[0]);
  }
}

char32_t Folding::plain(char32_t c) const {
  if (what_.letter_case) c = lower(c);
  if (what_.kana) c = katakana(c);
  if (what_.kanji) c = identity::modern_kanji(c);
  return c;
}

namespace {

template <bool kOffsets>
void put(char32_t c, Folding::State& state, std::string& out, std::vector<std::uint32_t>* offsets,
         std::uint32_t at) {
  state.last = out.size();
  state.last_value = c;
  state.gap = 0;
  state.unseen = 0;
  append_code_point(c, out);
  if constexpr (kOffsets) offsets->resize(out.size(), at);
}

template <bool kOffsets>
void put_blank(Folding::State& state, std::string& out, std::vector<std::uint32_t>* offsets,
               std::uint32_t at) {
  const unsigned gap = state.gap + 1;
  if (gap == 1) {
    put<kOffsets>(U' ', state, out, offsets, at);
  } else if (gap == kMostGap + 1) {
    put<kOffsets>(U'\n', state, out, offsets, at);
  }
  state.gap = gap > kMostGap ? kMostGap + 1 : gap;
}

}  // namespace

template <bool kOffsets>
void Folding::special(char32_t c, State& state, std::string& out,
                      std::vector<std::uint32_t>* offsets, std::uint32_t at) const {
  if (is_blank(c)) return put_blank<kOffsets>(state, out, offsets, at);
  std::string utf8;
  std::array<char32_t, 32> folded{};
  if (is_sound_mark(c) && state.last_value != 0 && state.last_value < kPlane) {
    text::append_utf8(state.last_value, utf8);
    text::append_utf8(c, utf8);
    if (text::fold(utf8, folded) == 1) {
      const char32_t joined = plain(folded[0]);
      out.resize(state.last);
      const std::uint32_t begin = kOffsets ? (*offsets)[state.last] : 0;
      if constexpr (kOffsets) offsets->resize(state.last);
      put<kOffsets>(joined, state, out, offsets, begin);
      return;
    }
    utf8.clear();
  }
  text::append_utf8(c, utf8);
  const std::size_t n = text::fold(utf8, folded);
  if (n == 0) {
    if (++state.unseen > kMostUnseen) put<kOffsets>(U'\n', state, out, offsets, at);
    return;
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (is_blank(folded[i])) {
      put_blank<kOffsets>(state, out, offsets, at);
    } else {
      put<kOffsets>(plain(folded[i]), state, out, offsets, at);
    }
  }
}

template <bool kOffsets>
void Folding::run(std::string_view utf8, State& state, std::string& out,
                  std::vector<std::uint32_t>* offsets, std::uint32_t base) const {
  std::size_t at = 0;
  const std::size_t size = utf8.size();
  while (at < size) {
    if (size - at >= 16 && state.unseen == 0) {
      char bytes[16];
      const std::size_t from = at;
      // Many at once, so that the string grows once.
      while (size - at >= 16 &&
             short_way(utf8.data() + at, bytes, state.gap != 0, what_.letter_case)) {
        out.append(bytes, 16);
        at += 16;
        state.gap = bytes[15] == ' ' ? 1 : 0;
      }
      if (at != from) {
        state.last = out.size() - 1;
        state.last_value = static_cast<unsigned char>(out.back());
        if constexpr (kOffsets) {
          for (std::size_t i = from; i < at; ++i) {
            offsets->push_back(base + static_cast<std::uint32_t>(i));
          }
        }
        continue;
      }
    }
    // What does not go the short way goes on for 16 bytes before that is tried again.
    const std::size_t until = std::min(size, at + 16);
    while (at < until) {
      const auto c = code_point_at(utf8, at);
      const auto source = base + static_cast<std::uint32_t>(at);
      at += c.length;
      const std::uint32_t entry = c.value < kPlane ? table_[c.value] : kSpecial;
      if (entry != kSpecial) {
        put<kOffsets>(entry, state, out, offsets, source);
      } else {
        special<kOffsets>(c.value, state, out, offsets, source);
      }
    }
  }
}

void Folding::fold(std::string_view utf8, State& state, std::string& out,
                   std::vector<std::uint32_t>* offsets, std::uint32_t base) const {
  if (offsets != nullptr) {
    run<true>(utf8, state, out, offsets, base);
  } else {
    run<false>(utf8, state, out, nullptr, base);
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
