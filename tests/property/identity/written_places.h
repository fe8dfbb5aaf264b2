// Addresses of the dictionary's places, written in many ways. Knows nothing of the parser.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "identity/places/source.h"

namespace hitokoe::identity::written {

using U32 = std::u32string;
using Random = std::mt19937;
using ToText = std::function<U32(int)>;

const places::Source& source();
std::string utf8(const U32& text);
U32 number(int n);
inline bool is_kanji_char(char32_t c) { return (c >= 0x4e00 && c <= 0x9fff) || c == U'々'; }

template <class T>
const T& pick(Random& random, const std::vector<T>& from) {
  return from[random() % from.size()];
}
inline bool chance(Random& random, unsigned percent) { return random() % 100 < percent; }

struct Place {
  U32 prefecture, county, city, town, postal;
  std::vector<int> numbers;
  U32 building;  // as written, without a room that counts
  U32 room;      // digits
};

// With numbers of its own.
Place place_of(const places::TownEntry& entry, Random& random);

// 1丁目2番3号, 12番地3, 5番地.
U32 official_numbers(const std::vector<int>& n, const ToText& text);

// An address as it is going to be written; the ways change its parts.
struct Written {
  Place place;
  U32 before_town;  // 大字, a crossing
  U32 numbers;
  U32 gap;  // between the parts
  bool with_prefecture = true, with_county = true, with_city = true;

  U32 text() const {
    U32 out = place.postal.empty()
                  ? U32()
                  : U"〒" + place.postal.substr(0, 3) + U"-" + place.postal.substr(3) + U" ";
    if (with_prefecture) out += place.prefecture + gap;
    if (with_county) out += place.county;
    if (with_city) out += place.city + gap;
    out += before_town + place.town + gap + numbers;
    // 三十五 ハイツ: nothing else tells where a number in kanji ends.
    if (!place.building.empty() && is_kanji_char(numbers.back()) && numbers.back() != U'号')
      out += U' ';
    out += place.building;
    return out;
  }
};

// Gives false where this way does not apply to the place.
struct Way {
  const char* name;
  std::function<bool(Written&, Random&)> apply;
};

const std::vector<Way>& ways();

}  // namespace hitokoe::identity::written
