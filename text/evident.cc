#include "text/evident.h"

#include "text/utf8_lanes.h"

#if defined(__SSE2__)
#include <emmintrin.h>

#include <bit>
#endif

namespace hitokoe::text {

namespace {

constexpr std::size_t kFewestCharacters = 4;  // of three bytes; shorter snippets are weighed
constexpr std::size_t kAsciiSize = 256;       // ASCII that is shorter, too
constexpr std::size_t kMostBetween = 64;      // bytes of ASCII from space to space, on average

struct Counts {
  std::size_t controls = 0;  // that no text has: below tab, SO, SI, ESC
  std::size_t spaces = 0;    // and line ends, tabs
  std::size_t leads = 0;     // of characters of three bytes: U+3000 to U+9FFF, U+F000 to U+FFFF
  std::size_t others = 0;    // leads of others
};

void count(const std::uint8_t* p, std::size_t n, Counts& to) {
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint8_t c = p[i];
    to.controls += c < 9 || c == 0x0e || c == 0x0f || c == 0x1b ? 1U : 0U;
    to.spaces += c == ' ' || c == '\n' || c == '\t' ? 1U : 0U;
    const bool japanese = (c >= 0xe3 && c <= 0xe9) || c == 0xef;
    to.leads += japanese ? 1U : 0U;
    to.others += c >= 0xc0 && !japanese ? 1U : 0U;
  }
}

#if defined(__SSE2__)
void count_sixteen(const std::uint8_t* p, Counts& to) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  const auto ones = [](__m128i which) {
    return static_cast<std::size_t>(std::popcount(static_cast<unsigned>(_mm_movemask_epi8(which))));
  };
  const auto is = [&](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
  const auto either = [](__m128i a, __m128i b) { return _mm_or_si128(a, b); };
  // Above `c`, as signed: what is not ASCII lies from -128 to -1.
  const auto above = [&](char c) { return _mm_cmpgt_epi8(bytes, _mm_set1_epi8(c)); };
  const auto high = static_cast<unsigned>(_mm_movemask_epi8(bytes));
  const __m128i low = _mm_andnot_si128(above(8), _mm_cmpgt_epi8(bytes, _mm_set1_epi8(-1)));
  to.controls += ones(either(low, either(is(0x0e), either(is(0x0f), is(0x1b)))));
  to.spaces += ones(either(is(' '), either(is('\n'), is('\t'))));
  if (high == 0) return;
  const auto negative = _mm_cmplt_epi8(bytes, _mm_setzero_si128());
  const __m128i lead = _mm_and_si128(negative, above(static_cast<char>(0xbf)));
  const __m128i japanese =
      either(is(static_cast<char>(0xef)),
             _mm_andnot_si128(above(static_cast<char>(0xe9)),
                              _mm_and_si128(lead, above(static_cast<char>(0xe2)))));
  to.leads += ones(japanese);
  to.others += ones(_mm_andnot_si128(japanese, lead));
}
#endif

Counts counts_of(ByteView data) {
  Counts out;
  std::size_t at = 0;
#if defined(__SSE2__)
  for (; at + 16 <= data.size(); at += 16) count_sixteen(data.data() + at, out);
#endif
  count(data.data() + at, data.size() - at, out);
  return out;
}

}  // namespace

bool evidently_utf8(ByteView data) {
  // The rest of a character, and one that is cut, at the two ends.
  std::size_t begin = 0;
  while (begin < 3 && begin < data.size() && (data[begin] & 0xc0U) == 0x80) ++begin;
  data = data.subspan(begin);
  const std::size_t valid = valid_utf8(data.data(), data.size());
  const ByteView rest = data.subspan(valid);
  if (rest.size() > 3 || (!rest.empty() && rest[0] < 0xc2)) return false;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if ((rest[i] & 0xc0U) != 0x80) return false;
  }
  const Counts c = counts_of(data.first(valid));
  if (c.controls > 0) return false;
  if (c.leads == 0 && c.others == 0) {
    return begin == 0 && rest.empty() && valid >= kAsciiSize && c.spaces * kMostBetween >= valid;
  }
  return c.leads >= kFewestCharacters && c.others * 8 <= c.leads;
}

}  // namespace hitokoe::text
