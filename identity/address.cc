#include "identity/address.h"

#include <algorithm>

#include "hitokoe/text/fold.h"
#include "identity/address_numbers.h"
#include "identity/places.h"
#include "identity/postal.h"

namespace hitokoe::identity {
namespace {

constexpr std::size_t kLongestCity = 16;  // tokens
constexpr std::size_t kLongestTown = 24;  // tokens
constexpr std::size_t kLongestArea = 24;  // tokens of what the dictionary does not know

struct CityMatch {
  std::span<const std::uint16_t> cities;
  std::size_t end = 0;  // token after the name
};

struct Town {
  std::size_t begin, end;
  bool without_machi = false;  // its last 町 is left out: 豊川8
};

}  // namespace

class AddressParser {
 public:
  AddressParser(AddressReader& reader, Side side, std::string_view postal)
      : r_(reader), t_(reader.tokens_), side_(side), postal_(postal) {}

  // Tokens of the town that the last parse found in the dictionary, 0: none.
  std::size_t town_size() const { return best_town_; }

  // Calls `use` with every kanji that at tokens[gap] makes the name of a city, or, where the city
  // is certain, of a town that numbers follow; until it gives false. A few lookups a kanji.
  template <class Use>
  void fill(std::size_t gap, const Use& use) {
    std::size_t at = 0;
    skip_spaces(at);
    skip_prefecture(at);
    if (at > gap) return;
    const CityMatch named = longest_city(at);
    if (named.cities.empty() || named.end > gap) return fill_city(at, gap, use);
    std::uint16_t only = 0;
    std::size_t fitting = 0;
    for (const std::uint16_t id : named.cities) {
      if (prefecture_ >= 0 && city(id).prefecture != prefecture_) continue;
      only = id;
      ++fitting;
    }
    if (fitting == 1) fill_town(only, named.end, gap, use);
  }

  std::size_t parse(std::size_t at) {
    skip_spaces(at);
    skip_prefecture(at);
    const std::size_t after_prefecture = at;
    CityMatch named = longest_city(at);
    if (named.cities.empty() && prefecture_ < 0) named = city_after_short_prefecture(at);
    skip_repeated(named);
    r_.begins_with_place_ = prefecture_ >= 0 || !named.cities.empty();
    if (!r_.begins_with_place_ && r_.only_with_place_) return 0;
    if (!named.cities.empty()) {
      read_in_cities(named);
      if (best_town_ == 0 && prefecture_ < 0) read_after_short_prefecture(after_prefecture);
      // 市川町35-49 is in 八戸市, or is 市川町 of 兵庫県.
      if (side_ == Side::kLeak && prefecture_ < 0 && found_ > 0) {
        const AddressToken last = t_.token[named.end - 1];
        if (last == U'町' || last == U'村') read_town_alone(after_prefecture);
      }
      if (found_ > 0) return found_;
    } else {
      read_town_alone(after_prefecture);
      if (found_ > 0) return found_;
    }
    return read_without_dictionary(after_prefecture) ? 1 : 0;
  }

 private:
  void skip_spaces(std::size_t& at) const {
    while (t_.is(at, U' ')) ++at;
  }

  // Also where a column repeats it: 東京都 東京都江東区.
  void skip_prefecture(std::size_t& at) {
    std::size_t length = 0;
    prefecture_ = prefecture_at(t_, at, length);
    at += length;
    skip_spaces(at);
    if (prefecture_ >= 0 && prefecture_at(t_, at, length) == prefecture_) {
      at += length;
      skip_spaces(at);
    }
  }

  template <class Use>
  void fill_city(std::size_t at, std::size_t gap, const Use& use) const {
    PlaceHash before;
    for (std::size_t i = at; i < gap; ++i) {
      if (t_.token[i] != U' ') before.add(t_.token[i]);
    }
    // Behind the last 市区町村 no name of a city ends: mostly there is none.
    const std::size_t most = std::min(t_.size, at + kLongestCity);
    std::size_t end = 0;
    for (std::size_t i = gap + 1; i < most && !is_number(t_.token[i]); ++i) {
      if (ends_as_city(t_.token[i])) end = i + 1;
    }
    if (end == 0) return;
    for (const char32_t c : place_characters()) {
      PlaceHash hash = before;
      hash.add(c);
      for (std::size_t i = gap + 1; i < end; ++i) {
        if (t_.token[i] == U' ') continue;
        hash.add(t_.token[i]);
        if (ends_as_city(t_.token[i]) && !cities_named(hash).empty()) {
          if (!use(c)) return;
          break;
        }
      }
    }
  }

  template <class Use>
  void fill_town(std::uint16_t id, std::size_t at, std::size_t gap, const Use& use) const {
    skip_spaces(at);
    at = skip_area_marks(at);
    const bool hokkaido = city(id).prefecture == kHokkaido;
    std::size_t end = gap + 1;
    while (end < t_.size && end - at < kLongestTown && !ends_name(end)) ++end;
    if (at > gap || end == t_.size || end - at >= kLongestTown) return;
    PlaceHash before = town_seed(id);
    for (std::size_t i = at; i < gap; ++i) {
      if (counts_in_town(t_, i, hokkaido)) before.add(t_.token[i]);
    }
    for (const char32_t c : place_characters()) {
      PlaceHash hash = before;
      hash.add(c);
      for (std::size_t i = gap + 1; i < end; ++i) {
        if (counts_in_town(t_, i, hokkaido)) hash.add(t_.token[i]);
      }
      if (is_town(hash) && !use(c)) return;
    }
  }

  static bool ends_as_city(AddressToken c) {
    return c == U'市' || c == U'区' || c == U'町' || c == U'村';
  }

  // 東京江東区, 神奈川 横浜市: without 都 and 県.
  CityMatch city_after_short_prefecture(std::size_t at) {
    std::size_t length = 0;
    prefecture_ = short_prefecture_at(t_, at, length);
    if (prefecture_ < 0) return {};
    at += length;
    skip_spaces(at);
    const CityMatch named = longest_city(at);
    if (named.cities.empty()) prefecture_ = -1;
    return named;
  }

  // 千葉市川市: 市川市 of 千葉県 where its town says so, not the 千葉市 that it also begins with.
  void read_after_short_prefecture(std::size_t at) {
    const CityMatch named = city_after_short_prefecture(at);
    if (named.cities.empty()) return;
    const std::size_t before = found_;
    found_ = 0;
    read_in_cities(named);
    if (best_town_ == 0) found_ = before;
  }

  // A column with the city, and one with all of the address: 江東区 江東区豊洲.
  void skip_repeated(CityMatch& named) const {
    if (named.cities.empty()) return;
    std::size_t at = named.end;
    skip_spaces(at);
    if (at == named.end) return;
    const CityMatch again = longest_city(at);
    if (again.cities.data() == named.cities.data()) named.end = again.end;
  }

  // The longest name that fits the prefecture.
  CityMatch longest_city(std::size_t at) const {
    CityMatch best;
    PlaceHash hash;
    for (std::size_t i = at; i < t_.size && i - at < kLongestCity; ++i) {
      if (t_.token[i] == U' ') continue;
      hash.add(t_.token[i]);
      // Names of cities end so; the hash need not be looked up otherwise.
      if (!ends_as_city(t_.token[i])) continue;
      const auto cities = cities_named(hash);
      const bool fits = std::any_of(cities.begin(), cities.end(), [this](std::uint16_t id) {
        return prefecture_ < 0 || city(id).prefecture == prefecture_;
      });
      if (fits) best = {cities, i + 1};
    }
    return best;
  }

  // The longest town of the dictionary at `at`, without 大字 and 字.
  Town longest_town(std::uint16_t id, std::size_t at) const {
    return longest_town(
        town_seed(id), at, city(id).prefecture == kHokkaido,
        [](const PlaceHash& hash) { return may_begin_town(hash); },
        [](const PlaceHash& hash) { return is_town(hash); });
  }

  template <class MayBegin, class IsTown>
  Town longest_town(PlaceHash hash, std::size_t at, bool hokkaido, const MayBegin& may_begin,
                    const IsTown& known) const {
    skip_spaces(at);
    at = skip_area_marks(at);
    Town best{at, at};
    for (std::size_t i = at; i < t_.size && i - at < kLongestTown; ++i) {
      if (!counts_in_town(t_, i, hokkaido)) {
        if (t_.token[i] == U'条' && best.end == i) best.end = i + 1;
        continue;
      }
      if (t_.token[i] == U'-' || t_.token[i] == U'(') break;
      const PlaceHash before = hash;
      hash.add(t_.token[i]);
      const bool goes_on = may_begin(hash);
      if (is_arabic(t_.token[i])) note_search(before, goes_on);
      if (!goes_on) break;
      if (known(hash)) {
        best.end = i + 1;
        best.without_machi = false;
      } else if (i > at && ends_name(i + 1)) {
        PlaceHash whole = hash;
        whole.add(U'町');
        if (may_begin(whole) && known(whole)) {
          best.end = i + 1;
          best.without_machi = true;
        }
      }
    }
    if (hokkaido && t_.is(best.end, U'条') && best.end > best.begin &&
        is_number(t_.token[best.end - 1])) {
      ++best.end;
    }
    return best;
  }

  void note_search(const PlaceHash& before, bool goes_on) const {
    TownSearches& s = r_.searches_;
    if (goes_on || s.count == TownSearches::kMost) {
      s.open = true;
    } else {
      s.before[s.count++] = before;
    }
  }

  // Whether a name that ends before `i` is followed by the numbers of an address.
  bool ends_name(std::size_t i) const {
    skip_spaces(i);
    if (t_.is(i, U'-') || (t_.is(i, U'第') && is_number(t_.at(i + 1)))) ++i;
    return begins_numbers(t_, i);
  }

  std::size_t skip_area_marks(std::size_t at) const {
    if (t_.is(at, U'大') && t_.is(at + 1, U'字')) return at + 2;
    if (t_.is(at, U'小') && t_.is(at + 1, U'字')) return at + 2;
    return t_.is(at, U'字') ? at + 1 : at;
  }

  Town town_of(std::uint16_t id, std::size_t at) const {
    if (!city(id).kyoto) return longest_town(id, at);
    r_.searches_.open = true;
    const std::size_t cut = after_crossing(t_, at);
    // 上る2丁目下天神町: the number still belongs to the crossing.
    const std::size_t begin = after_blocks(t_, cut, at);
    const Town town = longest_town(id, begin);
    if (town.end > town.begin) return town;
    // 下る西側染殿町, 寺町通御池 上本能寺前町: what else of the crossing stands before the town.
    for (std::size_t i = begin + 1; i < t_.size && !begins_numbers(t_, i); ++i) {
      const Town later = longest_town(id, i);
      if (later.end > later.begin + 1 && !later.without_machi && ends_name(later.end)) return later;
    }
    return cut > at ? Town{begin, begin} : town;
  }

  // A town whose city is not written, where few cities have one of that name.
  void read_town_alone(std::size_t at) {
    // Most values that are no address have neither a number nor a 町 at their end.
    if (std::none_of(t_.token.begin(), t_.token.begin() + static_cast<long>(t_.size), is_number) &&
        !(t_.size > 0 && ends_as_city(t_.token[t_.size - 1]))) {
      return;
    }
    std::array<std::uint16_t, kMostTownCities> ids;
    std::size_t count = 0;
    std::size_t end = 0;
    // Hokkaido's 条 do not count there, elsewhere they do.
    for (const bool hokkaido : {false, true}) {
      const Town town = longest_town(
          PlaceHash(), at, hokkaido, [](const PlaceHash&) { return true; },
          [&](const PlaceHash& hash) { return is_town_somewhere(hash, hokkaido); });
      if (town.end <= town.begin + 1 || town.end < end) continue;
      // 本町1-3 may be 本町一条3 of Hokkaido: a guess.
      if (side_ == Side::kHolder && hokkaido && is_number(t_.token[town.end - 1])) continue;
      if (town.end < t_.size && !ends_name(town.end)) continue;
      PlaceHash hash;
      for (std::size_t i = town.begin; i < town.end; ++i) {
        if (counts_in_town(t_, i, hokkaido)) hash.add(t_.token[i]);
      }
      if (town.without_machi) hash.add(U'町');
      if (town.end > end) count = 0;
      end = town.end;
      std::array<std::uint16_t, kMostTownCities> some;
      for (const std::uint16_t id : cities_with_town(hash, some)) {
        const bool fits = (prefecture_ < 0 || city(id).prefecture == prefecture_) &&
                          (city(id).prefecture == kHokkaido) == hokkaido;
        if (fits && count < ids.size()) ids[count++] = id;
      }
    }
    if (count > 1 && side_ == Side::kHolder) return;
    for (std::size_t i = 0; i < count; ++i) {
      add_address(ids[i], town_of(ids[i], at), at);
    }
  }

  // `from`: after the city, where a crossing may stand.
  void add_address(std::uint16_t id, const Town& town, std::size_t from) {
    std::array<std::uint32_t, kMostTwins> codes;
    const auto twins = city(id).kyoto ? twins_at(id, town, codes) : std::span<std::uint32_t>();
    if (twins.empty()) return add_address(id, town, 0U);
    std::uint32_t code = twin_at(crossing_hash(t_, from, town.end, id));
    for (const std::uint32_t twin : twins) {
      if (code == 0 && postal_.size() == 7 && std::to_string(twin) == postal_) code = twin;
    }
    const bool leak = side_ == Side::kLeak;
    if (code != 0) add_address(id, town, code);
    if (code == 0 || leak) add_address(id, town, 0U);
    if (code != 0 || !leak) return;
    for (const std::uint32_t twin : twins) add_address(id, town, twin);
  }

  // `postal`: of the town among those of its name in Kyoto; 0: not known, or the only one.
  void add_address(std::uint16_t id, const Town& town, std::uint32_t postal) {
    if (found_ == AddressReader::kMostAddresses) return;
    Address& address = r_.found_[found_++];
    address.head.clear();
    address.head += prefecture_name(city(id).prefecture);
    address.head += '|';
    address.head += city(id).name;
    address.known_city = true;
    read_rest(address, town, city(id).prefecture == kHokkaido, postal);
  }

  std::span<std::uint32_t> twins_at(std::uint16_t id, const Town& town,
                                    std::array<std::uint32_t, kMostTwins>& codes) const {
    PlaceHash hash = town_seed(id);
    for (std::size_t i = town.begin; i < town.end; ++i) {
      if (t_.token[i] != U' ') hash.add(t_.token[i]);
    }
    if (town.without_machi) hash.add(U'町');
    return std::span(codes).first(twins_of(hash, codes).size());
  }

  void read_in_cities(const CityMatch& named) {
    std::size_t best = 0;
    bool overflows = false;
    std::array<std::pair<std::uint16_t, Town>, AddressReader::kMostAddresses> chosen;
    std::size_t count = 0;
    for (const std::uint16_t id : named.cities) {
      if (prefecture_ >= 0 && city(id).prefecture != prefecture_) continue;
      const Town town = town_of(id, named.end);
      const std::size_t size = town.end - town.begin;
      if (size < best) continue;
      if (size > best) {
        count = 0;
        overflows = false;
      }
      best = size;
      if (count == chosen.size()) {
        overflows = true;
        continue;
      }
      chosen[count++] = {id, town};
    }
    best_town_ = best;
    // Half the wards of Japan have this name: no evidence at all.
    if (best == 0 && overflows) return;
    // Several cities that the text cannot tell apart: the holder's side keeps to what is written.
    if (count > 1 && side_ == Side::kHolder) return;
    for (std::size_t i = 0; i < count; ++i)
      add_address(chosen[i].first, chosen[i].second, named.end);
  }

  // A city that the dictionary does not have (a merger since): everything up to 市区町村.
  bool read_without_dictionary(std::size_t at) {
    std::size_t end = 0;
    for (std::size_t i = at + 1; end == 0 && i < t_.size && i - at < kLongestCity; ++i) {
      const AddressToken c = t_.token[i];
      if (is_arabic(c) || c == U' ' || c == U'-') break;
      const bool ends = ends_as_city(c);
      // Without prefecture only a 市 is a city for sure; 紀尾井町 is a town.
      if (ends && (prefecture_ >= 0 || c == U'市')) end = i + 1;
    }
    if (end == 0 || !(is_kanji(t_.token[at]) || is_number(t_.token[at]))) return false;
    if (prefecture_ < 0) {
      bool number = false;
      for (std::size_t i = end; i < t_.size; ++i) number = number || is_number(t_.token[i]);
      if (!number) return false;
    }
    Address& address = r_.found_[found_++];
    address.head.clear();
    if (prefecture_ >= 0) address.head += prefecture_name(prefecture_);
    address.head += '|';
    for (std::size_t i = at; i < end; ++i) append_place_token(t_.token[i], address.head);
    address.known_city = false;
    read_rest(address, {end, end}, prefecture_ == kHokkaido);
    return true;
  }

  // Town, what of the area the dictionary does not know, numbers and room.
  void read_rest(Address& address, Town town, bool hokkaido, std::uint32_t postal = 0) {
    address.city_size = address.head.size();
    address.head += '|';
    std::size_t numbers_at = town.end;
    std::size_t name_end = town.end;
    // 月寒東3条: the last number of a town is the first of the address.
    const std::size_t last = last_number_of(town, hokkaido);
    if (last > town.begin) {
      name_end = last;
      numbers_at = last;
    }
    // 二十四軒 is also written 24-.
    const bool only_number = name_end == town.begin + 2 && is_number(t_.token[town.begin]) &&
                             t_.is(town.begin + 1, U'軒');
    for (std::size_t i = town.begin; !only_number && i < name_end; ++i) {
      if (counts_in_town(t_, i, hokkaido)) append_place_token(t_.token[i], address.head);
    }
    if (town.without_machi) address.head += "町";
    if (postal != 0) address.head.append("〒").append(std::to_string(postal));
    if (numbers_at == town.end) numbers_at = append_area(town, address.head);
    address.head += '|';
    read_numbers(t_, numbers_at, address);
    if (only_number) put_first(t_.token[town.begin], address);
  }

  // Index of the number token at the end of a town, with or without 条; town.begin: none.
  std::size_t last_number_of(Town town, bool hokkaido) const {
    std::size_t end = town.end;
    if (hokkaido && end > town.begin && t_.is(end - 1, U'条')) --end;
    return end > town.begin + 1 && is_number(t_.token[end - 1]) ? end - 1 : town.begin;
  }

  // Appends the text up to the first number: 字下根市25-2 → 下根市. Gives where the numbers begin.
  std::size_t append_area(Town town, FormText& head) {
    std::size_t i = skip_area_marks(town.end);
    const std::size_t begin = i;
    for (; i < t_.size && i - begin < kLongestArea; ++i) {
      const AddressToken c = t_.token[i];
      if (begins_numbers(t_, i) || lot_without_number(t_, i) > 0) break;
      if (const std::size_t close = end_of_note(i); close > i) {
        i = close - 1;
        continue;
      }
      if (c == U'(' || c == U',' || c == U'、' || c == U'|' || c == U';') break;
      if (c == U'第' && is_number(t_.at(i + 1))) break;
      const bool letter = c >= U'A' && c <= U'Z';
      if (letter && (is_arabic(t_.at(i + 1)) || t_.is(i + 1, U'-'))) break;
      if (c == U' ' || c == U'-') continue;
      if (c == U'の' && begins_numbers(t_, std::max(i + 1, end_of_note(i + 1)))) continue;
      if (c == U'字' && i > begin && (t_.is(i - 1, U'町') || t_.is(i - 1, U'村'))) continue;
      if (c == U'大' && t_.is(i + 1, U'字')) {
        ++i;
        continue;
      }
      append_place_token(c, head);
    }
    return i;
  }

  // 裏ノ(南栄町)8: a note between the name and the numbers.
  std::size_t end_of_note(std::size_t i) const {
    if (!t_.is(i, U'(')) return i;
    for (std::size_t end = i + 1; end < t_.size && end - i < kLongestArea; ++end) {
      if (t_.is(end, U')')) return begins_numbers(t_, end + 1) ? end + 1 : i;
    }
    return i;
  }

  static void put_first(AddressToken number, Address& address) {
    if (address.count == Address::kMostNumbers) --address.count;
    std::copy_backward(address.numbers.begin(),
                       address.numbers.begin() + static_cast<long>(address.count),
                       address.numbers.begin() + static_cast<long>(address.count) + 1);
    const std::string digits = std::to_string(value_of(number));
    AddressNumber& n = address.numbers[0];
    n.size = static_cast<std::uint8_t>(digits.copy(n.text.data(), n.text.size()));
    ++address.count;
    address.block = std::min(address.block + 1, address.count);
  }

  AddressReader& r_;
  const AddressTokens& t_;
  Side side_;
  std::string_view postal_;
  int prefecture_ = -1;
  std::size_t best_town_ = 0;  // tokens of the town in the last cities read
  std::size_t found_ = 0;
};

namespace {

// Of 日本、〒…: characters before the postal code or the prefecture.
std::size_t country_at(Chars text, std::size_t at) {
  constexpr std::u32string_view kCountry = U"日本";
  const auto is = [&](std::size_t i, char32_t c) { return i < text.size() && text[i] == c; };
  if (!is(at, kCountry[0]) || !is(at + 1, kCountry[1])) return 0;
  std::size_t i = at + kCountry.size();
  if (is(i, U'国')) ++i;
  const std::size_t name = i;
  while (is(i, U'、') || is(i, U',') || is(i, U' ')) ++i;
  return i > name ? i - at : 0;  // 日本橋
}

}  // namespace

std::span<const Address> AddressReader::read(Chars text, Side side, std::string_view postal) {
  postal_size_ = 0;
  searches_.count = 0;
  searches_.open = false;
  std::size_t at = 0;
  while (at < text.size() && (is_space(text[at]) || text[at] == U'"')) ++at;
  // (前期)長野県…: a note before the address.
  if (at < text.size() && text[at] == U'(') {
    const auto close = std::find(text.begin() + static_cast<long>(at), text.end(), U')');
    if (close != text.end()) at = static_cast<std::size_t>(close - text.begin()) + 1;
  }
  at += country_at(text, at);
  if (const PostalMatch before = postal_at(text, at); before.length > 0) {
    std::copy(before.digits.begin(), before.digits.end(), postal_.begin());
    postal_size_ = postal_.size();
    at += before.length;
  }
  tokenize_address(text.subspan(at), tokens_);
  if (postal_size_ > 0) postal = {postal_.data(), postal_size_};
  std::size_t count = AddressParser(*this, side, postal).parse(0);
  if (side == Side::kLeak) count = repair(postal, count);
  return {found_.data(), count};
}

// A character that a dump has lost is up to three U+FFFD; a name with one such gap, and a city,
// town and numbers that fit it, mostly has one solution. The cost is bounded: one gap, before the
// numbers.
std::size_t AddressReader::repair(std::string_view postal, std::size_t count) {
  constexpr AddressToken kLost = 0xfffd;
  constexpr std::size_t kMostLost = 3, kLatest = 20;
  std::size_t gap = 0;
  while (gap < tokens_.size && gap < kLatest && tokens_.token[gap] != kLost) ++gap;
  std::size_t end = gap;
  while (end < tokens_.size && tokens_.token[end] == kLost) ++end;
  if (end == gap || end - gap > kMostLost || end == tokens_.size) return count;
  for (std::size_t i = end; i <= tokens_.size; ++i) {
    if (i < tokens_.size) tokens_.token[i - (end - gap) + 1] = tokens_.token[i];
    tokens_.begin[i - (end - gap) + 1] = tokens_.begin[i];
  }
  tokens_.size -= end - gap - 1;
  AddressToken solution = 0;
  bool several = false;
  AddressParser(*this, Side::kLeak, postal).fill(gap, [&](char32_t c) {
    tokens_.token[gap] = c;
    AddressParser parser(*this, Side::kLeak, postal);
    const bool good = parser.parse(0) > 0 && parser.town_size() > 0;
    tokens_.token[gap] = kLost;
    several = good && solution != 0;
    if (good) solution = c;
    return !several;
  });
  tokens_.token[gap] = several || solution == 0 ? kLost : solution;
  return AddressParser(*this, Side::kLeak, postal).parse(0);
}

}  // namespace hitokoe::identity
