#include "base/crypto/hmac_blocks_ways.h"
#include "base/crypto/sha256_words.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace hitokoe::crypto::sha_ni {

#if defined(__x86_64__)

bool available() {
  // GCC 12 has no name for the SHA instructions: leaf 7, EBX bit 29 (Intel's manual, CPUID).
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (b >> 29 & 1U) == 0) return false;
  return __builtin_cpu_supports("sse4.1") != 0 && __builtin_cpu_supports("ssse3") != 0;
}

#define HITOKOE_SHA __attribute__((target("sha,sse4.1,ssse3")))
#define HITOKOE_SHA_INLINE __attribute__((target("sha,sse4.1,ssse3"), always_inline)) static inline

namespace {

using V = __m128i;
constexpr std::size_t kAtOnce = 2;

// As the instructions want it: words a b e f and c d g h, the first in the highest place.
struct State {
  V abef, cdgh;
};

HITOKOE_SHA_INLINE V big_endian(V x) {
  return _mm_shuffle_epi8(x, _mm_set_epi32(0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203));
}

HITOKOE_SHA_INLINE State state_of(const std::array<std::uint32_t, 8>& h) {
  const auto word = [&](std::size_t i) { return static_cast<int>(h[i]); };
  return {_mm_set_epi32(word(0), word(1), word(4), word(5)),
          _mm_set_epi32(word(2), word(3), word(6), word(7))};
}

// The compression of kAtOnce independent blocks; `w` is used up.
HITOKOE_SHA_INLINE void compress(State (&s)[kAtOnce], V (&w)[kAtOnce][4]) {
  State before[kAtOnce];
  for (std::size_t l = 0; l < kAtOnce; ++l) before[l] = s[l];
#pragma GCC unroll 16
  for (std::size_t i = 0; i < 16; ++i) {
    const V constants = _mm_loadu_si128(reinterpret_cast<const V*>(kRoundConstants.data() + 4 * i));
#pragma GCC unroll 2
    for (std::size_t l = 0; l < kAtOnce; ++l) {
      V(&m)[4] = w[l];
      const V now = m[i & 3];
      const V sum = _mm_add_epi32(now, constants);
      s[l].cdgh = _mm_sha256rnds2_epu32(s[l].cdgh, s[l].abef, sum);
      s[l].abef = _mm_sha256rnds2_epu32(s[l].abef, s[l].cdgh, _mm_shuffle_epi32(sum, 0x0e));
      if (i < 12) {
        const V last = m[(i + 3) & 3];
        const V part = _mm_add_epi32(_mm_sha256msg1_epu32(now, m[(i + 1) & 3]),
                                     _mm_alignr_epi8(last, m[(i + 2) & 3], 4));
        m[i & 3] = _mm_sha256msg2_epu32(part, last);
      }
    }
  }
  for (std::size_t l = 0; l < kAtOnce; ++l) {
    s[l].abef = _mm_add_epi32(s[l].abef, before[l].abef);
    s[l].cdgh = _mm_add_epi32(s[l].cdgh, before[l].cdgh);
  }
}

}  // namespace

HITOKOE_SHA void mac_blocks(const HmacKey& key, const HmacBlock* blocks, std::size_t n,
                            Block* out) {
  const State inner = state_of(key.inner);
  const State outer = state_of(key.outer);
  for (std::size_t at = 0; at < n; at += kAtOnce) {
    State s[kAtOnce];
    V w[kAtOnce][4];
    for (std::size_t l = 0; l < kAtOnce; ++l) {
      // The last one is done twice where the number is odd.
      const auto* block = reinterpret_cast<const V*>(blocks + (at + l < n ? at + l : n - 1));
      s[l] = inner;
      for (std::size_t i = 0; i < 4; ++i) w[l][i] = big_endian(_mm_load_si128(block + i));
    }
    compress(s, w);
    for (std::size_t l = 0; l < kAtOnce; ++l) {
      // f e b a and h g d c, from the lowest place, become a b c d and e f g h.
      w[l][0] = _mm_shuffle_epi32(_mm_unpackhi_epi64(s[l].cdgh, s[l].abef), 0x1b);
      w[l][1] = _mm_shuffle_epi32(_mm_unpacklo_epi64(s[l].cdgh, s[l].abef), 0x1b);
      w[l][2] = _mm_set_epi32(0, 0, 0, static_cast<int>(0x80000000U));
      w[l][3] = _mm_set_epi32((64 + 32) * 8, 0, 0, 0);
      s[l] = outer;
    }
    compress(s, w);
    for (std::size_t l = 0; l < kAtOnce && at + l < n; ++l) {
      const V abcd = _mm_shuffle_epi32(_mm_unpackhi_epi64(s[l].cdgh, s[l].abef), 0x1b);
      _mm_storeu_si128(reinterpret_cast<V*>(out + at + l), big_endian(abcd));
    }
  }
}

#undef HITOKOE_SHA
#undef HITOKOE_SHA_INLINE

#else

bool available() { return false; }
void mac_blocks(const HmacKey&, const HmacBlock*, std::size_t, Block*) {}

#endif

}  // namespace hitokoe::crypto::sha_ni
