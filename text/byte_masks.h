// Sixty-four bytes → one bit each for "is in this range".
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace hitokoe::text {

class ByteBlock {
 public:
  static constexpr std::size_t kSize = 64;

  explicit ByteBlock(const std::uint8_t* p) {
#if defined(__SSE2__)
    for (std::size_t i = 0; i < 4; ++i) {
      lanes_[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 16 * i));
    }
#else
    std::memcpy(bytes_.data(), p, kSize);
#endif
  }

  // Bit i: first <= byte i <= last.
  template <std::uint8_t first, std::uint8_t last>
  std::uint64_t in() const {
    std::uint64_t mask = 0;
#if defined(__SSE2__)
    for (std::size_t i = 0; i < 4; ++i) {
      const __m128i from_first = _mm_sub_epi8(lanes_[i], _mm_set1_epi8(static_cast<char>(first)));
      const __m128i beyond =
          _mm_subs_epu8(from_first, _mm_set1_epi8(static_cast<char>(last - first)));
      const int bits = _mm_movemask_epi8(_mm_cmpeq_epi8(beyond, _mm_setzero_si128()));
      mask |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(bits)) << (16 * i);
    }
#else
    for (std::size_t i = 0; i < kSize; ++i) {
      const bool inside = bytes_[i] >= first && bytes_[i] <= last;
      mask |= static_cast<std::uint64_t>(inside) << i;
    }
#endif
    return mask;
  }

  std::uint64_t high() const {
#if defined(__SSE2__)
    std::uint64_t mask = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const auto bits = static_cast<std::uint32_t>(_mm_movemask_epi8(lanes_[i]));
      mask |= static_cast<std::uint64_t>(bits) << (16 * i);
    }
    return mask;
#else
    return in<0x80, 0xff>();
#endif
  }

 private:
#if defined(__SSE2__)
  __m128i lanes_[4];
#else
  std::array<std::uint8_t, kSize> bytes_;
#endif
};

}  // namespace hitokoe::text
