#include "identity/places.h"

#include <array>
#include <string>

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

int prefecture_at(const AddressTokens& tokens, std::size_t at, std::size_t& length) {
  if (at + 3 > tokens.size) return -1;
  const AddressToken third = tokens.token[at + 2];
  const AddressToken fourth = tokens.at(at + 3);
  if (third != U'道' && third != U'都' && third != U'府' && third != U'県' && fourth != U'県')
    return -1;
  const Prefectures& all = prefectures();
  for (std::size_t p = 0; p < kPrefectures; ++p) {
    if (all.first[p] != (tokens.token[at] & ~kKanjiToken)) continue;
    const AddressTokens& name = all.tokens[p];
    if (at + name.size > tokens.size) continue;
    bool same = true;
    for (std::size_t i = 0; same && i < name.size; ++i) {
      same = (tokens.token[at + i] & ~kKanjiToken) == (name.token[i] & ~kKanjiToken);
    }
    if (same) {
      length = name.size;
      return static_cast<int>(p);
    }
  }
  return -1;
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

std::vector<ByteView> place_tables() {
  using namespace places;
  const auto bytes = [](const auto* data, std::size_t n) {
    return ByteView{reinterpret_cast<const std::uint8_t*>(data), n * sizeof *data};
  };
  std::vector<ByteView> all = {bytes(kAliases, kAliasSlots), bytes(kAliasCities, kAliasCityCount),
                               bytes(kTowns, kTownSlots)};
  for (std::size_t i = 0; i < kCityCount; ++i) all.push_back(as_bytes(kCities[i].name));
  return all;
}

}  // namespace hitokoe::identity
