#include "matcher/sweep/places.h"

#if defined(__x86_64__)
#include <immintrin.h>
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the deliberately undefined registers of its own header for a mistake (bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#endif

#include <algorithm>
#include <bit>

namespace hitokoe::matcher::sweep {

#if defined(__x86_64__)

#define HITOKOE_TARGET \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")))
#define HITOKOE_INLINE HITOKOE_TARGET inline __attribute__((always_inline))

namespace {

using V = __m512i;
constexpr std::size_t kBlocks = 8;  // at once: a word of each in a register

struct Maps {
  V digit, phone, sign, word, beyond, trigger, odd, odd_sign;
};

HITOKOE_INLINE V either(V a, V b) { return _mm512_or_si512(a, b); }
HITOKOE_INLINE V either(V a, V b, V c) { return _mm512_ternarylogic_epi64(a, b, c, 0xfe); }
HITOKOE_INLINE V both(V a, V b) { return _mm512_and_si512(a, b); }

HITOKOE_INLINE Maps maps_of(const Bitmaps& bits, std::size_t block) {
  const V rows = _mm512_setr_epi64(0, 8, 16, 24, 32, 40, 48, 56);
  const V odd_rows = _mm512_setr_epi64(0, 4, 8, 12, 16, 20, 24, 28);
  const auto& row = bits.row(block).of;
  const auto& odd = bits.odd_row(block);
  const V sign = _mm512_i64gather_epi64(rows, &row[kSigns], 8);
  return {_mm512_i64gather_epi64(rows, &row[kDigits], 8),
          _mm512_i64gather_epi64(rows, &row[kPhones], 8),
          sign,
          either(sign, _mm512_i64gather_epi64(rows, &row[kLocals], 8)),
          _mm512_i64gather_epi64(rows, &row[kBeyonds], 8),
          _mm512_i64gather_epi64(odd_rows, &odd.trigger, 8),
          _mm512_i64gather_epi64(odd_rows, &odd.odd, 8),
          _mm512_i64gather_epi64(odd_rows, &odd.sign, 8)};
}

// Bits moved by kBy towards the first, and towards the last; what comes in is of `next` or `last`.
template <int kBy>
HITOKOE_INLINE V down(V bits, V next) {
  return _mm512_shrdi_epi64(bits, next, kBy);
}
template <int kBy>
HITOKOE_INLINE V up(V bits, V last) {
  return _mm512_shldi_epi64(bits, last, kBy);
}

HITOKOE_INLINE V next_in(V bits, V next) {
  return either(down<2>(bits, next), down<3>(bits, next), down<4>(bits, next));
}

// As places.cc has it, for eight blocks.
struct Found {
  V numbers, phones, odd, signs;
};
HITOKOE_INLINE Found found_in(const Maps& last, const Maps& here, const Maps& next) {
  const auto after = [&](V Maps::*m)
                         HITOKOE_TARGET { return _mm512_alignr_epi64(next.*m, here.*m, 1); };
  const auto before = [&](V Maps::*m)
                          HITOKOE_TARGET { return _mm512_alignr_epi64(here.*m, last.*m, 7); };
  Found out;
  const V next_digit = after(&Maps::digit);
  const V two = both(here.digit, down<1>(here.digit, next_digit));
  const V next_two = both(next_digit, _mm512_srli_epi64(next_digit, 1));
  const V six = both(two, both(down<2>(two, next_two), down<4>(two, next_two)));
  out.numbers = _mm512_andnot_si512(up<1>(here.digit, before(&Maps::digit)), six);
  const V next_phone = after(&Maps::phone);
  const V pair = both(here.phone, down<1>(here.phone, next_phone));
  const V next_pair = both(next_phone, _mm512_srli_epi64(next_phone, 1));
  const V four = both(pair, down<2>(pair, next_pair));
  const V next_four = both(next_pair, _mm512_srli_epi64(next_pair, 2));
  const V nine = both(four, both(down<4>(four, next_four), down<8>(here.phone, next_phone)));
  const V after_phone = up<1>(here.phone, before(&Maps::phone));
  out.phones = _mm512_andnot_si512(after_phone, nine);
  out.signs = either(here.sign, here.odd_sign);
  out.odd = _mm512_setzero_si512();
  if (_mm512_test_epi64_mask(here.beyond, here.beyond) == 0) return out;
  const V next_odd = after(&Maps::odd);
  const V last_odd = before(&Maps::odd);
  out.phones = either(
      out.phones,
      both(here.trigger, next_in(either(here.phone, here.odd), either(next_phone, next_odd))),
      both(here.odd, after_phone));
  const V behind = next_in(either(here.word, here.odd), either(after(&Maps::word), next_odd));
  const V ahead =
      either(up<2>(here.odd, last_odd), up<3>(here.odd, last_odd), up<4>(here.odd, last_odd));
  out.odd = both(here.trigger, either(behind, ahead, up<1>(here.word, before(&Maps::word))));
  return out;
}

// Places of a block's bits, thirty-two without asking.
HITOKOE_INLINE std::uint16_t* append(std::uint64_t bits, V bytes, std::size_t base,
                                     std::uint16_t* out) {
  const V all = _mm512_maskz_compress_epi8(bits, bytes);
  const V from = _mm512_set1_epi16(static_cast<short>(base));
  _mm512_storeu_si512(out,
                      _mm512_add_epi16(_mm512_cvtepu8_epi16(_mm512_castsi512_si256(all)), from));
  const int many = std::popcount(bits);
  if (many > 32) {
    _mm512_storeu_si512(
        out + 32, _mm512_add_epi16(_mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(all, 1)), from));
  }
  return out + many;
}

struct alignas(64) Words {
  std::array<std::uint64_t, kBlocks> of;
};
HITOKOE_INLINE void append_all(V found, V bytes, std::size_t block, std::size_t many,
                               std::uint16_t*& out) {
  Words words;
  _mm512_store_si512(words.of.data(), found);
  for (std::size_t i = 0; i < many; ++i) out = append(words.of[i], bytes, 64 * (block + i), out);
}

}  // namespace

HITOKOE_TARGET void find_places_avx512(const Bitmaps& bits, std::size_t n, AllPlaces& out) {
  alignas(64) std::array<std::uint8_t, 64> numbers;
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<std::uint8_t>(i);
  const V bytes = _mm512_load_si512(numbers.data());
  std::uint16_t* at[4] = {out.numbers.at.get(), out.phones.at.get(), out.odd.at.get(),
                          out.signs.at.get()};
  const std::size_t blocks = (n + 63) / 64;
  const V zero = _mm512_setzero_si512();
  Maps last{zero, zero, zero, zero, zero, zero, zero, zero};
  Maps here = maps_of(bits, 0);
  for (std::size_t b = 0; b < blocks; b += kBlocks) {
    const Maps next = maps_of(bits, b + kBlocks);
    const Found found = found_in(last, here, next);
    // What stands in the rows behind the window is not looked at.
    const std::size_t many = std::min(kBlocks, blocks - b);
    append_all(found.numbers, bytes, b, many, at[0]);
    append_all(found.phones, bytes, b, many, at[1]);
    if (_mm512_test_epi64_mask(found.odd, found.odd) != 0) {
      append_all(found.odd, bytes, b, many, at[2]);
    }
    append_all(found.signs, bytes, b, many, at[3]);
    last = here;
    here = next;
  }
  const auto close = [](Places& places, const std::uint16_t* end) {
    places.size = static_cast<std::size_t>(end - places.at.get());
  };
  close(out.numbers, at[0]);
  close(out.phones, at[1]);
  close(out.odd, at[2]);
  close(out.signs, at[3]);
}

#undef HITOKOE_TARGET
#undef HITOKOE_INLINE

#else

void find_places_avx512(const Bitmaps&, std::size_t, AllPlaces&) {}

#endif

}  // namespace hitokoe::matcher::sweep
