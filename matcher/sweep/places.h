// Where something may be, from the bitmaps alone: what it is is seen later, so that few branches
// depend on the text. It may be all that it looks like and need not be.
#pragma once

#include <cstdint>
#include <memory>

#include "matcher/sweep/bitmaps.h"

namespace hitokoe::matcher::sweep {

// Ascending.
struct Places {
  static constexpr std::size_t kBehind = 64;  // may be written
  std::unique_ptr<std::uint16_t[]> at =
      std::make_unique_for_overwrite<std::uint16_t[]>(kLargestWindow + kBehind);
  std::size_t size = 0;
};

struct AllPlaces {
  Places signs;    // of addresses
  Places numbers;  // six digits at least
  // A unit of ASCII that has nine characters at least; an odd character behind one of ASCII; an odd
  // digit with something of the unit behind it: alone, as in words, it is none.
  Places phones;
  Places odd;  // digits that are not ASCII, and what folds to nothing, with something beside it
};

// `bits` are those of a window of n bytes.
using FindPlaces = void (*)(const Bitmaps& bits, std::size_t n, AllPlaces& out);
FindPlaces find_places_for(Cpu cpu);

// Only where cpus() has it.
void find_places_avx512(const Bitmaps& bits, std::size_t n, AllPlaces& out);

}  // namespace hitokoe::matcher::sweep
