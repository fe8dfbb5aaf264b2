#include "tests/property/identity/written_places.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "hitokoe/text/fold.h"
#include "identity/prefectures.h"
#include "identity/variants.h"

namespace hitokoe::identity::written {
namespace {

using places::Source;
using places::TownEntry;

U32 ascii(const std::string& text) { return {text.begin(), text.end()}; }

U32 kanji_number(int n) {
  const U32 digits = U"〇一二三四五六七八九";
  U32 out;
  constexpr std::pair<int, char32_t> kUnits[] = {{1000, U'千'}, {100, U'百'}, {10, U'十'}};
  for (const auto& [unit, name] : kUnits) {
    if (n < unit) continue;
    if (n / unit > 1) out += digits[static_cast<std::size_t>(n / unit)];
    out += name;
    n %= unit;
  }
  if (n > 0) out += digits[static_cast<std::size_t>(n)];
  return out;
}

U32 full_width(U32 text) {
  for (char32_t& c : text) {
    if (c > 0x20 && c < 0x7f) c += 0xfee0;
  }
  return text;
}

U32 joined_numbers(const std::vector<int>& n, const U32& between, const ToText& text) {
  U32 out;
  for (std::size_t i = 0; i < n.size(); ++i) out += (i > 0 ? between : U32()) + text(n[i]);
  return out;
}

const std::set<std::pair<U32, U32>>& known_towns() {
  static const std::set<std::pair<U32, U32>> all = [] {
    std::set<std::pair<U32, U32>> out;
    for (const TownEntry& t : source().towns) out.emplace(t.city, t.town);
    return out;
  }();
  return all;
}

const std::map<U32, std::set<U32>>& cities_of_towns() {
  static const std::map<U32, std::set<U32>> all = [] {
    std::map<U32, std::set<U32>> out;
    for (const TownEntry& t : source().towns) out[t.town].insert(t.city);
    return out;
  }();
  return all;
}

U32 replaced(const U32& text, const U32& from, const std::vector<U32>& to, Random& random,
             bool between_kanji) {
  U32 out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool inside =
        i > 0 && i + 1 < text.size() && is_kanji_char(text[i - 1]) && is_kanji_char(text[i + 1]);
    if (from.find(text[i]) != from.npos && (inside || !between_kanji)) {
      out += pick(random, to);
    } else {
      out += text[i];
    }
  }
  return out;
}

// Old and variant forms that the project's table has, at random: the parser must not care which.
U32 with_variants(const U32& text, Random& random) {
  static const std::map<char32_t, U32> forms = [] {
    std::map<char32_t, U32> out;
    U32 group;
    for (const char32_t c : U32(name_variants()) + U" ") {
      if (c != U' ') {
        group += c;
        continue;
      }
      for (const char32_t of : group) out[of] += group;
      group.clear();
    }
    return out;
  }();
  U32 out = text;
  for (char32_t& c : out) {
    const auto found = forms.find(c);
    // 參 and 貳 are numbers.
    if (found == forms.end() || U32(U"壱参弐万").find(found->second[0]) != U32::npos) continue;
    c = found->second[random() % found->second.size()];
  }
  return out;
}

// 三本木 → 3本木: numbers below 100 that are not the last of the name.
U32 arabic_town(const U32& town, bool wide) {
  const U32 digits = U"一二三四五六七八九";
  U32 out;
  for (std::size_t i = 0; i < town.size();) {
    std::size_t end = i;
    while (end < town.size() && (digits.find(town[end]) != U32::npos || town[end] == U'十')) ++end;
    int value = 0;
    for (int n = 1; end > i && n < 100; ++n) {
      if (kanji_number(n) == town.substr(i, end - i)) value = n;
    }
    if (value > 0 && end < town.size() && U32(U"百千万").find(town[end]) == U32::npos) {
      out += wide ? full_width(number(value)) : number(value);
    } else {
      out += town.substr(i, std::max<std::size_t>(end - i, 1));
    }
    i = std::max(end, i + 1);
  }
  return out;
}

U32 half_kana(const U32& text) {
  static const std::map<char32_t, U32> halves = [] {
    std::map<char32_t, U32> out;
    std::array<char32_t, 4> folded;
    for (char32_t h = 0xff66; h <= 0xff9d; ++h) {
      for (const U32& mark : {U32(), U32(1, 0xff9e), U32(1, 0xff9f)}) {
        const U32 half = U32(1, h) + mark;
        if (text::fold(utf8(half), folded) == 1) out.emplace(folded[0], half);
      }
    }
    return out;
  }();
  U32 out;
  for (const char32_t c : text) {
    const auto found = halves.find(c);
    out += found == halves.end() ? U32(1, c) : found->second;
  }
  return out;
}

}  // namespace

const Source& source() {
  static const Source read = places::read_source(HITOKOE_PLACES_SOURCE);
  return read;
}

std::string utf8(const U32& text) {
  std::string out;
  for (const char32_t c : text) text::append_utf8(c, out);
  return out;
}
U32 number(int n) { return ascii(std::to_string(n)); }

// 北海道虻田郡京極町 → 北海道, 虻田郡, 京極町.
Place place_of(const TownEntry& entry, Random& random) {
  Place p;
  const U32 prefecture(kPrefectureNames[places::prefecture_of(entry.city)]);
  U32 rest = entry.city.substr(prefecture.size());
  if (rest.back() == U'町' || rest.back() == U'村') {
    const std::size_t cut = rest.find(U'郡', 1);
    if (cut != rest.npos && cut + 2 < rest.size()) {
      p.county = rest.substr(0, cut + 1);
      rest = rest.substr(cut + 1);
    }
  }
  p.prefecture = prefecture;
  p.city = rest;
  p.town = entry.town;
  p.postal = ascii(entry.postal);
  const std::size_t count = 1 + random() % 3;
  for (std::size_t i = 0; i < count; ++i) {
    p.numbers.push_back(1 + static_cast<int>(random() % (i == 0 && count == 3 ? 9 : 99)));
  }
  return p;
}

// 1丁目2番3号, 12番地3, 5番地.
U32 official_numbers(const std::vector<int>& n, const ToText& text) {
  if (n.size() == 1) return text(n[0]) + U"番地";
  if (n.size() == 2) return text(n[0]) + U"番地" + text(n[1]);
  return text(n[0]) + U"丁目" + text(n[1]) + U"番" + text(n[2]) + U"号";
}

const std::vector<Way>& ways() {
  static const std::vector<Way> all = {
      {"as it is", [](Written&, Random&) { return true; }},
      {"no prefecture",
       [](Written& w, Random&) {
         w.with_prefecture = false;
         return true;
       }},
      {"no county",
       [](Written& w, Random&) {
         w.with_county = false;
         return !w.place.county.empty();
       }},
      {"prefecture without its word",
       [](Written& w, Random&) {
         if (w.place.prefecture == U"北海道" ||
             U32(U"都府県").find(w.place.prefecture.back()) == U32::npos) {
           return false;
         }
         w.place.prefecture.pop_back();
         return true;
       }},
      {"bare ward",
       [](Written& w, Random&) {
         const std::size_t cut = w.place.city.find(U'市', 1);
         if (w.place.city.back() != U'区' || cut == U32::npos) return false;
         w.place.city = w.place.city.substr(cut + 1);
         return true;
       }},
      {"city without its ward",
       [](Written& w, Random&) {
         const std::size_t cut = w.place.city.find(U'市', 1);
         if (w.place.city.back() != U'区' || cut == U32::npos) return false;
         w.place.city.resize(cut + 1);
         return true;
       }},
      {"town alone",
       [](Written& w, Random&) {
         w.with_prefecture = w.with_county = w.with_city = false;
         // The crossings of Kyoto tell nothing without the city.
         if (w.place.city.starts_with(U"京都市")) return false;
         const auto found = cities_of_towns().find(w.place.town);
         return w.place.town.size() > 2 && found->second.size() == 1;
       }},
      {"postal code",
       [](Written& w, Random& random) {
         w.with_prefecture = chance(random, 70);
         return true;
       }},
      {"digits full-width",
       [](Written& w, Random&) {
         w.numbers = full_width(official_numbers(w.place.numbers, number));
         return true;
       }},
      {"numbers in kanji",
       [](Written& w, Random&) {
         w.numbers = official_numbers(w.place.numbers, kanji_number);
         return true;
       }},
      {"丁目 in kanji, rest with dashes",
       [](Written& w, Random&) {
         if (w.place.numbers.size() != 3) return false;
         const std::vector<int> rest(w.place.numbers.begin() + 1, w.place.numbers.end());
         w.numbers =
             kanji_number(w.place.numbers[0]) + U"丁目" + joined_numbers(rest, U"-", number);
         return true;
       }},
      {"dashes",
       [](Written& w, Random& random) {
         static const std::vector<U32> kDashes = {U"-", U"－", U"−", U"ー", U"‐",  U"–", U"—",
                                                  U"―", U"─",  U"━", U"ｰ",  U"の", U"ノ"};
         const bool wide = chance(random, 50);
         const U32& dash = pick(random, kDashes);
         w.numbers = joined_numbers(w.place.numbers, dash, [&](int n) {
           return wide ? full_width(number(n)) : number(n);
         });
         return true;
       }},
      {"kanji with dashes",
       [](Written& w, Random&) {
         w.numbers = joined_numbers(w.place.numbers, U"−", kanji_number);
         return true;
       }},
      {"番地の",
       [](Written& w, Random&) {
         if (w.place.numbers.size() != 2) return false;
         w.numbers = number(w.place.numbers[0]) + U"番地の" + number(w.place.numbers[1]);
         return true;
       }},
      {"番号",
       [](Written& w, Random&) {
         if (w.place.numbers.size() != 2) return false;
         w.numbers = number(w.place.numbers[0]) + U"番" + number(w.place.numbers[1]) + U"号";
         return true;
       }},
      {"丁, 番, 号",
       [](Written& w, Random&) {
         if (w.place.numbers.size() != 3) return false;
         w.numbers = number(w.place.numbers[0]) + U"丁" + number(w.place.numbers[1]) + U"番" +
                     number(w.place.numbers[2]) + U"号";
         return true;
       }},
      {"spaces",
       [](Written& w, Random& random) {
         static const std::vector<U32> kGaps = {U" ", U"　", U"  "};
         w.gap = pick(random, kGaps);
         return true;
       }},
      {"ヶ ケ が",
       [](Written& w, Random& random) {
         const U32 before = w.place.town;
         w.place.town =
             replaced(before, U"ヶケがガ", {U"ヶ", U"ケ", U"が", U"ガ", U"ｹ"}, random, true);
         return w.place.town != before;
       }},
      {"ノ の 之",
       [](Written& w, Random& random) {
         const U32 before = w.place.town;
         w.place.town = replaced(before, U"ノの之", {U"ノ", U"の", U"之"}, random, true);
         return w.place.town != before;
       }},
      {"ツ ッ",
       [](Written& w, Random& random) {
         const U32 before = w.place.town;
         w.place.town = replaced(before, U"ツッ", {U"ツ", U"ッ", U"ﾂ"}, random, true);
         return w.place.town != before;
       }},
      {"old and variant kanji",
       [](Written& w, Random& random) {
         const U32 before = w.text();
         w.place.town = with_variants(w.place.town, random);
         w.place.city = with_variants(w.place.city, random);
         return w.text() != before;
       }},
      {"大字 or 字",
       [](Written& w, Random& random) {
         if (U32(U"大字").find(w.place.town[0]) != U32::npos) return false;
         w.before_town = chance(random, 50) ? U"大字" : U"字";
         return true;
       }},
      {"numbers of the town in digits",
       [](Written& w, Random& random) {
         const U32 before = w.place.town;
         w.place.town = arabic_town(before, chance(random, 50));
         return w.place.town != before;
       }},
      {"half-width kana",
       [](Written& w, Random&) {
         const U32 before = w.place.town;
         w.place.town = half_kana(before);
         return w.place.town != before;
       }},
      {"条 left out",
       [](Written& w, Random&) {
         if (w.place.prefecture != U"北海道") return false;
         const std::size_t at = w.place.town.find(U"条");
         if (at == U32::npos || at + 1 == w.place.town.size() || at == 0) return false;
         if (U32(U"東西南北").find(w.place.town[at + 1]) == U32::npos) return false;
         w.place.town = arabic_town(w.place.town, false);
         w.place.town.erase(w.place.town.find(U"条"), 1);
         return true;
       }},
      {"通り or 通",
       [](Written& w, Random&) {
         const std::size_t at = w.place.town.find(U"通");
         if (at == U32::npos || at == 0) return false;
         if (w.place.town.substr(at, 2) == U"通り") {
           w.place.town.erase(at + 1, 1);
         } else if (at + 1 == w.place.town.size()) {
           w.place.town += U"り";
         } else {
           return false;
         }
         return true;
       }},
      {"last 町 left out",
       [](Written& w, Random&) {
         if (w.place.town.size() < 4 || w.place.town.back() != U'町') return false;
         w.place.town.pop_back();
         const U32 city = w.place.prefecture + w.place.county + w.place.city;
         if (known_towns().contains({city, w.place.town})) return false;
         // 上三町 → 上三1-2: a number would run into the others.
         if (U32(U"一二三四五六七八九十百千").find(w.place.town.back()) != U32::npos) return false;
         // 橘 and 夷之 say too little; where 新琴似一条 is, 新琴似1 is not of 新琴似町.
         if (w.place.town.size() < 3 || U32(U"之ノの").find(w.place.town.back()) != U32::npos) {
           return false;
         }
         const auto next = known_towns().lower_bound({city, w.place.town});
         const auto after = std::next(next);
         return !after->second.starts_with(w.place.town);
       }},
      {"a crossing of Kyoto",
       [](Written& w, Random& random) {
         if (!w.place.city.starts_with(U"京都市") || w.place.town.find(U"通") != U32::npos ||
             w.place.town.find(U"入") != U32::npos || w.place.town.find(U'る') != U32::npos) {
           return false;
         }
         static const std::vector<U32> kCrossings = {
             U"寺町通御池上る",        U"烏丸通四条下る",       U"四条通烏丸東入",
             U"室町通三条下ル",        U"堀川通今出川上ル",     U"五条通堀川西入ル",
             U"大宮通寺之内上る2丁目", U"寺町通石薬師下る西側", U"三条通河原町東入る"};
         w.before_town = pick(random, kCrossings);
         return true;
       }},
      {"building and room",
       [](Written& w, Random& random) {
         static const std::vector<U32> kBuildings = {U"ハイツ",
                                                     U" 第2コーポ田中",
                                                     U"　メゾン・ド・ルージュ",
                                                     U"パークハウス三番町 ",
                                                     U" グランドメゾン１２３ ",
                                                     U"(田中荘)",
                                                     U" 山田ビル別館",
                                                     U" Sky Tower "};
         static const std::vector<U32> kAfter = {U"号室", U"号", U"", U"室"};
         const U32 room = number(101 + static_cast<int>(random() % 800));
         w.place.building = pick(random, kBuildings) + room + pick(random, kAfter);
         w.place.room = room;
         return true;
       }},
      {"c/o behind the room", [](Written& w, Random& random) {
         const U32 room = number(101 + static_cast<int>(random() % 800));
         w.place.building = U" コーポ" + room + U"号室 山田様方";
         w.place.room = room;
         return true;
       }}};
  return all;
}

}  // namespace hitokoe::identity::written
