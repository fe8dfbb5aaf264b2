#include "base/crypto/hmac_lanes.h"

#include <bit>

#include "base/crypto/sha256_words.h"

#if defined(__x86_64__)
#include <immintrin.h>
// GCC 12 takes the deliberately undefined registers of its own header for a mistake (bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#endif

namespace hitokoe::crypto::lanes {

#if defined(__x86_64__)

bool available() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0;
}

// The functions are compiled for AVX-512 one by one: nothing else of the program depends on it.
#define HITOKOE_AVX512 __attribute__((target("avx512f,avx512bw")))
#define HITOKOE_AVX512_INLINE \
  __attribute__((target("avx512f,avx512bw"), always_inline)) static inline

namespace {

using V = __m512i;

struct State {
  V a, b, c, d, e, f, g, h;
};

// 0x96: x ^ y ^ z; 0xca: x ? y : z; 0xe8: the majority.
HITOKOE_AVX512_INLINE V big_sigma_0(V x) {
  return _mm512_ternarylogic_epi32(_mm512_ror_epi32(x, 2), _mm512_ror_epi32(x, 13),
                                   _mm512_ror_epi32(x, 22), 0x96);
}
HITOKOE_AVX512_INLINE V big_sigma_1(V x) {
  return _mm512_ternarylogic_epi32(_mm512_ror_epi32(x, 6), _mm512_ror_epi32(x, 11),
                                   _mm512_ror_epi32(x, 25), 0x96);
}
HITOKOE_AVX512_INLINE V small_sigma_0(V x) {
  return _mm512_ternarylogic_epi32(_mm512_ror_epi32(x, 7), _mm512_ror_epi32(x, 18),
                                   _mm512_srli_epi32(x, 3), 0x96);
}
HITOKOE_AVX512_INLINE V small_sigma_1(V x) {
  return _mm512_ternarylogic_epi32(_mm512_ror_epi32(x, 17), _mm512_ror_epi32(x, 19),
                                   _mm512_srli_epi32(x, 10), 0x96);
}

// `sum`: h, the word and the constant.
HITOKOE_AVX512_INLINE void round_of(V a, V b, V c, V& d, V e, V f, V g, V& h, V sum) {
  const V t = _mm512_add_epi32(
      sum, _mm512_add_epi32(big_sigma_1(e), _mm512_ternarylogic_epi32(e, f, g, 0xca)));
  d = _mm512_add_epi32(d, t);
  h = _mm512_add_epi32(t,
                       _mm512_add_epi32(big_sigma_0(a), _mm512_ternarylogic_epi32(a, b, c, 0xe8)));
}
HITOKOE_AVX512_INLINE void round(V a, V b, V c, V& d, V e, V f, V g, V& h, V word_and_constant) {
  round_of(a, b, c, d, e, f, g, h, _mm512_add_epi32(h, word_and_constant));
}

HITOKOE_AVX512_INLINE V every(std::uint32_t word) {
  return _mm512_set1_epi32(static_cast<int>(word));
}

HITOKOE_AVX512_INLINE V with_constant(V word, std::size_t i) {
  return _mm512_add_epi32(word, _mm512_set1_epi32(static_cast<int>(kRoundConstants[i])));
}

// Words k + 16 of the schedule in the place of words k.
HITOKOE_AVX512_INLINE void next_words(V (&w)[16]) {
#pragma GCC unroll 16
  for (std::size_t k = 0; k < 16; ++k) {
    w[k] = _mm512_add_epi32(_mm512_add_epi32(w[k], small_sigma_0(w[(k + 1) & 15])),
                            _mm512_add_epi32(w[(k + 9) & 15], small_sigma_1(w[(k + 14) & 15])));
  }
}

// Rounds i … i + 15.
HITOKOE_AVX512_INLINE void sixteen_rounds(State& s, const V (&w)[16], std::size_t i) {
#pragma GCC unroll 2
  for (std::size_t k = 0; k < 16; k += 8) {
    round(s.a, s.b, s.c, s.d, s.e, s.f, s.g, s.h, with_constant(w[k], i + k));
    round(s.h, s.a, s.b, s.c, s.d, s.e, s.f, s.g, with_constant(w[k + 1], i + k + 1));
    round(s.g, s.h, s.a, s.b, s.c, s.d, s.e, s.f, with_constant(w[k + 2], i + k + 2));
    round(s.f, s.g, s.h, s.a, s.b, s.c, s.d, s.e, with_constant(w[k + 3], i + k + 3));
    round(s.e, s.f, s.g, s.h, s.a, s.b, s.c, s.d, with_constant(w[k + 4], i + k + 4));
    round(s.d, s.e, s.f, s.g, s.h, s.a, s.b, s.c, with_constant(w[k + 5], i + k + 5));
    round(s.c, s.d, s.e, s.f, s.g, s.h, s.a, s.b, with_constant(w[k + 6], i + k + 6));
    round(s.b, s.c, s.d, s.e, s.f, s.g, s.h, s.a, with_constant(w[k + 7], i + k + 7));
  }
}

// Rounds 0 … 15 from a state that all lanes share: what does not depend on the words is worked out
// once for all.
HITOKOE_AVX512_INLINE State first_rounds(const std::array<std::uint32_t, 8>& h, const V (&w)[16]) {
  const std::uint32_t t = h[7] + kRoundConstants[0] + ((h[4] & h[5]) ^ (~h[4] & h[6])) +
                          (std::rotr(h[4], 6) ^ std::rotr(h[4], 11) ^ std::rotr(h[4], 25));
  const std::uint32_t u = ((h[0] & h[1]) ^ (h[0] & h[2]) ^ (h[1] & h[2])) +
                          (std::rotr(h[0], 2) ^ std::rotr(h[0], 13) ^ std::rotr(h[0], 22));
  State s{every(h[0]), every(h[1]), every(h[2]), {}, every(h[4]), every(h[5]), every(h[6]), {}};
  s.d = _mm512_add_epi32(w[0], every(h[3] + t));
  s.h = _mm512_add_epi32(w[0], every(t + u));
  round_of(s.h, s.a, s.b, s.c, s.d, s.e, s.f, s.g,
           _mm512_add_epi32(w[1], every(h[6] + kRoundConstants[1])));
  round_of(s.g, s.h, s.a, s.b, s.c, s.d, s.e, s.f,
           _mm512_add_epi32(w[2], every(h[5] + kRoundConstants[2])));
  round_of(s.f, s.g, s.h, s.a, s.b, s.c, s.d, s.e,
           _mm512_add_epi32(w[3], every(h[4] + kRoundConstants[3])));
  round(s.e, s.f, s.g, s.h, s.a, s.b, s.c, s.d, with_constant(w[4], 4));
  round(s.d, s.e, s.f, s.g, s.h, s.a, s.b, s.c, with_constant(w[5], 5));
  round(s.c, s.d, s.e, s.f, s.g, s.h, s.a, s.b, with_constant(w[6], 6));
  round(s.b, s.c, s.d, s.e, s.f, s.g, s.h, s.a, with_constant(w[7], 7));
  round(s.a, s.b, s.c, s.d, s.e, s.f, s.g, s.h, with_constant(w[8], 8));
  round(s.h, s.a, s.b, s.c, s.d, s.e, s.f, s.g, with_constant(w[9], 9));
  round(s.g, s.h, s.a, s.b, s.c, s.d, s.e, s.f, with_constant(w[10], 10));
  round(s.f, s.g, s.h, s.a, s.b, s.c, s.d, s.e, with_constant(w[11], 11));
  round(s.e, s.f, s.g, s.h, s.a, s.b, s.c, s.d, with_constant(w[12], 12));
  round(s.d, s.e, s.f, s.g, s.h, s.a, s.b, s.c, with_constant(w[13], 13));
  round(s.c, s.d, s.e, s.f, s.g, s.h, s.a, s.b, with_constant(w[14], 14));
  round(s.b, s.c, s.d, s.e, s.f, s.g, s.h, s.a, with_constant(w[15], 15));
  return s;
}

HITOKOE_AVX512_INLINE void add(State& s, const State& before) {
  s.a = _mm512_add_epi32(s.a, before.a);
  s.b = _mm512_add_epi32(s.b, before.b);
  s.c = _mm512_add_epi32(s.c, before.c);
  s.d = _mm512_add_epi32(s.d, before.d);
  s.e = _mm512_add_epi32(s.e, before.e);
  s.f = _mm512_add_epi32(s.f, before.f);
  s.g = _mm512_add_epi32(s.g, before.g);
  s.h = _mm512_add_epi32(s.h, before.h);
}

// One compression; `w` is used up.
HITOKOE_AVX512_INLINE void compress(State& s, V (&w)[16]) {
  const State before = s;
  sixteen_rounds(s, w, 0);
  for (std::size_t i = 16; i < 64; i += 16) {
    next_words(w);
    sixteen_rounds(s, w, i);
  }
  add(s, before);
}

constexpr std::uint32_t kEndBit = 0x80000000;
constexpr std::uint32_t kOuterBits = (64 + 32) * 8;  // of the outer padding and the inner digest

constexpr std::uint32_t small_sigma_0_of(std::uint32_t x) {
  return std::rotr(x, 7) ^ std::rotr(x, 18) ^ (x >> 3);
}
constexpr std::uint32_t small_sigma_1_of(std::uint32_t x) {
  return std::rotr(x, 17) ^ std::rotr(x, 19) ^ (x >> 10);
}

// The padding of a digest of eight words: what it brings to the first two stretches of the schedule
// is known.
HITOKOE_AVX512_INLINE void end_of_digest(V (&w)[16]) {
  w[8] = every(kEndBit);
#pragma GCC unroll 6
  for (std::size_t k = 9; k < 15; ++k) w[k] = _mm512_setzero_si512();
  w[15] = every(kOuterBits);
}

// Words 16 … 31 of its schedule.
HITOKOE_AVX512_INLINE void next_words_of_digest(V (&w)[16]) {
  w[0] = _mm512_add_epi32(w[0], small_sigma_0(w[1]));
  w[1] = _mm512_add_epi32(_mm512_add_epi32(w[1], small_sigma_0(w[2])),
                          every(small_sigma_1_of(kOuterBits)));
#pragma GCC unroll 4
  for (std::size_t k = 2; k < 6; ++k) {
    w[k] =
        _mm512_add_epi32(_mm512_add_epi32(w[k], small_sigma_0(w[k + 1])), small_sigma_1(w[k - 2]));
  }
  w[6] = _mm512_add_epi32(_mm512_add_epi32(w[6], small_sigma_0(w[7])),
                          _mm512_add_epi32(every(kOuterBits), small_sigma_1(w[4])));
  w[7] = _mm512_add_epi32(_mm512_add_epi32(w[7], every(small_sigma_0_of(kEndBit))),
                          _mm512_add_epi32(w[0], small_sigma_1(w[5])));
  w[8] = _mm512_add_epi32(_mm512_add_epi32(every(kEndBit), w[1]), small_sigma_1(w[6]));
#pragma GCC unroll 5
  for (std::size_t k = 9; k < 14; ++k) w[k] = _mm512_add_epi32(w[k - 7], small_sigma_1(w[k - 2]));
  w[14] = _mm512_add_epi32(_mm512_add_epi32(every(small_sigma_0_of(kOuterBits)), w[7]),
                           small_sigma_1(w[12]));
  w[15] = _mm512_add_epi32(_mm512_add_epi32(every(kOuterBits), small_sigma_0(w[0])),
                           _mm512_add_epi32(w[8], small_sigma_1(w[13])));
}

// Rounds 16 … 63, with words 16 … 31 there.
HITOKOE_AVX512_INLINE void other_rounds(State& s, V (&w)[16]) {
  sixteen_rounds(s, w, 16);
  for (std::size_t i = 32; i < 64; i += 16) {
    next_words(w);
    sixteen_rounds(s, w, i);
  }
}

HITOKOE_AVX512_INLINE void compress_digest(State& s, V (&w)[16]) {
  const State before = s;
  end_of_digest(w);
  sixteen_rounds(s, w, 0);
  next_words_of_digest(w);
  other_rounds(s, w);
  add(s, before);
}

// Words 16 … 31 of a message whose words kWords … 14 are 0.
template <std::size_t kWords>
HITOKOE_AVX512_INLINE void next_words_of_short(V (&w)[16]) {
  const auto none = [](std::size_t word) { return word >= kWords && word < 15; };
#pragma GCC unroll 16
  for (std::size_t k = 0; k < 16; ++k) {
    V sum = w[k];
    if (k == 15 || !none(k + 1)) sum = _mm512_add_epi32(sum, small_sigma_0(w[(k + 1) & 15]));
    if (k + 9 > 15 || !none(k + 9)) sum = _mm512_add_epi32(sum, w[(k + 9) & 15]);
    if (k > 0) sum = _mm512_add_epi32(sum, small_sigma_1(w[(k + 14) & 15]));
    w[k] = sum;
  }
}

// Rows become columns: m[w] then holds word w of every lane.
HITOKOE_AVX512_INLINE void transpose(V (&m)[16]) {
  V t[16];
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(m[i], m[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(m[i], m[i + 1]);
  }
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 16; i += 4) {
    m[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    m[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    m[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    m[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  // Now the 128-bit quarters: quarter q of m[4r + j] belongs to word 4q + j of lanes 4r … 4r + 3.
#pragma GCC unroll 4
  for (std::size_t j = 0; j < 4; ++j) {
    const V low_01 = _mm512_shuffle_i32x4(m[j], m[4 + j], 0x88);
    const V high_01 = _mm512_shuffle_i32x4(m[j], m[4 + j], 0xdd);
    const V low_23 = _mm512_shuffle_i32x4(m[8 + j], m[12 + j], 0x88);
    const V high_23 = _mm512_shuffle_i32x4(m[8 + j], m[12 + j], 0xdd);
    t[j] = _mm512_shuffle_i32x4(low_01, low_23, 0x88);
    t[8 + j] = _mm512_shuffle_i32x4(low_01, low_23, 0xdd);
    t[4 + j] = _mm512_shuffle_i32x4(high_01, high_23, 0x88);
    t[12 + j] = _mm512_shuffle_i32x4(high_01, high_23, 0xdd);
  }
#pragma GCC unroll 16
  for (std::size_t i = 0; i < 16; ++i) m[i] = t[i];
}

HITOKOE_AVX512_INLINE V big_endian(V x) {
  return _mm512_shuffle_epi8(
      x, _mm512_broadcast_i32x4(_mm_set_epi32(0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203)));
}

HITOKOE_AVX512_INLINE V all(std::size_t word) {
  return _mm512_set1_epi32(static_cast<int>(kInitial[word]));
}

HITOKOE_AVX512_INLINE State initial() {
  return {all(0), all(1), all(2), all(3), all(4), all(5), all(6), all(7)};
}

}  // namespace

HITOKOE_AVX512 void mac(const std::array<const HmacKey*, kLanes>& keys,
                        const std::array<Padded, kLanes>& messages, std::size_t blocks,
                        Words& words) {
  V key[16];
  for (std::size_t l = 0; l < kLanes; ++l) key[l] = _mm512_load_si512(keys[l]);
  transpose(key);
  State s{key[0], key[1], key[2], key[3], key[4], key[5], key[6], key[7]};
  V w[16];
  for (std::size_t b = 0; b < blocks; ++b) {
    for (std::size_t l = 0; l < kLanes; ++l) {
      w[l] = big_endian(_mm512_loadu_si512(messages[l].data() + b * kBlock));
    }
    transpose(w);
    compress(s, w);
  }
  const V inner[8] = {s.a, s.b, s.c, s.d, s.e, s.f, s.g, s.h};
  for (std::size_t i = 0; i < 8; ++i) w[i] = inner[i];
  s = {key[8], key[9], key[10], key[11], key[12], key[13], key[14], key[15]};
  compress_digest(s, w);
  const V outer[8] = {s.a, s.b, s.c, s.d, s.e, s.f, s.g, s.h};
  for (std::size_t i = 0; i < 8; ++i) _mm512_storeu_si512(words[i].data(), outer[i]);
}

namespace {

template <std::size_t kWords>
HITOKOE_AVX512_INLINE void mac_short(const HmacKey& key, const HmacBlock* blocks, Block* out) {
  V w[16];
#pragma GCC unroll 16
  for (std::size_t l = 0; l < kLanes; ++l) w[l] = big_endian(_mm512_load_si512(blocks + l));
  transpose(w);
#pragma GCC unroll 16
  for (std::size_t k = kWords; k < 15; ++k) w[k] = _mm512_setzero_si512();
  State s = first_rounds(key.inner, w);
  next_words_of_short<kWords>(w);
  other_rounds(s, w);
  const V inner[8] = {s.a, s.b, s.c, s.d, s.e, s.f, s.g, s.h};
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; ++i) w[i] = _mm512_add_epi32(inner[i], every(key.inner[i]));
  end_of_digest(w);
  s = first_rounds(key.outer, w);
  next_words_of_digest(w);
  other_rounds(s, w);
  s.a = _mm512_add_epi32(s.a, every(key.outer[0]));
  s.b = _mm512_add_epi32(s.b, every(key.outer[1]));
  s.c = _mm512_add_epi32(s.c, every(key.outer[2]));
  s.d = _mm512_add_epi32(s.d, every(key.outer[3]));
  // Four words of sixteen lanes become sixteen halves of a digest.
  const V ab_low = _mm512_unpacklo_epi32(s.a, s.b);
  const V ab_high = _mm512_unpackhi_epi32(s.a, s.b);
  const V cd_low = _mm512_unpacklo_epi32(s.c, s.d);
  const V cd_high = _mm512_unpackhi_epi32(s.c, s.d);
  // Quarter q of lane_of[j] belongs to lane 4q + j.
  const V lane_of[4] = {
      _mm512_unpacklo_epi64(ab_low, cd_low), _mm512_unpackhi_epi64(ab_low, cd_low),
      _mm512_unpacklo_epi64(ab_high, cd_high), _mm512_unpackhi_epi64(ab_high, cd_high)};
  const V even_01 = _mm512_shuffle_i32x4(lane_of[0], lane_of[1], 0x88);
  const V even_23 = _mm512_shuffle_i32x4(lane_of[2], lane_of[3], 0x88);
  const V odd_01 = _mm512_shuffle_i32x4(lane_of[0], lane_of[1], 0xdd);
  const V odd_23 = _mm512_shuffle_i32x4(lane_of[2], lane_of[3], 0xdd);
  _mm512_storeu_si512(out, big_endian(_mm512_shuffle_i32x4(even_01, even_23, 0x88)));
  _mm512_storeu_si512(out + 4, big_endian(_mm512_shuffle_i32x4(odd_01, odd_23, 0x88)));
  _mm512_storeu_si512(out + 8, big_endian(_mm512_shuffle_i32x4(even_01, even_23, 0xdd)));
  _mm512_storeu_si512(out + 12, big_endian(_mm512_shuffle_i32x4(odd_01, odd_23, 0xdd)));
}

}  // namespace

HITOKOE_AVX512 void mac_blocks(const HmacKey& key, const HmacBlock* blocks, std::size_t words,
                               Block* out) {
  if (words <= 6) return mac_short<6>(key, blocks, out);
  if (words <= 10) return mac_short<10>(key, blocks, out);
  mac_short<14>(key, blocks, out);
}

HITOKOE_AVX512 void make_keys(const Block* keys, HmacKey* out) {
  alignas(64) std::array<std::array<std::uint32_t, kLanes>, 4> columns;
  for (std::size_t l = 0; l < kLanes; ++l) {
    for (std::size_t i = 0; i < 4; ++i) columns[i][l] = big_endian_word(keys[l].data() + 4 * i);
  }
  V m[16];
  for (std::size_t half = 0; half < 2; ++half) {
    const V pad = _mm512_set1_epi32(half == 0 ? 0x36363636 : 0x5c5c5c5c);
    V w[16];
    for (std::size_t i = 0; i < 4; ++i) {
      w[i] = _mm512_xor_si512(_mm512_load_si512(columns[i].data()), pad);
    }
    for (std::size_t i = 4; i < 16; ++i) w[i] = pad;
    State s = initial();
    compress(s, w);
    const V states[8] = {s.a, s.b, s.c, s.d, s.e, s.f, s.g, s.h};
    for (std::size_t i = 0; i < 8; ++i) m[half * 8 + i] = states[i];
  }
  transpose(m);
  for (std::size_t l = 0; l < kLanes; ++l) _mm512_store_si512(out + l, m[l]);
  wipe(columns.data(), sizeof columns);
}

#undef HITOKOE_AVX512
#undef HITOKOE_AVX512_INLINE

#else

bool available() { return false; }
void mac(const std::array<const HmacKey*, kLanes>&, const std::array<Padded, kLanes>&, std::size_t,
         Words&) {}
void mac_blocks(const HmacKey&, const HmacBlock*, std::size_t, Block*) {}
void make_keys(const Block*, HmacKey*) {}

#endif

}  // namespace hitokoe::crypto::lanes
