#include "base/crypto/aes_blocks.h"

#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the deliberately undefined registers of its own header for a mistake (bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#endif

namespace hitokoe::crypto::aes {

namespace {

std::vector<Way> ways_here() {
  std::vector<Way> out;
#if defined(__x86_64__)
  const bool aes = __builtin_cpu_supports("aes") != 0;
  if (aes && __builtin_cpu_supports("vaes") != 0 && __builtin_cpu_supports("avx512f") != 0) {
    out.push_back(Way::kVaes);
  }
  if (aes) out.push_back(Way::kAesNi);
#endif
  return out;
}

}  // namespace

std::span<const Way> ways() {
  static const std::vector<Way> all = ways_here();
  return all;
}

std::string_view to_string(Way way) { return way == Way::kVaes ? "VAES" : "AES-NI"; }

#if defined(__x86_64__)

namespace {

#define HITOKOE_AES __attribute__((target("aes,sse2")))
#define HITOKOE_VAES __attribute__((target("aes,vaes,avx512f")))

template <int kConstant>
HITOKOE_AES inline __attribute__((always_inline)) __m128i next_round(__m128i key) {
  const __m128i word = _mm_shuffle_epi32(_mm_aeskeygenassist_si128(key, kConstant), 0xff);
  key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
  key = _mm_xor_si128(key, _mm_slli_si128(key, 8));
  return _mm_xor_si128(key, word);
}

template <std::size_t kMany>
HITOKOE_AES inline __attribute__((always_inline)) void encrypt_ni(const Schedule& schedule,
                                                                  const Block* in, Block* out) {
  const auto* rounds = reinterpret_cast<const __m128i*>(&schedule);
  __m128i s[kMany];
  for (std::size_t i = 0; i < kMany; ++i) {
    s[i] = _mm_xor_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(in + i)), rounds[0]);
  }
  for (std::size_t r = 1; r < 10; ++r) {
    for (auto& one : s) one = _mm_aesenc_si128(one, rounds[r]);
  }
  for (std::size_t i = 0; i < kMany; ++i) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), _mm_aesenclast_si128(s[i], rounds[10]));
  }
}

HITOKOE_AES void encrypt_by_ni(const Schedule& schedule, const Block* in, std::size_t n,
                               Block* out) {
  std::size_t at = 0;
  for (; at + 8 <= n; at += 8) encrypt_ni<8>(schedule, in + at, out + at);
  for (; at < n; ++at) encrypt_ni<1>(schedule, in + at, out + at);
}

// Four in a register, four registers against the instruction's latency.
HITOKOE_VAES void encrypt_by_vaes(const Schedule& schedule, const Block* in, std::size_t n,
                                  Block* out) {
  __m512i rounds[11];
  for (std::size_t r = 0; r < 11; ++r) {
    rounds[r] = _mm512_broadcast_i32x4(
        _mm_load_si128(reinterpret_cast<const __m128i*>(schedule.rounds[r].data())));
  }
  for (std::size_t at = 0; at < n; at += 16) {
    // The bits of the 64-bit words that are there.
    const std::size_t left = n - at;
    const std::uint32_t there = left >= 16 ? ~std::uint32_t{0} : (std::uint32_t{1} << 2 * left) - 1;
    __m512i s[4];
    for (std::size_t i = 0; i < 4; ++i) {
      s[i] = _mm512_xor_si512(
          _mm512_maskz_loadu_epi64(static_cast<__mmask8>(there >> 8 * i), in + at + 4 * i),
          rounds[0]);
    }
#pragma GCC unroll 9
    for (std::size_t r = 1; r < 10; ++r) {
      for (auto& one : s) one = _mm512_aesenc_epi128(one, rounds[r]);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      _mm512_mask_storeu_epi64(out + at + 4 * i, static_cast<__mmask8>(there >> 8 * i),
                               _mm512_aesenclast_epi128(s[i], rounds[10]));
    }
  }
}

}  // namespace

HITOKOE_AES void expand(const std::array<std::uint8_t, 16>& key, Schedule& out) {
  auto* rounds = reinterpret_cast<__m128i*>(&out);
  rounds[0] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(key.data()));
  rounds[1] = next_round<0x01>(rounds[0]);
  rounds[2] = next_round<0x02>(rounds[1]);
  rounds[3] = next_round<0x04>(rounds[2]);
  rounds[4] = next_round<0x08>(rounds[3]);
  rounds[5] = next_round<0x10>(rounds[4]);
  rounds[6] = next_round<0x20>(rounds[5]);
  rounds[7] = next_round<0x40>(rounds[6]);
  rounds[8] = next_round<0x80>(rounds[7]);
  rounds[9] = next_round<0x1b>(rounds[8]);
  rounds[10] = next_round<0x36>(rounds[9]);
}

void encrypt(Way way, const Schedule& schedule, const Block* in, std::size_t n, Block* out) {
  if (way == Way::kVaes) return encrypt_by_vaes(schedule, in, n, out);
  encrypt_by_ni(schedule, in, n, out);
}

#undef HITOKOE_AES
#undef HITOKOE_VAES

#else

void expand(const std::array<std::uint8_t, 16>&, Schedule&) {}
void encrypt(Way, const Schedule&, const Block*, std::size_t, Block*) {}

#endif

}  // namespace hitokoe::crypto::aes
