#include "matcher/sweep/bitmaps.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <bit>
#include <vector>

namespace hitokoe::matcher::sweep {

namespace {

std::vector<Cpu> cpus_here() {
  std::vector<Cpu> out;
#if defined(__x86_64__)
  const bool bits = __builtin_cpu_supports("bmi") != 0 && __builtin_cpu_supports("bmi2") != 0 &&
                    __builtin_cpu_supports("popcnt") != 0;
  if (bits && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512vbmi") != 0 &&
      __builtin_cpu_supports("avx512vbmi2") != 0 && __builtin_cpu_supports("gfni") != 0) {
    out.push_back(Cpu::kAvx512);
  }
  if (bits && __builtin_cpu_supports("avx2") != 0) out.push_back(Cpu::kAvx2);
#if defined(__SSE2__)
  out.push_back(Cpu::kSse2);
#endif
#endif
  out.push_back(Cpu::kPortable);
  return out;
}

// What each byte is by the table.
struct Classes {
  alignas(16) std::array<std::uint8_t, 64> of;
};

inline Classes classes_of(const std::uint8_t* at) {
  Classes out;
  for (std::size_t i = 0; i < 64; ++i) {
    out.of[i] = at[i] < 0x80 ? kMapsOf[at[i]] : std::uint8_t{1U << kBeyonds};
  }
  return out;
}

// Bit `bit` of eight bytes, the first in the lowest place.
inline std::uint64_t gather(const std::uint8_t* classes, unsigned bit) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 64; i += 8) {
    std::uint64_t eight = 0;
    for (std::size_t k = 0; k < 8; ++k) eight |= std::uint64_t{classes[i + k]} << (8 * k);
    eight = eight >> bit & 0x0101010101010101ULL;
    // Each product term lands in its own bit of the highest byte.
    out |= (eight * 0x0102040810204080ULL >> 56) << i;
  }
  return out;
}

}  // namespace

Bitmaps::OddRow odds_of(const std::uint8_t* at, std::uint64_t beyond) {
  const Characters& characters = Characters::get();
  Bitmaps::OddRow out{};
  for (; beyond != 0; beyond &= beyond - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(beyond));
    std::size_t length = 0;
    const std::uint8_t odd = characters.odd_at(at + i, 67 - i, length);
    const std::uint64_t bit = beyond & -beyond;
    if ((odd & kTrigger) != 0) out.trigger |= bit;
    if (odd != 0) out.odd |= bit;
    if ((odd & kOddSign) != 0) out.sign |= bit;
  }
  return out;
}

std::span<const Cpu> cpus() {
  static const std::vector<Cpu> all = cpus_here();
  return all;
}

std::string_view to_string(Cpu cpu) {
  switch (cpu) {
    case Cpu::kAvx512:
      return "AVX-512";
    case Cpu::kAvx2:
      return "AVX2";
    case Cpu::kSse2:
      return "SSE2";
    case Cpu::kPortable:
      break;
  }
  return "portable";
}

Fill fill_for(Cpu cpu) {
  switch (cpu) {
    case Cpu::kAvx512:
      return fill_avx512;
    case Cpu::kAvx2:
      return fill_avx2;
    case Cpu::kSse2:
      return fill_sse2;
    case Cpu::kPortable:
      break;
  }
  return fill_portable;
}

void fill_portable(const std::uint8_t* text, std::size_t n, Bitmaps& out) {
  std::array<std::uint8_t, 67> last;
  for (std::size_t b = 0; 64 * b < n; ++b) {
    const std::uint8_t* at = block_at<3>(text, n, 64 * b, last);
    const Classes classes = classes_of(at);
    Bitmaps::Row& row = out.row(b);
    for (unsigned i = 0; i < kMaps; ++i) row.of[i] = gather(classes.of.data(), i);
    out.odd_row(b) = odds_of(at, row.of[kBeyonds]);
  }
  out.end((n + 63) / 64);
}

void fill_sse2(const std::uint8_t* text, std::size_t n, Bitmaps& out) {
#if defined(__SSE2__)
  std::array<std::uint8_t, 67> last;
  for (std::size_t b = 0; 64 * b < n; ++b) {
    const std::uint8_t* at = block_at<3>(text, n, 64 * b, last);
    const Classes classes = classes_of(at);
    Bitmaps::Row row{};
    for (unsigned part = 0; part < 4; ++part) {
      const __m128i sixteen = _mm_load_si128(
          reinterpret_cast<const __m128i*>(classes.of.data() + std::size_t{16} * part));
      for (int i = 0; i < kMaps; ++i) {
        // The bit comes to the top of its byte; what it pushes over into the next does not get
        // that far.
        const auto mask =
            static_cast<std::uint16_t>(_mm_movemask_epi8(_mm_slli_epi16(sixteen, 7 - i)));
        row.of[static_cast<std::size_t>(i)] |= std::uint64_t{mask} << (16 * part);
      }
    }
    out.row(b) = row;
    out.odd_row(b) = odds_of(at, row.of[kBeyonds]);
  }
  out.end((n + 63) / 64);
#else
  fill_portable(text, n, out);
#endif
}

}  // namespace hitokoe::matcher::sweep
