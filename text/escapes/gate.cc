#include "text/escapes/gate.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "text/byte_masks.h"
#include "text/escapes/bytes.h"

namespace hitokoe::text {
namespace {

constexpr std::size_t kShortestKanji = 8, kShortestToken = 16;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Quoted-printable of something that is not ASCII, which two of its bytes tell.
bool may_be_quoted(std::string_view text, std::size_t at) {
  if (at + 3 >= text.size()) return false;
  const int high = hex_digit(text[at + 1]), low = hex_digit(text[at + 2]);
  if (high < 0 || low < 0) return false;
  const int byte = high << 4 | low;
  const char next = text[at + 3];
  return (byte >= 0x80 && (next == '=' || (next >= 0x40 && next < 0x7f))) || byte == 0x1b;
}

// A few bytes tell that most places are none.
bool may_begin(std::string_view text, std::size_t at) {
  const auto next = [&](std::size_t i) { return at + i < text.size() ? text[at + i] : '\n'; };
  switch (text[at]) {
    case '%':
      return (hex_digit(next(1)) >= 0 && hex_digit(next(2)) >= 0) || next(1) == 'u' ||
             next(1) == 'U';
    case '&':
      return next(1) == '#' || is_letter(next(1));
    case '\\':
      return next(1) != ' ' && next(1) != '\n' && next(1) != '\r';
    case '=':
      return next(1) == '?' || next(1) == '\n' || next(1) == '\r' || at + 1 == text.size() ||
             may_be_quoted(text, at);
    default:
      break;
  }
  return false;
}

// Whether what stands around a run of letters and digits at `at` may be base64.
bool may_be_token(std::string_view text, std::size_t at) {
  for (std::size_t back = 0; back < kGateAhead && at > 0 && is_base64(text[at - 1]); ++back) --at;
  std::size_t size = 0;
  bool letters = false;
  while (at + size < text.size() && is_base64(text[at + size]) && size < kGateAhead) {
    letters = letters || is_letter(text[at + size]);
    ++size;
  }
  if (!letters) return false;
  const std::size_t end = std::min(at + size + 2, text.size());
  for (std::size_t i = at + size; i < end && text[i] == '='; ++i) ++size;
  const char first = text[at];
  if (first == '0' && (text[at + 1] == 'x' || text[at + 1] == 'X')) return true;
  return size >= (first >= '4' && first <= '7' ? kShortestKanji : kShortestToken);
}

}  // namespace

std::size_t first_escape(std::string_view text, std::size_t from) {
  // Windows overlap by one run of base64 that is long enough.
  constexpr std::size_t kStep = ByteBlock::kSize - kShortestKanji;
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::size_t at = from; at < text.size(); at += kStep) {
    std::uint8_t rest[ByteBlock::kSize] = {};
    const std::size_t left = text.size() - at;
    if (left < ByteBlock::kSize) std::memcpy(rest, bytes + at, left);
    const ByteBlock block(left < ByteBlock::kSize ? rest : bytes + at);
    const std::uint64_t marks =
        block.in<'%', '&'>() | block.in<'\\', '\\'>() | block.in<'=', '='>();
    // Without + / - _: eight in a row stand in every token that is long enough.
    const std::uint64_t digits = block.in<'0', '9'>() | block.letters();
    std::uint64_t runs = digits & digits >> 1;
    runs &= runs >> 2;
    runs &= runs >> 4;
    // Only the beginning of a run.
    runs &= ~(runs << 1);
    // x'…': what stands before the quote is no run.
    const std::uint64_t quoted =
        (block.in<'x', 'x'>() | block.in<'X', 'X'>()) & block.in<'\'', '\''>() >> 1;
    std::uint64_t places = (marks | runs | quoted) & ((std::uint64_t{1} << kStep) - 1);
    for (; places != 0; places &= places - 1) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(places));
      const std::size_t place = at + bit;
      if (place >= text.size()) break;
      const bool run = (runs >> bit & 1) != 0;
      if (run ? may_be_token(text, place) : (quoted >> bit & 1) != 0 || may_begin(text, place)) {
        return place;
      }
    }
  }
  return text.size();
}

}  // namespace hitokoe::text
