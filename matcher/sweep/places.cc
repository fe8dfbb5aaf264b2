#include "matcher/sweep/places.h"

#include <bit>
#include <cstddef>

#define HITOKOE_INLINE __attribute__((always_inline)) inline

namespace hitokoe::matcher::sweep {

namespace {

constexpr int kUnasked = 2;

// Appends the places of `bits`, counted from `base`. Most blocks have two at most: written without
// asking.
HITOKOE_INLINE std::uint16_t* append_places(std::uint64_t bits, std::size_t base,
                                            std::uint16_t* out) {
  const int many = std::popcount(bits);
  for (int i = 0; i < kUnasked || i < many; ++i) {
    out[i] = static_cast<std::uint16_t>(base + static_cast<unsigned>(std::countr_zero(bits)));
    bits &= bits - 1;
  }
  return out + many;
}

// A bit for each place whose character of two to four bytes is followed, or came after one, as
// `bits` show it.
HITOKOE_INLINE std::uint64_t next_in(std::uint64_t bits, std::uint64_t next) {
  return (bits >> 2 | next << 62) | (bits >> 3 | next << 61) | (bits >> 4 | next << 60);
}
HITOKOE_INLINE std::uint64_t odd_in(std::uint64_t bits, std::uint64_t last) {
  return (bits << 2 | last >> 62) | (bits << 3 | last >> 61) | (bits << 4 | last >> 60);
}

HITOKOE_INLINE void find_places(const Bitmaps& bits, std::size_t n, AllPlaces& out) {
  std::uint16_t* signs = out.signs.at.get();
  std::uint16_t* phones = out.phones.at.get();
  std::uint16_t* numbers = out.numbers.at.get();
  std::uint16_t* odds = out.odd.at.get();
  const Bitmaps::Row* row = &bits.row(0);  // nothing stands before it
  const Bitmaps::OddRow* odd = &bits.odd_row(0);
  for (std::size_t at = 0; at < n; at += 64, ++row, ++odd) {
    const std::uint64_t phone = row->of[kPhones];
    const std::uint64_t digit = row->of[kDigits];
    const std::uint64_t next_digit = row[1].of[kDigits];
    const std::uint64_t next_phone = row[1].of[kPhones];
    // Six digits at least.
    const std::uint64_t two = digit & (digit >> 1 | next_digit << 63);
    const std::uint64_t next_two = next_digit & next_digit >> 1;
    const std::uint64_t six = two & (two >> 2 | next_two << 62) & (two >> 4 | next_two << 60);
    numbers = append_places(six & ~(digit << 1 | row[-1].of[kDigits] >> 63), at, numbers);
    // A unit of ASCII that holds a phone has nine characters at least.
    const std::uint64_t pair = phone & (phone >> 1 | next_phone << 63);
    const std::uint64_t next_pair = next_phone & next_phone >> 1;
    const std::uint64_t four = pair & (pair >> 2 | next_pair << 62);
    const std::uint64_t next_four = next_pair & next_pair >> 2;
    const std::uint64_t after_phone = phone << 1 | row[-1].of[kPhones] >> 63;
    std::uint64_t units =
        four & (four >> 4 | next_four << 60) & (phone >> 8 | next_phone << 56) & ~after_phone;
    if (row->of[kBeyonds] != 0) {
      // One with an odd character has one right behind a character of ASCII, or an odd digit with
      // something of the unit behind it: alone, as in words, it is none.
      units |= (odd->trigger & next_in(phone | odd->odd, next_phone | odd[1].odd)) |
               (odd->odd & after_phone);
      const auto word = [&](std::ptrdiff_t i) { return row[i].of[kLocals] | row[i].of[kSigns]; };
      odds = append_places(
          odd->trigger & (next_in(word(0) | odd->odd, word(1) | odd[1].odd) |
                          odd_in(odd->odd, odd[-1].odd) | word(0) << 1 | word(-1) >> 63),
          at, odds);
    }
    phones = append_places(units, at, phones);
    signs = append_places(row->of[kSigns] | odd->sign, at, signs);
  }
  const auto close = [](Places& places, const std::uint16_t* end) {
    places.size = static_cast<std::size_t>(end - places.at.get());
  };
  close(out.signs, signs);
  close(out.phones, phones);
  close(out.numbers, numbers);
  close(out.odd, odds);
}

#if defined(__x86_64__)
__attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt"))) void find_places_avx2(const Bitmaps& bits,
                                                                            std::size_t n,
                                                                            AllPlaces& out) {
  find_places(bits, n, out);
}
#endif
void find_places_plainly(const Bitmaps& bits, std::size_t n, AllPlaces& out) {
  find_places(bits, n, out);
}

}  // namespace

FindPlaces find_places_for(Cpu cpu) {
  if (cpu == Cpu::kAvx512) return find_places_avx512;
#if defined(__x86_64__)
  if (cpu == Cpu::kAvx2) return find_places_avx2;
#endif
  return find_places_plainly;
}

}  // namespace hitokoe::matcher::sweep
