// Writes the place dictionary as C++: make_places [--any-size] VERSION SOURCE OUT.cc
//
// SOURCE is what places/source.h reads. --any-size: also of a source that is no whole country, for
// tests.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "identity/places/source.h"
#include "identity/places_data.h"
#include "identity/prefectures.h"

namespace hitokoe::identity::places {
namespace {

PlaceHash hash_of(const std::u32string& name, PlaceHash hash = PlaceHash()) {
  AddressTokens tokens;
  tokenize_address(name, tokens);
  for (std::size_t i = 0; i < tokens.size; ++i) hash.add(tokens.token[i]);
  return hash;
}

struct Names {
  std::u32string canonical;
  std::vector<std::u32string> ways;  // to write it, without prefecture
  bool kyoto = false;
};

Names names_of(std::u32string rest, std::size_t prefecture) {
  Names names;
  names.ways.push_back(rest);
  if (rest.back() == U'町' || rest.back() == U'村') {
    std::size_t cut = rest.find(U'郡', 1);
    cut = cut == rest.npos || cut + 2 >= rest.size() ? 0 : cut + 1;
    // 三宅島三宅村: the island stands where the county would.
    if (prefecture == 12 && cut == 0) {
      const std::size_t island = rest.find(U'島', 1);
      if (island != rest.npos && island + 2 < rest.size()) cut = island + 1;
    }
    if (cut > 0) {
      rest = rest.substr(cut);
      names.ways.push_back(rest);
    }
  } else if (rest.back() == U'区') {
    if (const std::size_t shi = rest.find(U'市', 1); shi != rest.npos) {
      names.ways.push_back(rest.substr(shi + 1));
      names.ways.push_back(rest.substr(0, shi + 1));
      names.kyoto = rest.starts_with(U"京都市");
    }
  }
  names.canonical = rest;
  return names;
}

// Drops what the parser reads as a number: 種市第8地割, 保原町1丁目, 高田町一丁目,
// つつじが丘北3番町; 三番町 is a name.
void drop_numbered_end(AddressTokens& t) {
  struct Unit {
    std::u32string_view text;
    bool of_kanji;
  };
  for (const auto& [unit, of_kanji] :
       {Unit{U"丁目", true}, Unit{U"地割", true}, Unit{U"番町", false}}) {
    if (t.size <= unit.size()) continue;
    bool same = true;
    for (std::size_t i = 0; i < unit.size(); ++i) {
      same = same && t.token[t.size - unit.size() + i] == unit[i];
    }
    const AddressToken before = t.token[t.size - unit.size() - 1];
    if (!same || !(is_arabic(before) || (of_kanji && is_number(before)))) continue;
    t.size -= unit.size() + 1;
    if (t.size > 1 && t.token[t.size - 1] == U'第') --t.size;
    return;
  }
}

class TownTable {
 public:
  TownTable() : slots_(kTownSlots), starts_(kTownStartBits / 64) {}

  void add(std::uint16_t city_id, const AddressTokens& t, std::size_t from, bool hokkaido) {
    PlaceHash hash = town_seed(city_id);
    std::size_t counted = 0;
    for (std::size_t i = from; i < t.size; ++i) {
      if (!counts_in_town(t, i, hokkaido)) continue;
      hash.add(t.token[i]);
      const std::size_t bit = slot_of<kTownStartBits>(hash.value());
      starts_[bit / 64] |= std::uint64_t{1} << bit % 64;
      ++counted;
    }
    if (counted == 0) return;
    const auto [at, is_new] = known_.emplace(hash.value(), city_id);
    if (!is_new && at->second != city_id) die("towns of two cities have one hash");
    if (!is_new) return;
    std::size_t slot = slot_of<kTownSlots>(hash.value());
    while (slots_[slot] != 0) slot = (slot + 1) & (kTownSlots - 1);
    slots_[slot] = tag_of(hash.value());
  }
  std::size_t size() const { return known_.size(); }
  const std::vector<std::uint32_t>& slots() const { return slots_; }
  const std::vector<std::uint64_t>& starts() const { return starts_; }

 private:
  std::vector<std::uint32_t> slots_;
  std::vector<std::uint64_t> starts_;             // bits, by the hash of a beginning
  std::map<std::uint64_t, std::uint16_t> known_;  // hash → city
};

// The cities that have a town of a name, for addresses without their city.
class TownCities {
 public:
  void add(std::uint16_t city_id, const AddressTokens& t, std::size_t from, bool hokkaido) {
    PlaceHash hash;
    std::size_t counted = 0;
    for (std::size_t i = from; i < t.size; ++i) {
      if (!counts_in_town(t, i, hokkaido)) continue;
      hash.add(t.token[i]);
      ++counted;
    }
    if (counted > 1) cities_[hash.value()].insert(city_id);
  }

  void write(std::ofstream& out) const {
    std::vector<TownCity> slots(kTownSlots);
    std::size_t used = 0;
    for (const auto& [hash, cities] : cities_) {
      // Of a name that is everywhere only that is kept.
      std::vector<std::uint16_t> ids(cities.begin(), cities.end());
      if (ids.size() > kMostTownCities) ids = {kEverywhere};
      used += ids.size();
      for (const std::uint16_t id : ids) {
        std::size_t slot = slot_of<kTownSlots>(hash);
        while (slots[slot].tag != 0) slot = (slot + 1) & (kTownSlots - 1);
        slots[slot] = {tag_of(hash), id};
      }
    }
    if (used * 2 > kTownSlots) die("too many towns");
    out << "const TownCity kTownCities[kTownSlots] = {\n";
    std::size_t column = 0;
    for (const TownCity& s : slots) {
      out << '{' << s.tag << "U," << s.city << (++column % 32 == 0 ? "},\n" : "},");
    }
    out << "};\n";
  }

 private:
  std::map<std::uint64_t, std::set<std::uint16_t>> cities_;
};

// Towns of one name in one ward of Kyoto: by postal code, and their crossings.
class Twins {
 public:
  void add(std::uint16_t city_id, const AddressTokens& t, std::size_t begin,
           const std::string& postal) {
    PlaceHash town = town_seed(city_id);
    for (std::size_t i = begin; i < t.size; ++i) town.add(t.token[i]);
    const auto code = static_cast<std::uint32_t>(std::stoul(postal));
    towns_[town.value()].insert(code);
    if (begin > 0) {
      crossings_[town.value()][crossing_hash(t, 0, t.size, city_id).value()].insert(code);
    }
  }

  void write(std::ofstream& out) const {
    std::map<std::uint64_t, std::set<std::uint32_t>> towns, crossings;
    for (const auto& [town, codes] : towns_) {
      if (codes.size() < 2) continue;
      if (codes.size() > kMostTwins) die("too many towns of one name in one ward");
      towns[town] = codes;
      const auto found = crossings_.find(town);
      if (found == crossings_.end()) continue;
      for (const auto& [crossing, of] : found->second) {
        if (of.size() == 1) crossings[crossing] = of;
      }
    }
    write(out, "Town", towns);
    write(out, "Crossing", crossings);
  }

 private:
  static void write(std::ofstream& out, const char* what,
                    const std::map<std::uint64_t, std::set<std::uint32_t>>& all) {
    std::size_t count = 0;
    out << "const Twin kTwin" << what << "s[] = {\n";
    for (const auto& [hash, codes] : all) {
      for (const std::uint32_t code : codes) {
        out << '{' << hash << "ULL," << code << "},\n";
        ++count;
      }
    }
    if (count == 0) out << "{0,0}";
    out << "};\nconst std::size_t kTwin" << what << "Count = " << count << ";\n";
  }

  std::map<std::uint64_t, std::set<std::uint32_t>> towns_;
  std::map<std::uint64_t, std::map<std::uint64_t, std::set<std::uint32_t>>> crossings_;
};

std::string utf8(const std::u32string& name) {
  AddressTokens tokens;
  tokenize_address(name, tokens);
  FormText out;
  for (std::size_t i = 0; i < tokens.size; ++i) append_place_token(tokens.token[i], out);
  return std::string(std::string_view(out));
}

void write_aliases(std::ofstream& out,
                   const std::map<std::uint64_t, std::vector<std::uint16_t>>& aliases) {
  std::vector<AliasSlot> slots(kAliasSlots);
  std::vector<std::uint16_t> lists;
  for (const auto& [hash, ids] : aliases) {
    std::size_t slot = slot_of<kAliasSlots>(hash);
    while (slots[slot].tag != 0) slot = (slot + 1) & (kAliasSlots - 1);
    slots[slot] = {tag_of(hash), static_cast<std::uint16_t>(lists.size()),
                   static_cast<std::uint16_t>(ids.size())};
    lists.insert(lists.end(), ids.begin(), ids.end());
  }
  if (aliases.size() * 2 > kAliasSlots || lists.size() > 0xffff) die("too many city names");
  out << "const AliasSlot kAliases[kAliasSlots] = {\n";
  for (const AliasSlot& s : slots) out << '{' << s.tag << "U," << s.first << ',' << s.count << "},";
  out << "};\nconst std::size_t kAliasCityCount = " << lists.size()
      << ";\nconst std::uint16_t kAliasCities[] = {\n";
  for (const std::uint16_t id : lists) out << id << ',';
  out << "};\n";
}

}  // namespace

int make(bool any_size, const char* version, const char* from, const char* path) {
  const Source source = read_source(from);
  const std::set<std::u32string>& cities = source.cities;
  if (!any_size && (cities.size() < 1800 || cities.size() > 2000)) {
    die("the number of cities is implausible: " + std::to_string(cities.size()));
  }

  std::map<std::u32string, std::uint16_t> ids;
  std::map<std::uint64_t, std::vector<std::uint16_t>> aliases;
  std::ofstream out(path);
  out << "#include \"identity/places_data.h\"\nnamespace hitokoe::identity::places {\n"
      << "const std::uint16_t kVersion = " << std::stoul(version) << ";\n"
      << "const std::size_t kCityCount = " << cities.size() << ";\nconst City kCities[] = {\n";
  for (const std::u32string& name : cities) {
    const auto id = static_cast<std::uint16_t>(ids.size());
    ids[name] = id;
    const std::size_t prefecture = prefecture_of(name);
    const Names names = names_of(name.substr(kPrefectureNames[prefecture].size()), prefecture);
    for (const std::u32string& way : names.ways) {
      auto& list = aliases[hash_of(way).value()];
      if (std::find(list.begin(), list.end(), id) == list.end()) list.push_back(id);
    }
    out << "{\"" << utf8(names.canonical) << "\"," << prefecture << ','
        << (names.kyoto ? "true" : "false") << "},\n";
  }
  out << "};\n";
  write_aliases(out, aliases);

  std::set<char32_t> characters;
  const auto note = [&characters](const std::u32string& name) {
    AddressTokens t;
    tokenize_address(name, t);
    for (std::size_t i = 0; i < t.size; ++i) {
      if (is_kanji(t.token[i])) characters.insert(t.token[i]);
    }
  };
  for (const std::u32string& name : cities) note(name);
  TownTable towns;
  TownCities town_cities;
  Twins twins;
  for (const TownEntry& e : source.towns) {
    note(e.town);
    AddressTokens tokens;
    tokenize_address(e.town, tokens);
    // 四町目 in Kyoto is a name.
    const bool kyoto = e.city.starts_with(U"京都府京都市");
    if (!kyoto) drop_numbered_end(tokens);
    const std::uint16_t id = ids.at(e.city);
    const bool hokkaido = prefecture_of(e.city) == kHokkaido;
    towns.add(id, tokens, 0, hokkaido);
    std::size_t begin = 0;
    if (kyoto) {
      begin = after_blocks(tokens, after_crossing(tokens, 0), 0);
      towns.add(id, tokens, begin, hokkaido);
      twins.add(id, tokens, begin, e.postal);
    }
    town_cities.add(id, tokens, begin, hokkaido);
  }
  if ((towns.size() < 100000 && !any_size) || towns.size() * 2 > kTownSlots) {
    die("the number of towns is implausible: " + std::to_string(towns.size()));
  }
  out << "const std::uint32_t kTowns[kTownSlots] = {\n";
  std::size_t column = 0;
  for (const std::uint32_t tag : towns.slots()) out << tag << (++column % 32 == 0 ? "U,\n" : "U,");
  out << "};\n";
  out << "const std::uint64_t kTownStarts[kTownStartBits / 64] = {\n";
  for (const std::uint64_t word : towns.starts()) {
    out << word << (++column % 16 == 0 ? "ULL,\n" : "ULL,");
  }
  out << "};\n";
  town_cities.write(out);
  twins.write(out);
  out << "const char32_t kPlaceCharacters[] = {\n";
  for (const char32_t c : characters) {
    out << static_cast<std::uint32_t>(c) << (++column % 32 == 0 ? ",\n" : ",");
  }
  out << "0};\nconst std::size_t kPlaceCharacterCount = " << characters.size() << ";\n";
  out << "}  // namespace hitokoe::identity::places\n";
  out.close();
  if (!out) die("cannot write the output");
  return 0;
}

}  // namespace hitokoe::identity::places

int main(int argc, char** argv) {
  const bool any_size = argc > 1 && std::string_view(argv[1]) == "--any-size";
  if (argc != (any_size ? 5 : 4)) {
    std::fprintf(stderr, "usage: make_places [--any-size] VERSION SOURCE OUT.cc\n");
    return 2;
  }
  char** rest = argv + (any_size ? 2 : 1);
  return hitokoe::identity::places::make(any_size, rest[0], rest[1], rest[2]);
}
