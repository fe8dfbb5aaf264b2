// The place dictionary: prefectures, cities with the ways to write them, towns.
//
// Made at build time from Debian's skkdic-extra (SKK-JISYO.zipcode, public domain); towns are kept
// as 32-bit hashes within their city: P(a false town) is about 1e-10 a lookup.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "identity/address_tokens.h"

namespace hitokoe::identity {

inline constexpr int kHokkaido = 0;
inline constexpr std::size_t kPrefectures = 47;

struct City {
  const char* name;  // canonical: without its county; 京都市中京区
  std::uint8_t prefecture;
  bool kyoto;  // one of Kyoto city's wards: addresses by crossings
};

// In the order of their official codes; `tokens`: how they are matched.
std::string_view prefecture_name(int prefecture);

// The prefecture at tokens[at]; -1: none. `length`: tokens.
int prefecture_at(const AddressTokens& tokens, std::size_t at, std::size_t& length);

// The same without its last character: 東京, 神奈川; not 北海.
int short_prefecture_at(const AddressTokens& tokens, std::size_t at, std::size_t& length);

const City& city(std::uint16_t id);
// The cities that these tokens may name (府中市: two); hash without seed.
std::span<const std::uint16_t> cities_named(const PlaceHash& hash);

// Whether a token takes part in the hash of a town: not spaces, nor the 条 of Hokkaido, which
// people leave out (北24条西 = 北24西).
inline bool counts_in_town(const AddressTokens& tokens, std::size_t i, bool hokkaido) {
  if (tokens.token[i] == U' ') return false;
  return !(hokkaido && tokens.token[i] == U'条' && i > 0 && is_number(tokens.token[i - 1]));
}
// Of a Kyoto address: where the town begins, after the last 上る, 下る, 東入 or 西入; `from` where
// there is none.
std::size_t after_crossing(const AddressTokens& tokens, std::size_t from);
// The number of blocks from the crossing, between it and the town: after 2丁目, where a crossing
// was found (`at` is after `from`).
std::size_t after_blocks(const AddressTokens& tokens, std::size_t at, std::size_t from);

// Towns: the hash begins with town_seed(city).
inline PlaceHash town_seed(std::uint16_t city_id) { return PlaceHash(0x1000ULL + city_id); }
bool is_town(const PlaceHash& hash);
// False: no town begins so, and none is so.
bool may_begin_town(const PlaceHash& hash);

// Towns whatever their city, in Hokkaido or elsewhere; the hash has no seed.
bool is_town_somewhere(const PlaceHash& hash, bool hokkaido);
// The cities with a town of that name, in `out`; none where more than `out` holds have one.
inline constexpr std::size_t kMostTownCities = 16;
std::span<const std::uint16_t> cities_with_town(const PlaceHash& hash,
                                                std::array<std::uint16_t, kMostTownCities>& out);

// Several towns of one name in one ward of Kyoto, told apart by postal codes: those of the town
// whose hash this is (with seed), in `out`; none where there is only one such town.
inline constexpr std::size_t kMostTwins = 8;
std::span<const std::uint32_t> twins_of(const PlaceHash& town,
                                        std::array<std::uint32_t, kMostTwins>& out);
// The postal code of the one at that crossing; 0: not known.
std::uint32_t twin_at(const PlaceHash& crossing);
// Crossing and town, tokens [from, to), without what people leave out: 通, る.
PlaceHash crossing_hash(const AddressTokens& tokens, std::size_t from, std::size_t to,
                        std::uint16_t city_id);

// Every kanji that stands in a name of a city or town.
std::u32string_view place_characters();

// A hundred times the version of the source, and that of the rules that read it.
std::uint16_t places_version();
std::vector<ByteView> place_tables();

}  // namespace hitokoe::identity
