#include "text/shift_jis_lanes.h"

#if defined(__x86_64__)
#include <immintrin.h>
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the deliberately undefined registers of its own header for a mistake (bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#endif

#include <bit>
#include <vector>

#include "text/tables/tables.h"

namespace hitokoe::text {

#if defined(__x86_64__)

#define HITOKOE_TARGET \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")))
#define HITOKOE_INLINE HITOKOE_TARGET inline __attribute__((always_inline))

namespace {

using V = __m512i;
using Mask = std::uint64_t;

constexpr Mask kEven = 0x5555555555555555U;
constexpr std::size_t kHalf = 32;
constexpr std::size_t kNeeded = kLanesBlock + 2;  // bytes that are read for a block

// The three bytes of UTF-8 of kCp932's characters, first in the lowest; 0: something rare.
const std::uint32_t* utf8_of_pairs() {
  static const std::vector<std::uint32_t> all = [] {
    std::vector<std::uint32_t> made;
    for (const std::uint32_t c : tables::kCp932) {
      const std::uint32_t utf8 = 0x8080e0U | c >> 12 | (c << 2 & 0x3f00U) | (c << 16 & 0x3f0000U);
      made.push_back(c < 0x800 ? 0 : utf8);
    }
    return made;
  }();
  return all.data();
}

bool have_instructions() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512vbmi") != 0 &&
         __builtin_cpu_supports("avx512vbmi2") != 0 && __builtin_cpu_supports("bmi2") != 0 &&
         __builtin_cpu_supports("popcnt") != 0;
}

HITOKOE_INLINE Mask in(V bytes, unsigned first, unsigned last) {
  return _mm512_cmple_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8(static_cast<char>(first))),
                                _mm512_set1_epi8(static_cast<char>(last - first)));
}

// Which of `pairs`, bytes that make a character with the next one if they begin one, begin one: in
// a run of them every second one. Those of runs that begin at an even place are found by the carry
// of an addition.
HITOKOE_INLINE Mask firsts_of(Mask pairs) {
  const Mask run_begins = pairs & ~(pairs << 1);
  const Mask of_even_runs = pairs & ~(pairs + (run_begins & kEven));
  return (of_even_runs & kEven) | (pairs & ~of_even_runs & ~kEven);
}

struct Writer {
  const std::uint32_t* table;
  V dense;  // takes three of each four bytes
  char* out;

  // p[0 … n), n at most 32; `firsts` of characters of two bytes that end in it, all others ASCII.
  // False: one of them is rare.
  HITOKOE_INLINE bool half(const std::uint8_t* p, std::uint32_t firsts, std::size_t n) {
    const auto load = [](const std::uint8_t* at)
                          HITOKOE_TARGET { return reinterpret_cast<const __m256i*>(at); };
    const __m256i bytes = _mm256_loadu_si256(load(p));
    const __m256i next = _mm256_loadu_si256(load(p + 1));
    const auto many = static_cast<unsigned>(std::popcount(firsts));
    const __m256i lead =
        _mm256_cvtepu8_epi16(_mm256_castsi256_si128(_mm256_maskz_compress_epi8(firsts, bytes)));
    const __m256i trail =
        _mm256_cvtepu8_epi16(_mm256_castsi256_si128(_mm256_maskz_compress_epi8(firsts, next)));
    constexpr int kFirst = 0x81 * static_cast<int>(tables::kCp932Trails) + 0x40;
    const __m256i row = _mm256_mullo_epi16(lead, _mm256_set1_epi16(tables::kCp932Trails));
    const __m256i place = _mm256_sub_epi16(_mm256_add_epi16(row, trail), _mm256_set1_epi16(kFirst));
    const auto lanes = static_cast<__mmask16>((1U << many) - 1);
    const V utf8 = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), lanes,
                                               _mm512_cvtepu16_epi32(place), table, 4);
    if (_mm512_mask_testn_epi32_mask(lanes, utf8, utf8) != 0) return false;
    // Two places for each byte: the second is that of a second byte's third of a character.
    const Mask seconds = Mask{firsts} << 1;
    const Mask thirds = _pdep_u64(seconds, ~kEven);
    const Mask taken = _pdep_u64(firsts | seconds, kEven) | thirds;
    const Mask kept = _pdep_u64((Mask{1} << n) - 1, kEven) | thirds;
    const V spread = _mm512_mask_expand_epi8(_mm512_cvtepu8_epi16(bytes), taken,
                                             _mm512_permutexvar_epi8(dense, utf8));
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(kept, spread));
    out += n + many;
    return true;
  }
};

HITOKOE_TARGET Lanes by_avx512(const std::uint8_t* const begin, std::size_t size, char* out) {
  alignas(64) std::uint8_t dense[64] = {};
  for (std::size_t i = 0; i < 48; ++i) dense[i] = static_cast<std::uint8_t>(i / 3 * 4 + i % 3);
  Writer w{utf8_of_pairs(), _mm512_load_si512(dense), out};
  const std::uint8_t* p = begin;
  const std::uint8_t* const end = begin + size;
  while (static_cast<std::size_t>(end - p) >= kNeeded) {
    const V bytes = _mm512_loadu_si512(p);
    const Mask high = _mm512_movepi8_mask(bytes);
    if (high == 0) {
      _mm512_storeu_si512(w.out, bytes);
      w.out += kLanesBlock;
      p += kLanesBlock;
      continue;
    }
    const Mask lead = in(bytes, 0x81, 0x9f) | in(bytes, 0xe0, 0xfc);
    const Mask trail = in(_mm512_loadu_si512(p + 1), 0x40, 0xfc);
    const Mask firsts = firsts_of(lead & trail);
    if ((high & ~firsts & ~(firsts << 1)) != 0) break;  // alone, or kana
    // No character goes over the end of a part.
    const auto low = static_cast<std::uint32_t>(firsts);
    const std::size_t n = low >> 31 != 0 ? kHalf - 1 : kHalf;
    const auto high_part = static_cast<std::uint32_t>(firsts >> n);
    const std::size_t m = high_part >> 31 != 0 ? kHalf - 1 : kHalf;
    char* const before = w.out;
    if (!w.half(p, low & 0x7fffffffU, n) || !w.half(p + n, high_part & 0x7fffffffU, m)) {
      w.out = before;
      break;
    }
    p += n + m;
  }
  return {static_cast<std::size_t>(p - begin), static_cast<std::size_t>(w.out - out)};
}

}  // namespace

bool have_shift_jis_lanes() {
  static const bool have = have_instructions();
  return have;
}

Lanes shift_jis_lanes(const std::uint8_t* p, std::size_t n, char* out) {
  return n >= kNeeded ? by_avx512(p, n, out) : Lanes{0, 0};
}

#undef HITOKOE_INLINE
#undef HITOKOE_TARGET

#else

bool have_shift_jis_lanes() { return false; }
Lanes shift_jis_lanes(const std::uint8_t*, std::size_t, char*) { return {0, 0}; }

#endif

}  // namespace hitokoe::text
