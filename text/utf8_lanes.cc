#include "text/utf8_lanes.h"

#include <cstring>

#include "text/utf8.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace hitokoe::text {
namespace {

std::size_t ascii_run(const std::uint8_t* p, std::size_t n) {
  std::size_t at = 0;
  while (n - at >= 8) {
    std::uint64_t eight;
    std::memcpy(&eight, p + at, 8);
    if ((eight & 0x8080808080808080U) != 0) break;
    at += 8;
  }
  while (at < n && p[at] < 0x80) ++at;
  return at;
}

#if defined(__x86_64__)

#define HITOKOE_AVX2 __attribute__((target("avx2")))
#define HITOKOE_AVX2_INLINE __attribute__((target("avx2"), always_inline)) static inline

using V = __m256i;

// What two bytes in a row may not be; each bit is one mistake, found where all three tables have
// it.
constexpr char kTooShort = 1 << 0;   // a lead without its rest
constexpr char kTooLong = 1 << 1;    // a rest after ASCII
constexpr char kOverlong3 = 1 << 2;  // E0 80-9F
constexpr char kTooLarge = 1 << 3;   // F4 90 and above
constexpr char kSurrogate = 1 << 4;  // ED A0-BF
constexpr char kOverlong2 = 1 << 5;  // C0, C1
constexpr char kTooLarge1000 = 1 << 6;
constexpr char kOverlong4 = 1 << 6;  // F0 80-8F
constexpr char kTwoRests = static_cast<char>(1 << 7);
constexpr char kCarry = static_cast<char>(kTooShort | kTooLong | kTwoRests);

HITOKOE_AVX2_INLINE V table(char a, char b, char c, char d, char e, char f, char g, char h, char i,
                            char j, char k, char l, char m, char n, char o, char q) {
  return _mm256_setr_epi8(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, q, a, b, c, d, e, f, g, h, i,
                          j, k, l, m, n, o, q);
}

constexpr char bits(int value) { return static_cast<char>(value); }

struct Checker {
  template <int kBack>
  HITOKOE_AVX2_INLINE V behind(V now, V before) {
    return _mm256_alignr_epi8(now, _mm256_permute2x128_si256(before, now, 0x21), 16 - kBack);
  }
  HITOKOE_AVX2_INLINE V high_nibble(V v) {
    return _mm256_and_si256(_mm256_srli_epi16(v, 4), _mm256_set1_epi8(0x0f));
  }
};

HITOKOE_AVX2_INLINE V mistakes(V now, V before) {
  const V by_high =
      table(kTooLong, kTooLong, kTooLong, kTooLong, kTooLong, kTooLong, kTooLong, kTooLong,
            kTwoRests, kTwoRests, kTwoRests, kTwoRests, bits(kTooShort | kOverlong2), kTooShort,
            bits(kTooShort | kOverlong3 | kSurrogate),
            bits(kTooShort | kTooLarge | kTooLarge1000 | kOverlong4));
  const char large = bits(kCarry | kTooLarge | kTooLarge1000);
  const V by_low =
      table(bits(kCarry | kOverlong3 | kOverlong2 | kOverlong4), bits(kCarry | kOverlong2), kCarry,
            kCarry, bits(kCarry | kTooLarge), large, large, large, large, large, large, large,
            large, bits(kCarry | kTooLarge | kTooLarge1000 | kSurrogate), large, large);
  const char rest = bits(kTooLong | kOverlong2 | kTwoRests);
  const V by_next =
      table(kTooShort, kTooShort, kTooShort, kTooShort, kTooShort, kTooShort, kTooShort, kTooShort,
            bits(rest | kOverlong3 | kTooLarge1000 | kOverlong4),
            bits(rest | kOverlong3 | kTooLarge), bits(rest | kSurrogate | kTooLarge),
            bits(rest | kSurrogate | kTooLarge), kTooShort, kTooShort, kTooShort, kTooShort);
  const V one = Checker::behind<1>(now, before);
  const V special = _mm256_and_si256(
      _mm256_and_si256(_mm256_shuffle_epi8(by_high, Checker::high_nibble(one)),
                       _mm256_shuffle_epi8(by_low, _mm256_and_si256(one, _mm256_set1_epi8(0x0f)))),
      _mm256_shuffle_epi8(by_next, Checker::high_nibble(now)));
  // The third and fourth byte of a long character must be rests, and nothing else may be two.
  const V third = _mm256_subs_epu8(Checker::behind<2>(now, before), _mm256_set1_epi8(bits(0x60)));
  const V fourth = _mm256_subs_epu8(Checker::behind<3>(now, before), _mm256_set1_epi8(bits(0x70)));
  const V must = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8(bits(0x80)));
  return _mm256_xor_si256(must, special);
}

// Whole blocks of 64 bytes without a mistake so far; the last character may be cut at their end.
HITOKOE_AVX2 std::size_t valid_blocks(const std::uint8_t* p, std::size_t n) {
  V before = _mm256_setzero_si256();
  std::size_t at = 0;
  for (; n - at >= 64; at += 64) {
    const V a = _mm256_loadu_si256(reinterpret_cast<const V*>(p + at));
    const V b = _mm256_loadu_si256(reinterpret_cast<const V*>(p + at + 32));
    V error;
    if (_mm256_movemask_epi8(_mm256_or_si256(a, b)) == 0) {
      // ASCII: the character before must have ended.
      const V longest = _mm256_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                         -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                         bits(0xef), bits(0xdf), bits(0xbf));
      error = _mm256_subs_epu8(before, longest);
    } else {
      error = _mm256_or_si256(mistakes(a, before), mistakes(b, a));
    }
    if (_mm256_testz_si256(error, error) == 0) break;
    before = b;
  }
  return at;
}

bool has_avx2() { return __builtin_cpu_supports("avx2") != 0; }

#endif

// `n` without the beginning of a character that goes on after it; the bytes before are valid.
std::size_t without_cut(const std::uint8_t* p, std::size_t n) {
  for (std::size_t back = 1; back <= 3 && back <= n; ++back) {
    const std::uint8_t byte = p[n - back];
    if (byte < 0x80) return n;
    if (byte >= 0xc0) {
      const std::size_t length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? n - back : n;
    }
  }
  return n;
}

}  // namespace

std::size_t valid_utf8_portable(const std::uint8_t* p, std::size_t n) {
  std::size_t at = 0;
  while (at < n) {
    at += ascii_run(p + at, n - at);
    if (at == n) break;
    const CodePoint c = next_code_point(p + at, n - at);
    if (!c.valid) break;
    at += c.length;
  }
  return at;
}

std::size_t valid_utf8(const std::uint8_t* p, std::size_t n) {
#if defined(__x86_64__)
  static const bool fast = has_avx2();
  if (fast && n >= 64) {
    const std::size_t blocks = valid_blocks(p, n);
    const std::size_t whole = without_cut(p, blocks);
    // What is left is less than a block, or has a mistake in its first.
    const std::size_t tail = n - whole < 132 ? n - whole : 132;
    return whole + valid_utf8_portable(p + whole, tail);
  }
#endif
  return valid_utf8_portable(p, n);
}

}  // namespace hitokoe::text
