// Runs of ASCII, sixteen bytes at a time where every processor of the kind can.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace hitokoe::text {

// Copies the ASCII bytes at `p` to `out`, gives how many; may write up to 15 bytes more, if `p` has
// them. `p` and `out` do not overlap.
inline std::size_t copy_ascii(const std::uint8_t* p, std::size_t n, char* out) {
  std::size_t at = 0;
#if defined(__SSE2__)
  while (n - at >= 16) {
    const __m128i sixteen = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + at), sixteen);
    const auto high = static_cast<unsigned>(_mm_movemask_epi8(sixteen));
    if (high != 0) return at + static_cast<std::size_t>(std::countr_zero(high));
    at += 16;
  }
#else
  while (n - at >= 8) {
    std::uint64_t eight;
    std::memcpy(&eight, p + at, 8);
    if ((eight & 0x8080808080808080U) != 0) break;
    std::memcpy(out + at, p + at, 8);
    at += 8;
  }
#endif
  while (at < n && p[at] < 0x80) {
    out[at] = static_cast<char>(p[at]);
    ++at;
  }
  return at;
}

// The ASCII bytes at `p` as characters; gives how many. Writes up to `n` characters.
inline std::size_t widen_ascii(const std::uint8_t* p, std::size_t n, char32_t* out) {
  std::size_t at = 0;
#if defined(__SSE2__)
  const __m128i zero = _mm_setzero_si128();
  for (; n - at >= 8; at += 8) {
    const __m128i eight = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p + at));
    const __m128i wide = _mm_unpacklo_epi8(eight, zero);
    auto* const to = reinterpret_cast<__m128i*>(out + at);
    _mm_storeu_si128(to, _mm_unpacklo_epi16(wide, zero));
    _mm_storeu_si128(to + 1, _mm_unpackhi_epi16(wide, zero));
    const auto high = static_cast<unsigned>(_mm_movemask_epi8(eight));
    if (high != 0) return at + static_cast<std::size_t>(std::countr_zero(high));
  }
#endif
  while (at < n && p[at] < 0x80) {
    out[at] = p[at];
    ++at;
  }
  return at;
}

// How many of the bytes are not ASCII.
inline std::uint64_t count_high(const std::uint8_t* p, std::size_t n) {
  std::uint64_t count = 0;
  std::size_t at = 0;
#if defined(__SSE2__)
  __m128i sums = _mm_setzero_si128();
  for (; n - at >= 16; at += 16) {
    const __m128i sixteen = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + at));
    const __m128i ones = _mm_and_si128(_mm_srli_epi16(sixteen, 7), _mm_set1_epi8(1));
    sums = _mm_add_epi64(sums, _mm_sad_epu8(ones, _mm_setzero_si128()));
  }
  count = static_cast<std::uint64_t>(_mm_cvtsi128_si64(sums)) +
          static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(sums, sums)));
#endif
  for (; at < n; ++at) count += p[at] >> 7;
  return count;
}

}  // namespace hitokoe::text
