#include "matcher/sweep/bitmaps.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace hitokoe::matcher::sweep {

#if defined(__x86_64__)

#define HITOKOE_TARGET __attribute__((target("avx2")))
#define HITOKOE_INLINE __attribute__((target("avx2"), always_inline)) inline

namespace {

using V = __m256i;

HITOKOE_INLINE V every(char byte) { return _mm256_set1_epi8(byte); }
HITOKOE_INLINE V is(V bytes, char byte) { return _mm256_cmpeq_epi8(bytes, every(byte)); }
HITOKOE_INLINE V either(V a, V b) { return _mm256_or_si256(a, b); }
// first <= byte <= first + size, unsigned.
HITOKOE_INLINE V in_range(V bytes, char first, char size) {
  const V from = _mm256_sub_epi8(bytes, every(first));
  return _mm256_cmpeq_epi8(_mm256_min_epu8(from, every(size)), from);
}
HITOKOE_INLINE std::uint64_t bits(V low, V high) {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(low)) |
         std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(high))} << 32;
}

// 32 bytes: all ones where a byte is of the class.
struct Half {
  V digit, letter, sign, dot, host_rest, local_rest, phone_rest;
};

HITOKOE_INLINE Half half_of(V bytes) {
  Half h;
  h.digit = in_range(bytes, '0', 9);
  h.letter = in_range(_mm256_or_si256(bytes, every(0x20)), 'a', 25);
  h.sign = is(bytes, '@');
  h.dot = is(bytes, '.');
  h.host_rest = either(is(bytes, '-'), is(bytes, '_'));
  h.local_rest = either(is(bytes, '+'), either(is(bytes, '%'), is(bytes, '\'')));
  // ( ) and + , - . / are ranges; . - _ + are known already.
  const V brackets = either(in_range(bytes, '(', 1), either(is(bytes, '['), is(bytes, ']')));
  const V others = either(either(is(bytes, ' '), is(bytes, '~')), in_range(bytes, '+', 4));
  h.phone_rest = either(brackets, either(others, is(bytes, '_')));
  return h;
}

struct HintTables {
  V low[3], high[3];
};

HITOKOE_INLINE V nibbles(const std::array<std::uint8_t, 16>& table) {
  return _mm256_broadcastsi128_si256(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(table.data())));
}
HITOKOE_INLINE HintTables tables_of(const Characters::Hints& hints) {
  HintTables t;
  for (std::size_t i = 0; i < 3; ++i) {
    t.low[i] = nibbles(hints[i].low);
    t.high[i] = nibbles(hints[i].high);
  }
  return t;
}
HITOKOE_INLINE V load(const std::uint8_t* at) {
  return _mm256_loadu_si256(reinterpret_cast<const V*>(at));
}
HITOKOE_INLINE V hint_of(const HintTables& t, std::size_t i, V bytes) {
  const V low = _mm256_shuffle_epi8(t.low[i], _mm256_and_si256(bytes, every(15)));
  const V high =
      _mm256_shuffle_epi8(t.high[i], _mm256_and_si256(_mm256_srli_epi16(bytes, 4), every(15)));
  return _mm256_and_si256(low, high);
}
HITOKOE_INLINE V hint_at(const HintTables& t, const std::uint8_t* at) {
  return _mm256_and_si256(hint_of(t, 0, load(at)), _mm256_and_si256(hint_of(t, 1, load(at + 1)),
                                                                    hint_of(t, 2, load(at + 2))));
}
HITOKOE_INLINE std::uint64_t some(V low, V high) {
  const V zero = _mm256_setzero_si256();
  return ~bits(_mm256_cmpeq_epi8(low, zero), _mm256_cmpeq_epi8(high, zero));
}

}  // namespace

HITOKOE_TARGET void fill_avx2(const std::uint8_t* text, std::size_t n, Bitmaps& out) {
  const HintTables odds = tables_of(Characters::get().odds());
  std::array<std::uint8_t, 67> last;
  for (std::size_t b = 0; 64 * b < n; ++b) {
    const std::uint8_t* at = block_at<3>(text, n, 64 * b, last);
    const V low = load(at);
    const V high = load(at + 32);
    const Half l = half_of(low);
    const Half h = half_of(high);
    const std::uint64_t digit = bits(l.digit, h.digit);
    const std::uint64_t letter = bits(l.letter, h.letter);
    const std::uint64_t dot = bits(l.dot, h.dot);
    const std::uint64_t host = digit | letter | dot | bits(l.host_rest, h.host_rest);
    const std::uint64_t local = host | bits(l.local_rest, h.local_rest);
    const std::uint64_t phone = digit | bits(l.phone_rest, h.phone_rest);
    const std::uint64_t beyond = bits(low, high);
    out.row(b) = {{digit, letter, bits(l.sign, h.sign), dot, host, local, phone, beyond}};
    Bitmaps::OddRow odd{};
    if (beyond != 0) {
      // The odd ones have every trigger among them. By nibbles too many are shown, and each that is
      // looked at for nothing later costs more than here.
      odd = odds_of(at, beyond & some(hint_at(odds, at), hint_at(odds, at + 32)));
    }
    out.odd_row(b) = odd;
  }
  out.end((n + 63) / 64);
}

#undef HITOKOE_TARGET
#undef HITOKOE_INLINE

#else

void fill_avx2(const std::uint8_t* text, std::size_t n, Bitmaps& out) {
  fill_portable(text, n, out);
}

#endif

}  // namespace hitokoe::matcher::sweep
