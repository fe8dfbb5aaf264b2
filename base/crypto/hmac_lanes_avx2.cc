#include "base/crypto/hmac_blocks_ways.h"
#include "base/crypto/sha256_words.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace hitokoe::crypto::lanes_avx2 {

#if defined(__x86_64__)

bool available() { return __builtin_cpu_supports("avx2") != 0; }

#define HITOKOE_AVX2 __attribute__((target("avx2")))
#define HITOKOE_AVX2_INLINE __attribute__((target("avx2"), always_inline)) static inline

namespace {

using V = __m256i;
constexpr std::size_t kLanes = 8;

HITOKOE_AVX2_INLINE V turn(V x, int by) {
  return _mm256_or_si256(_mm256_srli_epi32(x, by), _mm256_slli_epi32(x, 32 - by));
}
HITOKOE_AVX2_INLINE V add(V x, V y) { return _mm256_add_epi32(x, y); }
HITOKOE_AVX2_INLINE V exclusive(V x, V y, V z) {
  return _mm256_xor_si256(_mm256_xor_si256(x, y), z);
}
HITOKOE_AVX2_INLINE V every(std::uint32_t word) {
  return _mm256_set1_epi32(static_cast<int>(word));
}

// FIPS 180-4, 6.2.2, with the eight working variables in s[0 … 7]; `w` is used up.
HITOKOE_AVX2_INLINE void compress(V (&s)[8], V (&w)[16]) {
  V before[8];
  for (std::size_t i = 0; i < 8; ++i) before[i] = s[i];
  for (std::size_t i = 0; i < 64; i += 16) {
#pragma GCC unroll 16
    for (std::size_t k = 0; k < 16; ++k) {
      if (i > 0) {
        const V near = w[(k + 1) & 15];
        const V far = w[(k + 14) & 15];
        const V sigma_0 = exclusive(turn(near, 7), turn(near, 18), _mm256_srli_epi32(near, 3));
        const V sigma_1 = exclusive(turn(far, 17), turn(far, 19), _mm256_srli_epi32(far, 10));
        w[k] = add(add(w[k], sigma_0), add(w[(k + 9) & 15], sigma_1));
      }
      // The variables stay where they are; their names move.
      const auto name = [k](std::size_t letter) { return (letter + 16 - k) & 7; };
      const V a = s[name(0)], b = s[name(1)], c = s[name(2)];
      const V e = s[name(4)], f = s[name(5)], g = s[name(6)];
      const V choice = _mm256_xor_si256(g, _mm256_and_si256(e, _mm256_xor_si256(f, g)));
      const V majority =
          _mm256_xor_si256(_mm256_and_si256(a, b), _mm256_and_si256(c, _mm256_xor_si256(a, b)));
      const V t = add(add(add(s[name(7)], exclusive(turn(e, 6), turn(e, 11), turn(e, 25))), choice),
                      add(w[k], every(kRoundConstants[i + k])));
      s[name(3)] = add(s[name(3)], t);
      s[name(7)] = add(t, add(exclusive(turn(a, 2), turn(a, 13), turn(a, 22)), majority));
    }
  }
  for (std::size_t i = 0; i < 8; ++i) s[i] = add(s[i], before[i]);
}

HITOKOE_AVX2_INLINE void set_all(V (&s)[8], const std::array<std::uint32_t, 8>& words) {
  for (std::size_t i = 0; i < 8; ++i) s[i] = every(words[i]);
}

HITOKOE_AVX2_INLINE void mac_eight(const HmacKey& key, const HmacBlock* blocks, Block* out) {
  const V swap =
      _mm256_broadcastsi128_si256(_mm_set_epi32(0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203));
  const V lane = _mm256_setr_epi32(0, 16, 32, 48, 64, 80, 96, 112);  // words from block to block
  V w[16];
  for (std::size_t i = 0; i < 16; ++i) {
    const auto* words = reinterpret_cast<const int*>(blocks[0].bytes.data() + 4 * i);
    w[i] = _mm256_shuffle_epi8(_mm256_i32gather_epi32(words, lane, 4), swap);
  }
  V s[8];
  set_all(s, key.inner);
  compress(s, w);
  for (std::size_t i = 0; i < 8; ++i) w[i] = s[i];
  w[8] = every(0x80000000U);
  for (std::size_t i = 9; i < 15; ++i) w[i] = _mm256_setzero_si256();
  w[15] = every((64 + 32) * 8);
  set_all(s, key.outer);
  compress(s, w);
  alignas(32) std::array<std::array<std::uint32_t, kLanes>, 4> words;
  for (std::size_t i = 0; i < 4; ++i) {
    _mm256_store_si256(reinterpret_cast<V*>(words[i].data()), s[i]);
  }
  for (std::size_t l = 0; l < kLanes; ++l) {
    for (std::size_t i = 0; i < 4; ++i) put_big_endian(out[l].data() + 4 * i, words[i][l]);
  }
}

}  // namespace

HITOKOE_AVX2 void mac_blocks(const HmacKey& key, const HmacBlock* blocks, std::size_t n,
                             Block* out) {
  std::size_t at = 0;
  for (; at + kLanes <= n; at += kLanes) mac_eight(key, blocks + at, out + at);
  if (at == n) return;
  std::array<HmacBlock, kLanes> last;
  std::array<Block, kLanes> macs;
  for (std::size_t l = 0; l < kLanes; ++l) last[l] = blocks[at + l < n ? at + l : at];
  mac_eight(key, last.data(), macs.data());
  std::copy_n(macs.begin(), n - at, out + at);
  wipe(last.data(), sizeof last);
}

#undef HITOKOE_AVX2
#undef HITOKOE_AVX2_INLINE

#else

bool available() { return false; }
void mac_blocks(const HmacKey&, const HmacBlock*, std::size_t, Block*) {}

#endif

}  // namespace hitokoe::crypto::lanes_avx2
