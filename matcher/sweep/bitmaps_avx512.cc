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

#define HITOKOE_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,gfni")))
#define HITOKOE_INLINE HITOKOE_TARGET inline __attribute__((always_inline))

namespace {

struct HintTables {
  __m512i of[3];
};

HITOKOE_INLINE HintTables tables_of(const Characters::Hints& hints) {
  HintTables t;
  for (std::size_t i = 0; i < 3; ++i) t.of[i] = _mm512_loadu_si512(hints[i].of.data());
  return t;
}

// The instruction takes six bits of a byte.
HITOKOE_INLINE __m512i hint_of(const HintTables& t, const __m512i (&bytes)[3]) {
  return _mm512_and_si512(_mm512_permutexvar_epi8(bytes[0], t.of[0]),
                          _mm512_and_si512(_mm512_permutexvar_epi8(bytes[1], t.of[1]),
                                           _mm512_permutexvar_epi8(bytes[2], t.of[2])));
}

// What turns 64 bytes into the eight maps of their bits.
struct Turn {
  __m512i backward;  // the bytes of each eight in the opposite order
  __m512i ones;      // byte i of each eight: bit i
  __m512i together;  // byte i of all eights side by side
};

HITOKOE_INLINE Turn make_turn() {
  alignas(64) std::array<std::uint8_t, 64> backward, ones, together;
  for (std::size_t i = 0; i < 64; ++i) {
    backward[i] = static_cast<std::uint8_t>(i / 8 % 2 * 8 + 7 - i % 8);  // within sixteen
    ones[i] = static_cast<std::uint8_t>(1U << i % 8);
    together[i] = static_cast<std::uint8_t>(i % 8 * 8 + i / 8);
  }
  return {_mm512_load_si512(backward.data()), _mm512_load_si512(ones.data()),
          _mm512_load_si512(together.data())};
}

}  // namespace

HITOKOE_TARGET void fill_avx512(const std::uint8_t* text, std::size_t n, Bitmaps& out) {
  const HintTables triggers = tables_of(Characters::get().triggers());
  const HintTables odds = tables_of(Characters::get().odds());
  const Turn turn = make_turn();
  const __m512i first = _mm512_loadu_si512(kMapsOf.data());
  const __m512i second = _mm512_loadu_si512(kMapsOf.data() + 64);
  const __m512i high = _mm512_set1_epi8(static_cast<char>(1U << kBeyonds));
  const __m512i sign = _mm512_set1_epi8(static_cast<char>(Characters::kSignHint));
  const __m512i leads = _mm512_set1_epi8(0x40);
  std::array<std::uint8_t, 66> last;
  for (std::size_t b = 0; 64 * b < n; ++b) {
    const std::uint8_t* at = block_at<2>(text, n, 64 * b, last);
    const __m512i bytes = _mm512_loadu_si512(at);
    const __mmask64 beyond = _mm512_movepi8_mask(bytes);
    // The instruction takes seven bits of a byte: what is not ASCII is put in by the mask.
    __m512i maps = _mm512_permutex2var_epi8(first, bytes, second);
    maps = _mm512_mask_mov_epi8(maps, beyond, high);
    // The maps as matrices of eight by eight bits, times the unit vectors: their columns.
    maps = _mm512_gf2p8affine_epi64_epi8(turn.ones, _mm512_shuffle_epi8(maps, turn.backward), 0);
    _mm512_store_si512(&out.row(b), _mm512_permutexvar_epi8(turn.together, maps));
    Bitmaps::OddRow odd{};
    if (beyond != 0) {
      const __m512i three[3] = {bytes, _mm512_loadu_si512(at + 1), _mm512_loadu_si512(at + 2)};
      const __mmask64 lead = _mm512_mask_test_epi8_mask(beyond, bytes, leads);
      const __m512i trigger = hint_of(triggers, three);
      const __m512i any = hint_of(odds, three);
      odd.trigger = _mm512_mask_test_epi8_mask(lead, trigger, trigger);
      odd.odd = _mm512_mask_test_epi8_mask(lead, any, any);
      odd.sign = _mm512_mask_test_epi8_mask(lead, trigger, sign);
    }
    out.odd_row(b) = odd;
  }
  out.end((n + 63) / 64);
}

#undef HITOKOE_INLINE
#undef HITOKOE_TARGET

#else

void fill_avx512(const std::uint8_t* text, std::size_t n, Bitmaps& out) {
  fill_portable(text, n, out);
}

#endif

}  // namespace hitokoe::matcher::sweep
