#include "matcher/index/line_tags.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace hitokoe::matcher {

namespace {

unsigned more_bit(const Line& line) { return (line.first & kOverflowBit) >> (31 - kLineTags); }

void equal_tags_anywhere(std::span<const Line> lines, std::span<const Block> z,
                         std::span<std::uint16_t> masks) {
  for (std::size_t i = 0; i < z.size(); ++i) {
    const KeyItem key = key_item(z[i], 0);
    const Line& line = lines[line_of(key.high, lines.size())];
    masks[i] |= static_cast<std::uint16_t>(equal_tags(line, tag_of(key)) | more_bit(line));
  }
}

#if defined(__x86_64__)
__attribute__((target("avx512f,bmi2"))) void equal_tags_avx512(std::span<const Line> lines,
                                                               std::span<const Block> z,
                                                               std::span<std::uint16_t> masks) {
  for (std::size_t i = 0; i < z.size(); ++i) {
    const KeyItem key = key_item(z[i], 0);
    const Line& line = lines[line_of(key.high, lines.size())];
    const __m512i tag = _mm512_set1_epi32(static_cast<int>(tag_of(key)));
    // Word 0 is `first`.
    const unsigned equal = _mm512_cmpeq_epi32_mask(_mm512_loadu_si512(&line), tag);
    masks[i] |= static_cast<std::uint16_t>(equal >> 1 | more_bit(line));
  }
}

bool have_avx512() {
  static const bool have =
      __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("bmi2") != 0;
  return have;
}
#endif

}  // namespace

unsigned equal_tags(const Line& line, std::uint32_t tag) {
#if defined(__SSE2__)
  const auto* words = reinterpret_cast<const __m128i*>(&line);
  const __m128i wanted = _mm_set1_epi32(static_cast<int>(tag));
  const auto part = [&](int i) {
    const __m128i equal = _mm_cmpeq_epi32(_mm_loadu_si128(words + i), wanted);
    return static_cast<unsigned>(_mm_movemask_ps(_mm_castsi128_ps(equal))) << (4 * i);
  };
  return (part(0) | part(1) | part(2) | part(3)) >> 1;  // word 0 is `first`
#else
  unsigned mask = 0;
  for (std::size_t i = 0; i < kLineTags; ++i) mask |= (line.tags[i] == tag ? 1U : 0U) << i;
  return mask;
#endif
}

void equal_tags(std::span<const Line> lines, std::span<const Block> z,
                std::span<std::uint16_t> masks) {
#if defined(__x86_64__)
  if (have_avx512()) return equal_tags_avx512(lines, z, masks);
#endif
  equal_tags_anywhere(lines, z, masks);
}

}  // namespace hitokoe::matcher
