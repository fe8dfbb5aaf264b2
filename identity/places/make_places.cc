// Writes the place dictionary as C++: make_places SKK-JISYO.zipcode OUT.cc
//
// The source has one line a postal code: "1350061 /東京都江東区豊洲/", EUC-JIS-2004. Every
// municipality has one code for "no town listed", which ends in 00 and gives its bare name: these
// are the cities; the rest of every other name is a town.
#include <iconv.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "hitokoe/text/fold.h"
#include "identity/places_data.h"
#include "identity/prefectures.h"

namespace hitokoe::identity::places {
namespace {

[[noreturn]] void die(const std::string& what) {
  std::fprintf(stderr, "make_places: %s\n", what.c_str());
  std::exit(1);
}

std::u32string read_dictionary(const char* path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (bytes.empty()) die("cannot read the dictionary");
  const iconv_t cd = iconv_open("UTF-32LE", "EUC-JISX0213");
  // NOLINTNEXTLINE(performance-no-int-to-ptr): iconv's own error value
  if (cd == reinterpret_cast<iconv_t>(-1)) die("the C library lacks EUC-JISX0213");
  std::u32string out(bytes.size(), U'\0');
  char* from = bytes.data();
  auto* to = reinterpret_cast<char*>(out.data());
  std::size_t left = bytes.size(), room = out.size() * sizeof(char32_t);
  if (iconv(cd, &from, &left, &to, &room) == static_cast<std::size_t>(-1)) die("bad characters");
  iconv_close(cd);
  out.resize(out.size() - room / sizeof(char32_t));
  for (char32_t& c : out) {
    if (c != U'/' && text::fold_char(c) != U'/') c = text::fold_char(c);  // full-width digits
  }
  return out;
}

struct Entry {
  std::u32string code, name;
};

std::vector<Entry> entries_of(const std::u32string& text) {
  std::vector<Entry> entries;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(U'\n', at), text.size());
    const std::u32string line = text.substr(at, end - at);
    at = end + 1;
    if (line.empty() || line[0] < U'0' || line[0] > U'9') continue;
    const std::u32string code = line.substr(0, line.find(U' '));
    std::size_t slash = line.find(U'/');
    while (slash != line.npos && slash + 1 < line.size()) {
      const std::size_t next = line.find(U'/', slash + 1);
      if (next == line.npos) break;
      entries.push_back({code, line.substr(slash + 1, next - slash - 1)});
      slash = next;
    }
  }
  return entries;
}

bool ends_as_city(const std::u32string& name) {
  return std::u32string_view(U"市区町村").find(name.back()) != std::u32string_view::npos;
}

// The longest city that `name` begins with; empty: none.
std::u32string city_of(const std::u32string& name, const std::set<std::u32string>& cities) {
  for (std::size_t n = name.size(); n >= 4; --n) {
    if (const auto found = cities.find(name.substr(0, n)); found != cities.end()) return *found;
  }
  return {};
}

std::size_t prefecture_of(const std::u32string& name) {
  for (std::size_t p = 0; p < kPrefectures; ++p) {
    if (name.starts_with(kPrefectureNames[p])) return p;
  }
  die("a name without prefecture");
}

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

// Drops what the parser reads as a number: 種市第8地割, 保原町1丁目, つつじが丘北3番町.
void drop_numbered_end(AddressTokens& t) {
  const auto ends = [&](std::u32string_view unit) {
    if (t.size < unit.size() + 2) return false;
    for (std::size_t i = 0; i < unit.size(); ++i) {
      if (t.token[t.size - unit.size() + i] != unit[i]) return false;
    }
    return is_arabic(t.token[t.size - unit.size() - 1]);
  };
  for (const std::u32string_view unit : {U"丁目", U"番町", U"地割"}) {
    if (!ends(unit)) continue;
    t.size -= unit.size() + 1;
    if (t.size > 1 && t.token[t.size - 1] == U'第') --t.size;
    return;
  }
}

class TownTable {
 public:
  TownTable() : slots_(kTownSlots) {}

  void add(std::uint16_t city_id, const AddressTokens& t, std::size_t from, bool hokkaido) {
    PlaceHash hash = town_seed(city_id);
    std::size_t counted = 0;
    for (std::size_t i = from; i < t.size; ++i) {
      if (!counts_in_town(t, i, hokkaido)) continue;
      hash.add(t.token[i]);
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

 private:
  std::vector<std::uint32_t> slots_;
  std::map<std::uint64_t, std::uint16_t> known_;  // hash → city
};

std::string utf8(const std::u32string& name) {
  AddressTokens tokens;
  tokenize_address(name, tokens);
  std::string out;
  for (std::size_t i = 0; i < tokens.size; ++i) append_place_token(tokens.token[i], out);
  return out;
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

int make(const char* dictionary, const char* path) {
  const std::vector<Entry> entries = entries_of(read_dictionary(dictionary));
  std::set<std::u32string> cities;
  for (const Entry& e : entries) {
    if (e.code.ends_with(U"00") && ends_as_city(e.name)) cities.insert(e.name);
  }
  // Villages with one code for all of it.
  std::set<std::u32string> whole;
  for (const Entry& e : entries) {
    if (city_of(e.name, cities).empty()) whole.insert(e.name);
  }
  cities.insert(whole.begin(), whole.end());
  if (cities.size() < 1800 || cities.size() > 2000) die("the number of cities is implausible");

  std::map<std::u32string, std::uint16_t> ids;
  std::map<std::uint64_t, std::vector<std::uint16_t>> aliases;
  std::ofstream out(path);
  out << "#include \"identity/places_data.h\"\nnamespace hitokoe::identity::places {\n"
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

  TownTable towns;
  for (const Entry& e : entries) {
    const std::u32string name = city_of(e.name, cities);
    const std::u32string town = e.name.substr(name.size());
    // Floors of high buildings have codes of their own; notes in brackets are no names.
    if (town.empty() || town.back() == U'階' || town.find(U'(') != town.npos) continue;
    const std::size_t prefecture = prefecture_of(name);
    AddressTokens tokens;
    tokenize_address(town, tokens);
    drop_numbered_end(tokens);
    const bool hokkaido = prefecture == kHokkaido;
    towns.add(ids[name], tokens, 0, hokkaido);
    if (name.starts_with(U"京都府京都市")) {
      towns.add(ids[name], tokens, after_blocks(tokens, after_crossing(tokens, 0), 0), hokkaido);
    }
  }
  if (towns.size() < 100000 || towns.size() * 2 > kTownSlots) {
    die("the number of towns is implausible: " + std::to_string(towns.size()));
  }
  out << "const std::uint32_t kTowns[kTownSlots] = {\n";
  std::size_t column = 0;
  for (const std::uint32_t tag : towns.slots()) out << tag << (++column % 32 == 0 ? "U,\n" : "U,");
  out << "};\n}  // namespace hitokoe::identity::places\n";
  out.close();
  if (!out) die("cannot write the output");
  return 0;
}

}  // namespace hitokoe::identity::places

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: make_places SKK-JISYO.zipcode OUT.cc\n");
    return 2;
  }
  return hitokoe::identity::places::make(argv[1], argv[2]);
}
