// Every place of the dictionary: two places have two keys, and an address written in any of the
// ways that people write it has the key of its official form. Seeded; failures print the notation.
//
// The ways are in written_places.cc.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "hitokoe/identity/canonical.h"
#include "identity/variants.h"
#include "tests/property/identity/written_places.h"

namespace hitokoe::identity {
namespace {

using namespace written;
using places::TownEntry;

std::vector<std::string> keys(const std::string& raw, Side side) {
  std::vector<std::string> out;
  normalize(FieldId::kAddress, raw, side, out);
  return out;
}
std::string key(const U32& raw) {
  const auto all = keys(utf8(raw), Side::kHolder);
  return all.empty() ? std::string() : all[0];
}

// --- two places, two keys ---

U32 plain_name(const U32& town) {
  U32 out;
  for (const char32_t c : town) {
    switch (c) {
      case U'ヶ':
      case U'が':
      case U'ガ':
      case U'ケ':
        out += U'ケ';
        break;
      case U'ノ':
      case U'之':
      case U'乃':
      case U'の':
        out += U'の';
        break;
      case U'ッ':
      case U'つ':
      case U'っ':
        out += U'ツ';
        break;
      default:
        out += fold_address_kanji(c);
    }
  }
  return out;
}

// What people do not tell apart either, and the post's names do: each is counted under its reason.
std::string reason_of(const TownEntry& a, const TownEntry& b) {
  if (a.city == b.city && plain_name(a.town) == plain_name(b.town))
    return "one name in two spellings";
  // 寺町通御池上る上本能寺前町: the town stands after the last word of the crossing.
  const auto tail = [](const U32& town) {
    std::size_t end = 0;
    for (const U32& word : {U32(U"上る"), U32(U"下る"), U32(U"東入"), U32(U"西入")}) {
      const std::size_t at = town.rfind(word);
      if (at != U32::npos) end = std::max(end, at + 2);
    }
    U32 rest = town.substr(end);
    // 上る2丁目下天神町: the blocks from the crossing.
    if (const std::size_t at = rest.find(U"丁目"); end > 0 && at <= 2 && at + 2 < rest.size()) {
      rest = rest.substr(at + 2);
    }
    return plain_name(rest);
  };
  if (a.city == b.city && a.postal == b.postal && a.city.starts_with(U"京都府京都市") &&
      tail(a.town) == tail(b.town)) {
    return "one town of Kyoto by several crossings";
  }
  // 大泉町西井出8240-1 with the names of what stands there.
  const auto digit = [](char32_t c) { return c >= U'0' && c <= U'9'; };
  if (a.city == b.city && a.postal == b.postal &&
      std::any_of(a.town.begin(), a.town.end(), digit)) {
    return "one lot with several names";
  }
  return "other";
}

TEST(Places, DifferentPlacesHaveDifferentKeys) {
  std::map<std::string, std::vector<const TownEntry*>> by_key;
  std::set<std::pair<U32, U32>> known;
  for (const TownEntry& t : source().towns) {
    if (!known.emplace(t.city, t.town).second) continue;
    by_key[key(t.city + t.town + U"7777番地8888")].push_back(&t);
  }
  std::map<std::string, int> merged;
  std::string other;
  for (const auto& [k, towns] : by_key) {
    ASSERT_FALSE(k.empty()) << utf8(towns[0]->city + towns[0]->town);
    for (std::size_t i = 1; i < towns.size(); ++i) {
      const std::string reason = reason_of(*towns[0], *towns[i]);
      ++merged[reason];
      if (reason == "other" || std::getenv("HITOKOE_SHOW_MERGED") != nullptr) {
        other += "  " + utf8(towns[0]->city + towns[0]->town) + " " + towns[0]->postal + " / " +
                 utf8(towns[i]->city + towns[i]->town) + " " + towns[i]->postal + " : " + k + '\n';
      }
    }
  }
  std::cout << "[ merged   ] of " << known.size() << " places:";
  for (const auto& [reason, count] : merged) std::cout << ' ' << reason << ' ' << count << ';';
  std::cout << '\n';
  if (std::getenv("HITOKOE_SHOW_MERGED") != nullptr) std::cout << other;
  EXPECT_EQ(merged["other"], 0) << other;
}

struct Rate {
  int met = 0, all = 0;
  std::string failed;
  int shown = 0;
  void count(bool ok, const Written& w, const std::string& expected) {
    constexpr int kShown = 12;
    ++all;
    met += ok ? 1 : 0;
    if (ok || ++shown > kShown) return;
    failed += "    " + utf8(w.text()) + " : " + expected + " /";
    for (const auto& k : keys(utf8(w.text()), Side::kLeak)) failed += " " + k;
    failed += '\n';
  }
};

bool meets(const Written& w, const std::string& expected) {
  const auto got = keys(utf8(w.text()), Side::kLeak);
  return std::find(got.begin(), got.end(), expected) != got.end();
}

TEST(Places, EveryWayOfWritingMeetsTheOfficialForm) {
  Random random(20261126);
  std::vector<Rate> rates(ways().size());
  Rate mixed;
  const std::vector<TownEntry>& towns = source().towns;
  for (std::size_t t = 0; t < towns.size(); t += 1 + random() % 3) {
    const Place place = place_of(towns[t], random);
    const U32 official = place.prefecture + place.county + place.city + place.town +
                         official_numbers(place.numbers, number);
    const std::string plain = key(official);
    ASSERT_FALSE(plain.empty()) << utf8(official);
    const auto written = [&] {
      Written w;
      w.place = place;
      w.place.postal.clear();
      w.numbers = official_numbers(place.numbers, number);
      return w;
    };
    const auto expected_of = [&](const Written& w) {
      return w.place.room.empty() ? plain : key(official + U" " + w.place.room + U"号室");
    };
    // One way at a time: two that the place's number chooses, and the three ways all at once.
    for (std::size_t turn = 0; turn < 3; ++turn) {
      const std::size_t way = random() % ways().size();
      Written w = written();
      if (std::string_view(ways()[way].name) == "postal code") w.place.postal = place.postal;
      if (!ways()[way].apply(w, random)) continue;
      const std::string expected = expected_of(w);
      rates[way].count(meets(w, expected), w, expected);
    }
    Written w = written();
    for (int turn = 0; turn < 4; ++turn) {
      const Way& way = pick(random, ways());
      // Alone they leave too little to tell the place by.
      if (std::string_view(way.name) == "town alone" || !w.place.building.empty()) continue;
      Written tried = w;
      if (way.apply(tried, random)) w = tried;
    }
    const std::string expected = expected_of(w);
    mixed.count(meets(w, expected), w, expected);
  }
  int met = mixed.met, all = mixed.all;
  for (std::size_t way = 0; way < ways().size(); ++way) {
    const Rate& r = rates[way];
    std::cout << "[ ways     ] " << ways()[way].name << ": " << r.met << " of " << r.all << '\n';
    met += r.met;
    all += r.all;
    if (std::getenv("HITOKOE_SHOW_MISSES") != nullptr) std::cout << r.failed;
    EXPECT_GE(r.met * 1000, r.all * 990) << ways()[way].name << ":\n" << r.failed;
  }
  if (std::getenv("HITOKOE_SHOW_MISSES") != nullptr) std::cout << mixed.failed;
  std::cout << "[ ways     ] several at once: " << mixed.met << " of " << mixed.all << '\n';
  std::cout << "[ ways     ] all: " << met << " of " << all << '\n';
  EXPECT_GE(mixed.met * 1000, mixed.all * 990) << mixed.failed;
  EXPECT_GE(met * 1000.0, all * 995.0);
}

}  // namespace
}  // namespace hitokoe::identity
