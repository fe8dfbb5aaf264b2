// What make_places writes.
#pragma once

#include "identity/places.h"

namespace hitokoe::identity::places {

struct AliasSlot {
  std::uint32_t tag;  // 0: empty
  std::uint16_t first, count;
};

struct TownCity {
  std::uint32_t tag;   // 0: empty; a name in several cities has several slots
  std::uint16_t city;  // or kEverywhere
};

// A town of Kyoto of which its ward has several, or one of their crossings; by hash.
struct Twin {
  std::uint64_t hash;
  std::uint32_t postal;
};

inline constexpr std::uint16_t kEverywhere = 0xffff;
inline constexpr std::size_t kAliasSlots = 1U << 14;
inline constexpr std::size_t kTownSlots = 1U << 18;
inline constexpr std::size_t kTownStartBits = 1U << 21;  // 256 KiB: about one in eight is set

// Of the rules by which make_places reads a source; with the source's version the table's.
inline constexpr std::uint16_t kRules = 2;
extern const std::uint16_t kVersion;  // of the source
extern const std::size_t kCityCount;
extern const City kCities[];
extern const AliasSlot kAliases[kAliasSlots];
extern const std::size_t kAliasCityCount;
extern const std::uint16_t kAliasCities[];
extern const std::uint32_t kTowns[kTownSlots];  // tags; 0: empty
extern const TownCity kTownCities[kTownSlots];
// A bit for the hash of every beginning of a town, with its seed: most of what is looked up begins
// none. Follows from kTowns, so that it has no part in the digest.
extern const std::uint64_t kTownStarts[kTownStartBits / 64];
extern const std::size_t kPlaceCharacterCount;
extern const char32_t kPlaceCharacters[];  // kanji of all names, as tokens have them
extern const std::size_t kTwinTownCount, kTwinCrossingCount;
extern const Twin kTwinTowns[], kTwinCrossings[];  // sorted

constexpr std::uint32_t tag_of(std::uint64_t hash) {
  return static_cast<std::uint32_t>(hash >> 32) | 1U;
}
template <std::size_t kSlots>
constexpr std::size_t slot_of(std::uint64_t hash) {
  return static_cast<std::size_t>(hash) & (kSlots - 1);
}

}  // namespace hitokoe::identity::places
