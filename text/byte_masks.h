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
    const auto* lanes = reinterpret_cast<const __m128i*>(p);
    lanes_[0] = _mm_loadu_si128(lanes);
    lanes_[1] = _mm_loadu_si128(lanes + 1);
    lanes_[2] = _mm_loadu_si128(lanes + 2);
    lanes_[3] = _mm_loadu_si128(lanes + 3);
#else
    std::memcpy(bytes_.data(), p, kSize);
#endif
  }

  // Bit i: first <= byte i <= last.
  template <std::uint8_t first, std::uint8_t last>
  std::uint64_t in() const {
#if defined(__SSE2__)
    return joined(inside<first, last>(lanes_[0]), inside<first, last>(lanes_[1]),
                  inside<first, last>(lanes_[2]), inside<first, last>(lanes_[3]));
#else
    std::uint64_t mask = 0;
    for (std::size_t i = 0; i < kSize; ++i) {
      const bool inside = bytes_[i] >= first && bytes_[i] <= last;
      mask |= static_cast<std::uint64_t>(inside) << i;
    }
    return mask;
#endif
  }

  std::uint64_t letters() const {
#if defined(__SSE2__)
    const __m128i small = _mm_set1_epi8(0x20);
    return joined(inside<'a', 'z'>(_mm_or_si128(lanes_[0], small)),
                  inside<'a', 'z'>(_mm_or_si128(lanes_[1], small)),
                  inside<'a', 'z'>(_mm_or_si128(lanes_[2], small)),
                  inside<'a', 'z'>(_mm_or_si128(lanes_[3], small)));
#else
    return in<'a', 'z'>() | in<'A', 'Z'>();
#endif
  }

  std::uint64_t high() const {
#if defined(__SSE2__)
    return joined(lanes_[0], lanes_[1], lanes_[2], lanes_[3]);
#else
    return in<0x80, 0xff>();
#endif
  }

 private:
#if defined(__SSE2__)
  template <std::uint8_t first, std::uint8_t last>
  static __m128i inside(__m128i lane) {
    if constexpr (first == last) {
      return _mm_cmpeq_epi8(lane, _mm_set1_epi8(static_cast<char>(first)));
    } else {
      const __m128i from_first = _mm_sub_epi8(lane, _mm_set1_epi8(static_cast<char>(first)));
      const __m128i most = _mm_set1_epi8(static_cast<char>(last - first));
      return _mm_cmpeq_epi8(_mm_max_epu8(from_first, most), most);
    }
  }
  // The upper bits of all bytes.
  static std::uint64_t joined(__m128i a, __m128i b, __m128i c, __m128i d) {
    const auto bits = [](__m128i lane) {
      return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(lane)));
    };
    return bits(a) | bits(b) << 16 | bits(c) << 32 | bits(d) << 48;
  }

  __m128i lanes_[4];
#else
  std::array<std::uint8_t, kSize> bytes_;
#endif
};

}  // namespace hitokoe::text
