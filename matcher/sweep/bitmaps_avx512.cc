#include "matcher/sweep/bitmaps.h"

#if defined(__x86_64__)
#include <immintrin.h>
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the deliberately undefined registers of its own header for a mistake (bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#endif

namespace hitokoe::matcher::sweep {

#if defined(__x86_64__)

#define HITOKOE_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi")))

namespace {

// A vector of all six tables of the hint, to look nibbles up in.
struct HintTables {
  __m512i low[3], high[3];
};

HITOKOE_TARGET inline __attribute__((always_inline)) __m512i nibbles(
    const Characters::Nibbles& table) {
  return _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(table.data())));
}

HITOKOE_TARGET inline __attribute__((always_inline)) __m512i hint_of(const HintTables& t,
                                                                     std::size_t i, __m512i bytes) {
  const __m512i nibble = _mm512_set1_epi8(15);
  return _mm512_and_si512(
      _mm512_shuffle_epi8(t.low[i], _mm512_and_si512(bytes, nibble)),
      _mm512_shuffle_epi8(t.high[i], _mm512_and_si512(_mm512_srli_epi16(bytes, 4), nibble)));
}

HITOKOE_TARGET inline __attribute__((always_inline)) __m512i class_bit(std::uint8_t c) {
  return _mm512_set1_epi8(static_cast<char>(c));
}

}  // namespace

HITOKOE_TARGET void fill_avx512(const std::uint8_t* text, std::size_t n, Bitmaps& out) {
  const auto& hints = Characters::get().hints();
  HintTables tables;
  for (std::size_t i = 0; i < 3; ++i) {
    tables.low[i] = nibbles(hints[i].low);
    tables.high[i] = nibbles(hints[i].high);
  }
  const __m512i first = _mm512_loadu_si512(kAscii.data());
  const __m512i second = _mm512_loadu_si512(kAscii.data() + 64);
  std::array<std::uint8_t, 66> last;
  for (std::size_t b = 0; 64 * b < n; ++b) {
    const std::uint8_t* at = block_at<2>(text, n, 64 * b, last);
    const __m512i bytes = _mm512_loadu_si512(at);
    const __mmask64 beyond = _mm512_movepi8_mask(bytes);
    // The instruction takes seven bits of a byte: what is not ASCII is taken out by the mask.
    const __m512i classes = _mm512_maskz_permutex2var_epi8(~beyond, first, bytes, second);
    out.digit.words()[b] = _mm512_test_epi8_mask(classes, class_bit(kDigit));
    out.letter.words()[b] = _mm512_test_epi8_mask(classes, class_bit(kLetter));
    out.sign.words()[b] = _mm512_test_epi8_mask(classes, class_bit(kSign));
    out.dot.words()[b] = _mm512_test_epi8_mask(classes, class_bit(kDot));
    out.host.words()[b] = _mm512_test_epi8_mask(classes, class_bit(kHost));
    out.local.words()[b] = _mm512_test_epi8_mask(classes, class_bit(kLocal));
    out.phone.words()[b] = _mm512_test_epi8_mask(classes, class_bit(kPhoneUnit));
    std::uint64_t trigger = 0;
    if (beyond != 0) {
      const __m512i all =
          _mm512_and_si512(hint_of(tables, 0, bytes),
                           _mm512_and_si512(hint_of(tables, 1, _mm512_loadu_si512(at + 1)),
                                            hint_of(tables, 2, _mm512_loadu_si512(at + 2))));
      trigger = _mm512_mask_test_epi8_mask(beyond, all, all);
    }
    out.beyond.words()[b] = beyond;
    out.trigger.words()[b] = trigger;
  }
  out.end((n + 63) / 64);
}

#undef HITOKOE_TARGET

#else

void fill_avx512(const std::uint8_t* text, std::size_t n, Bitmaps& out) {
  fill_portable(text, n, out);
}

#endif

}  // namespace hitokoe::matcher::sweep
