#include "identity/places.h"

#include <algorithm>
#include <array>
#include <string>

#include "hitokoe/text/fold.h"
#include "identity/places_data.h"
#include "identity/prefectures.h"

namespace hitokoe::identity {
namespace {

struct Prefectures {
  Prefectures() {
    for (std::size_t p = 0; p < kPrefectures; ++p) {
      tokenize_address(kPrefectureNames[p], tokens[p]);
      first[p] = tokens[p].token[0] & ~kKanjiToken;
      for (const char32_t c : kPrefectureNames[p]) text::append_utf8(c, names[p]);
    }
  }
  std::array<AddressTokens, kPrefectures> tokens;
  std::array<AddressToken, kPrefectures> first;
  std::array<std::string, kPrefectures> names;
};

const Prefectures& prefectures() {
  static const Prefectures made;
  return made;
}

}  // namespace

std::string_view prefecture_name(int prefecture) {
  return prefectures().names[static_cast<std::size_t>(prefecture)];
}

namespace {

// The prefecture whose name without its last `left_out` tokens stands at tokens[at].
int prefecture_without(const AddressTokens& tokens, std::size_t at, std::size_t left_out,
                       std::size_t& length) {
  const Prefectures& all = prefectures();
  for (std::size_t p = 0; p < kPrefectures; ++p) {
    if (all.first[p] != (tokens.token[at] & ~kKanjiToken)) continue;
    const AddressTokens& name = all.tokens[p];
    const std::size_t size = name.size - left_out;
    if (at + size > tokens.size) continue;
    bool same = true;
    for (std::size_t i = 0; same && i < size; ++i) {
      same = (tokens.token[at + i] & ~kKanjiToken) == (name.token[i] & ~kKanjiToken);
    }
    if (same) {
      length = size;
      return static_cast<int>(p);
    }
  }
  return -1;
}

}  // namespace

int prefecture_at(const AddressTokens& tokens, std::size_t at, std::size_t& length) {
  if (at + 3 > tokens.size) return -1;
  const AddressToken third = tokens.token[at + 2];
  const AddressToken fourth = tokens.at(at + 3);
  if (third != U'道' && third != U'都' && third != U'府' && third != U'県' && fourth != U'県')
    return -1;
  return prefecture_without(tokens, at, 0, length);
}

int short_prefecture_at(const AddressTokens& tokens, std::size_t at, std::size_t& length) {
  if (at + 2 > tokens.size) return -1;
  std::size_t size = 0;
  const int p = prefecture_without(tokens, at, 1, size);
  if (p == kHokkaido || p < 0) return -1;
  length = size;
  return p;
}

const City& city(std::uint16_t id) { return places::kCities[id]; }

std::span<const std::uint16_t> cities_named(const PlaceHash& hash) {
  using namespace places;
  const std::uint64_t h = hash.value();
  for (std::size_t slot = slot_of<kAliasSlots>(h);; slot = (slot + 1) & (kAliasSlots - 1)) {
    const AliasSlot& alias = kAliases[slot];
    if (alias.tag == 0) return {};
    if (alias.tag == tag_of(h)) return {kAliasCities + alias.first, alias.count};
  }
}

bool is_town(const PlaceHash& hash) {
  using namespace places;
  const std::uint64_t h = hash.value();
  for (std::size_t slot = slot_of<kTownSlots>(h);; slot = (slot + 1) & (kTownSlots - 1)) {
    if (kTowns[slot] == 0) return false;
    if (kTowns[slot] == tag_of(h)) return true;
  }
}

bool may_begin_town(const PlaceHash& hash) {
  using namespace places;
  const std::size_t bit = slot_of<kTownStartBits>(hash.value());
  return (kTownStarts[bit / 64] >> bit % 64 & 1) != 0;
}

bool is_town_somewhere(const PlaceHash& hash, bool hokkaido) {
  using namespace places;
  const std::uint64_t h = hash.value();
  for (std::size_t slot = slot_of<kTownSlots>(h);; slot = (slot + 1) & (kTownSlots - 1)) {
    const TownCity& found = kTownCities[slot];
    if (found.tag == 0) return false;
    if (found.tag != tag_of(h)) continue;
    if (found.city == kEverywhere || (city(found.city).prefecture == kHokkaido) == hokkaido) {
      return true;
    }
  }
}

std::span<const std::uint16_t> cities_with_town(const PlaceHash& hash,
                                                std::array<std::uint16_t, kMostTownCities>& out) {
  using namespace places;
  const std::uint64_t h = hash.value();
  std::size_t count = 0;
  for (std::size_t slot = slot_of<kTownSlots>(h);; slot = (slot + 1) & (kTownSlots - 1)) {
    const TownCity& found = kTownCities[slot];
    if (found.tag == 0) return {out.data(), count};
    if (found.tag != tag_of(h)) continue;
    if (found.city == kEverywhere || count == out.size()) return {};
    out[count++] = found.city;
  }
}

std::span<const std::uint32_t> twins_of(const PlaceHash& town,
                                        std::array<std::uint32_t, kMostTwins>& out) {
  using namespace places;
  const Twin* end = kTwinTowns + kTwinTownCount;
  const std::uint64_t h = town.value();
  std::size_t count = 0;
  for (const Twin *t = std::lower_bound(kTwinTowns, end, h,
                                        [](const Twin&a, std::uint64_t b) { return a.hash < b; });
       t != end && t->hash == h && count < out.size(); ++t) {
    out[count++] = t->postal;
  }
  return {out.data(), count};
}

std::uint32_t twin_at(const PlaceHash& crossing) {
  using namespace places;
  const Twin* end = kTwinCrossings + kTwinCrossingCount;
  const std::uint64_t h = crossing.value();
  const Twin* t = std::lower_bound(kTwinCrossings, end, h,
                                   [](const Twin& a, std::uint64_t b) { return a.hash < b; });
  return t != end && t->hash == h ? t->postal : 0;
}

std::u32string_view place_characters() {
  return {places::kPlaceCharacters, places::kPlaceCharacterCount};
}

std::uint16_t places_version() {
  return static_cast<std::uint16_t>(places::kVersion * 100 + places::kRules);
}

std::vector<ByteView> place_tables() {
  using namespace places;
  const auto bytes = [](const auto* data, std::size_t n) {
    return ByteView{reinterpret_cast<const std::uint8_t*>(data), n * sizeof *data};
  };
  std::vector<ByteView> all = {bytes(kAliases, kAliasSlots), bytes(kAliasCities, kAliasCityCount),
                               bytes(kTowns, kTownSlots)};
  // Without what stands between the members.
  static const std::vector<std::uint16_t> towns = [] {
    std::vector<std::uint16_t> flat;
    for (const TownCity& t : kTownCities) {
      flat.push_back(static_cast<std::uint16_t>(t.tag >> 16));
      flat.push_back(static_cast<std::uint16_t>(t.tag));
      flat.push_back(t.city);
    }
    return flat;
  }();
  all.push_back(bytes(towns.data(), towns.size()));
  all.push_back(bytes(kPlaceCharacters, kPlaceCharacterCount));
  static const std::vector<std::uint64_t> twins = [] {
    std::vector<std::uint64_t> flat;
    for (const auto& list :
         {std::span(kTwinTowns, kTwinTownCount), std::span(kTwinCrossings, kTwinCrossingCount)}) {
      for (const Twin& t : list) flat.insert(flat.end(), {t.hash, t.postal});
    }
    return flat;
  }();
  all.push_back(bytes(twins.data(), twins.size()));
  for (std::size_t i = 0; i < kCityCount; ++i) all.push_back(as_bytes(kCities[i].name));
  return all;
}

}  // namespace hitokoe::identity
