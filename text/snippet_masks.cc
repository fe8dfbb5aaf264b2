#include "text/snippet_masks.h"

#include <bit>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the deliberately undefined registers of its own header for a mistake (bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#endif

#include "text/byte_masks.h"

namespace hitokoe::text {
namespace {

std::uint64_t below(std::size_t n) {
  return n >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
}

std::size_t ascii_size(const SnippetMasks& seen, std::size_t n) {
  return seen.of[kHigh] == 0 ? n : static_cast<std::size_t>(std::countr_zero(seen.of[kHigh]));
}

// Bytes before which no character of CP932 can have begun that they belong to.
std::uint64_t sure_begins(const SnippetMasks& seen) {
  return ~((seen.of[kLowLead] | seen.of[kHighLead]) << 1 & seen.of[kTrail]);
}

}  // namespace

SnippetMasks see_portable(const std::uint8_t* bytes, std::size_t n, const BytePrices& prices) {
  SnippetMasks out;
  const ByteBlock block(bytes);
  const std::uint64_t there = below(n);
  [&]<std::size_t... i>(std::index_sequence<i...>) {
    ((out.of[i] = there & block.in<kRangeOf[i].first, kRangeOf[i].last>()), ...);
  }
  (std::make_index_sequence<kRanges>());
  std::uint32_t even = 0, odd = 0, singles = 0, alone = 0, sure = 0;
  for (std::size_t i = 0; i < n; ++i) {
    (i % 2 == 0 ? even : odd) += prices.unit[bytes[i]];
    singles += prices.single[bytes[i]];
    alone += prices.ascii_alone[bytes[i]];
    if ((sure_begins(out) >> i & 1) != 0) sure += prices.shift_jis[bytes[i]];
  }
  out.units = {even, odd};
  out.singles = singles;
  out.ascii_alone = alone;
  out.shift_jis = sure;
  std::size_t previous = 0;
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < ascii_size(out, n); ++i) {
    const std::uint8_t next = prices.ascii[bytes[i]];
    sum += prices.after_ascii[previous << 3 | next];
    previous = next;
  }
  out.ascii = sum;
  return out;
}

std::size_t list_portable(const std::uint8_t* bytes, std::uint64_t begins, std::uint64_t firsts,
                          std::uint16_t* out) {
  std::size_t size = 0;
  for (; begins != 0; begins &= begins - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(begins));
    const unsigned second = (firsts >> i & 1) != 0 ? bytes[i + 1] : 0U;
    out[size++] = static_cast<std::uint16_t>(unsigned{bytes[i]} << 8 | second);
  }
  return size;
}

#if defined(__x86_64__)

#define HITOKOE_TARGET \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,popcnt")))
#define HITOKOE_INLINE HITOKOE_TARGET inline __attribute__((always_inline))

namespace {

using V = __m512i;

HITOKOE_INLINE V look_up_128(const std::uint8_t* table, V bytes) {
  return _mm512_permutex2var_epi8(_mm512_loadu_si512(table), bytes, _mm512_loadu_si512(table + 64));
}
HITOKOE_INLINE V look_up(const std::array<std::uint8_t, 256>& table, V bytes) {
  return _mm512_mask_mov_epi8(look_up_128(table.data(), bytes), _mm512_movepi8_mask(bytes),
                              look_up_128(table.data() + 128, bytes));
}
HITOKOE_INLINE V widened(const std::uint8_t* p) {
  return _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}
HITOKOE_INLINE V words(const std::uint8_t* bytes, std::uint64_t firsts) {
  const V second = _mm512_maskz_mov_epi16(static_cast<__mmask32>(firsts), widened(bytes + 1));
  return _mm512_or_si512(_mm512_slli_epi16(widened(bytes), 8), second);
}
// Sums of eight bytes each.
HITOKOE_INLINE V sums(V bytes) { return _mm512_sad_epu8(bytes, _mm512_setzero_si512()); }

}  // namespace

HITOKOE_TARGET SnippetMasks see_avx512(const std::uint8_t* bytes, std::size_t n,
                                       const BytePrices& prices) {
  SnippetMasks out;
  const V all = _mm512_loadu_si512(bytes);
  const __mmask64 there = below(n);
#pragma GCC unroll 32
  for (std::size_t i = 0; i < kRanges; ++i) {
    const V first = _mm512_set1_epi8(static_cast<char>(kRangeOf[i].first));
    const V most = _mm512_set1_epi8(static_cast<char>(kRangeOf[i].last - kRangeOf[i].first));
    out.of[i] = _mm512_mask_cmple_epu8_mask(there, _mm512_sub_epi8(all, first), most);
  }
  const V unit = _mm512_maskz_mov_epi8(there, look_up(prices.unit, all));
  const V low_bytes = _mm512_set1_epi16(0xff);
  const V even = sums(_mm512_and_si512(unit, low_bytes));
  const V odd = sums(_mm512_andnot_si512(low_bytes, unit));
  const V single = sums(_mm512_maskz_mov_epi8(there, look_up(prices.single, all)));
  const V alone = sums(_mm512_maskz_mov_epi8(there, look_up(prices.ascii_alone, all)));
  // Each takes less than sixteen bits.
  const auto four = static_cast<std::uint64_t>(_mm512_reduce_add_epi64(_mm512_or_si512(
      _mm512_or_si512(even, _mm512_slli_epi64(odd, 16)),
      _mm512_or_si512(_mm512_slli_epi64(single, 32), _mm512_slli_epi64(alone, 48)))));
  out.units = {static_cast<std::uint32_t>(four & 0xffff),
               static_cast<std::uint32_t>(four >> 16 & 0xffff)};
  out.singles = static_cast<std::uint32_t>(four >> 32 & 0xffff);
  out.ascii_alone = static_cast<std::uint32_t>(four >> 48);

  const __mmask64 ascii = below(ascii_size(out, n));
  const V next = look_up_128(prices.ascii.data(), all);
  const V classes_before =
      look_up_128(prices.ascii.data(), _mm512_maskz_loadu_epi8(~__mmask64{1}, bytes - 1));
  const V previous = _mm512_maskz_mov_epi8(~__mmask64{1}, classes_before);
  const V pair = _mm512_or_si512(_mm512_slli_epi16(previous, 3), next);
  const V price =
      _mm512_maskz_permutexvar_epi8(ascii, pair, _mm512_loadu_si512(prices.after_ascii.data()));
  const V sure = _mm512_maskz_mov_epi8(sure_begins(out) & there, look_up(prices.shift_jis, all));
  const auto two = static_cast<std::uint64_t>(
      _mm512_reduce_add_epi64(_mm512_or_si512(sums(price), _mm512_slli_epi64(sums(sure), 32))));
  out.ascii = static_cast<std::uint32_t>(two);
  out.shift_jis = static_cast<std::uint32_t>(two >> 32);
  return out;
}

HITOKOE_TARGET std::size_t list_avx512(const std::uint8_t* bytes, std::uint64_t begins,
                                       std::uint64_t firsts, std::uint16_t* out) {
  const auto low = static_cast<__mmask32>(begins), high = static_cast<__mmask32>(begins >> 32);
  const auto many = static_cast<std::size_t>(std::popcount(low));
  _mm512_storeu_si512(out, _mm512_maskz_compress_epi16(low, words(bytes, firsts)));
  _mm512_storeu_si512(out + many,
                      _mm512_maskz_compress_epi16(high, words(bytes + 32, firsts >> 32)));
  return many + static_cast<std::size_t>(std::popcount(high));
}

bool have_avx512() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512vbmi") != 0 &&
         __builtin_cpu_supports("avx512vbmi2") != 0 && __builtin_cpu_supports("bmi") != 0 &&
         __builtin_cpu_supports("bmi2") != 0 && __builtin_cpu_supports("popcnt") != 0;
}

#undef HITOKOE_INLINE
#undef HITOKOE_TARGET

#else

SnippetMasks see_avx512(const std::uint8_t* bytes, std::size_t n, const BytePrices& prices) {
  return see_portable(bytes, n, prices);
}
std::size_t list_avx512(const std::uint8_t* bytes, std::uint64_t begins, std::uint64_t firsts,
                        std::uint16_t* out) {
  return list_portable(bytes, begins, firsts, out);
}
bool have_avx512() { return false; }

#endif

}  // namespace hitokoe::text
