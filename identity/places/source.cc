#include "identity/places/source.h"

#include <iconv.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

#include "hitokoe/text/fold.h"
#include "identity/prefectures.h"

namespace hitokoe::identity::places {
namespace {

// Empty where the bytes are not in that character set.
std::u32string decoded(std::string bytes, const char* charset) {
  const iconv_t cd = iconv_open("UTF-32LE", charset);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): iconv's own error value
  if (cd == reinterpret_cast<iconv_t>(-1)) die(std::string("the C library lacks ") + charset);
  std::u32string out(bytes.size(), U'\0');
  char* from = bytes.data();
  auto* to = reinterpret_cast<char*>(out.data());
  std::size_t left = bytes.size(), room = out.size() * sizeof(char32_t);
  const bool good = iconv(cd, &from, &left, &to, &room) != static_cast<std::size_t>(-1);
  iconv_close(cd);
  out.resize(good ? out.size() - room / sizeof(char32_t) : 0);
  return out;
}

std::vector<std::u32string> lines_of(const std::u32string& text) {
  std::vector<std::u32string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(U'\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    if (!lines.back().empty() && lines.back().back() == U'\r') lines.back().pop_back();
    at = end + 1;
  }
  return lines;
}

std::string ascii(const std::u32string& text) { return {text.begin(), text.end()}; }

// --- SKK-JISYO.zipcode ---

struct Name {
  std::u32string code, name;
};

std::vector<Name> names_of(const std::vector<std::u32string>& lines) {
  std::vector<Name> names;
  for (const std::u32string& line : lines) {
    if (line.empty() || line[0] < U'0' || line[0] > U'9') continue;
    const std::u32string code = line.substr(0, line.find(U' '));
    std::size_t slash = line.find(U'/');
    while (slash != line.npos && slash + 1 < line.size()) {
      const std::size_t next = line.find(U'/', slash + 1);
      if (next == line.npos) break;
      names.push_back({code, line.substr(slash + 1, next - slash - 1)});
      slash = next;
    }
  }
  return names;
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

// Every municipality has one code for "no town listed", which ends in 00 and gives its bare name:
// these are the cities; the rest of every other name is a town.
Source read_skk(const std::vector<std::u32string>& lines) {
  const std::vector<Name> names = names_of(lines);
  Source source;
  for (const Name& n : names) {
    if (n.code.ends_with(U"00") && ends_as_city(n.name)) source.cities.insert(n.name);
  }
  std::set<std::u32string> whole;  // villages with one code for all of it
  for (const Name& n : names) {
    if (city_of(n.name, source.cities).empty()) whole.insert(n.name);
  }
  source.cities.insert(whole.begin(), whole.end());
  for (const Name& n : names) {
    const std::u32string city = city_of(n.name, source.cities);
    const std::u32string town = n.name.substr(city.size());
    // Floors of high buildings have codes of their own; notes are no names.
    if (town.empty() || town.back() == U'階' || town.find(U'(') != town.npos) continue;
    if (town.find(U"の次に") != town.npos || town == U"番地のみ") continue;
    source.towns.push_back({ascii(n.code), city, town});
  }
  return source;
}

// --- KEN_ALL ---

std::vector<std::u32string> cells_of(const std::u32string& line) {
  std::vector<std::u32string> cells(1);
  bool quoted = false;
  for (const char32_t c : line) {
    if (c == U'"') {
      quoted = !quoted;
    } else if (c == U',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

// What brackets list as areas of the town: names, no numbers, no exceptions.
std::vector<std::u32string> areas_of(const std::u32string& note) {
  std::vector<std::u32string> areas;
  std::size_t at = 0;
  while (at <= note.size()) {
    const std::size_t end = std::min(note.find(U'、', at), note.size());
    const std::u32string area = note.substr(at, end - at);
    at = end + 1;
    const bool name = !area.empty() && std::none_of(area.begin(), area.end(), [](char32_t c) {
      return c < 0x3040 || c == U'・' || c == U'〜' || c == U'「' || c == U'」';
    });
    const auto has = [&](std::u32string_view word) { return area.find(word) != area.npos; };
    if (name && !has(U"その他") && !has(U"除く") && !has(U"以外") && !has(U"全域") &&
        !has(U"含む") && !has(U"番地") && !has(U"丁目") && !has(U"地割") && !has(U"階層")) {
      areas.push_back(area);
    }
  }
  return areas;
}

void add_ken_all(const std::string& postal, const std::u32string& city, std::u32string town,
                 Source& source) {
  if (town == U"以下に掲載がない場合" || town.ends_with(U"一円") ||
      town.find(U"の次に") != town.npos) {
    // 一円 is all of an island or village; 滋賀県多賀町 has a town of that name.
    if (town != U"一円") return;
  }
  std::u32string note;
  if (const std::size_t open = town.find(U'('); open != town.npos) {
    const std::size_t close = town.rfind(U')');
    if (close != town.npos && close > open) note = town.substr(open + 1, close - open - 1);
    town.resize(open);
  }
  if (town.empty() || note.ends_with(U"階") || note.starts_with(U"地階")) return;
  source.towns.push_back({postal, city, town});
  for (const std::u32string& area : areas_of(note)) {
    source.towns.push_back({postal, city, town + area});
  }
}

Source read_ken_all(const std::vector<std::u32string>& lines) {
  constexpr std::size_t kPostal = 2, kPrefecture = 6, kCity = 7, kTown = 8, kCells = 15;
  Source source;
  std::u32string town;  // of a line whose bracket goes on in the next
  for (const std::u32string& line : lines) {
    if (line.empty()) continue;
    const std::vector<std::u32string> cells = cells_of(line);
    if (cells.size() != kCells || cells[kPostal].size() != 7) die("a line of KEN_ALL is broken");
    const std::u32string city = cells[kPrefecture] + cells[kCity];
    source.cities.insert(city);
    town += cells[kTown];
    if (town.find(U'(') != town.npos && town.find(U')') == town.npos) continue;
    add_ken_all(ascii(cells[kPostal]), city, town, source);
    town.clear();
  }
  if (!town.empty()) die("KEN_ALL ends inside a bracket");
  return source;
}

}  // namespace

void die(const std::string& what) {
  std::fprintf(stderr, "make_places: %s\n", what.c_str());
  std::exit(1);
}

std::size_t prefecture_of(const std::u32string& name) {
  for (std::size_t p = 0; p < std::size(kPrefectureNames); ++p) {
    if (name.starts_with(kPrefectureNames[p])) return p;
  }
  die("a name without prefecture");
}

Source read_source(const char* path) {
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (bytes.empty()) die("cannot read the source of places");
  const bool skk = bytes.starts_with(";;");
  std::u32string text = decoded(bytes, skk ? "EUC-JISX0213" : "UTF-8");
  if (text.empty() && !skk) text = decoded(bytes, "CP932");
  if (text.empty()) die("bad characters");
  for (char32_t& c : text) {
    if (c != U'/' && c != U',' && text::fold_char(c) != U'/' && text::fold_char(c) != U',' &&
        text::fold_char(c) != U'"') {
      c = text::fold_char(c);  // full-width digits and brackets
    }
  }
  if (text[0] == 0xfeff) text.erase(0, 1);
  return skk ? read_skk(lines_of(text)) : read_ken_all(lines_of(text));
}

}  // namespace hitokoe::identity::places
