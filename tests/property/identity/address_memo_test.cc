// A reader that remembers against the parser, which is the oracle: addresses that differ in their
// numbers, in what stands between them, and in their towns; all that a reader says of each.
#include "identity/address_memo.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "identity/address.h"

namespace hitokoe::identity {
namespace {

using Random = std::mt19937;

// Towns with numbers in their names, cities of one name, crossings, short names, none at all.
// The first ones are the most frequent; numbers in kanji that may be the address's own.
constexpr std::string_view kPlaces[] = {"東京都江東区豊洲",
                                        "東京都江東区豊洲三丁目",
                                        "江東区豊洲一丁目",
                                        "東京都千代田区二番町三",
                                        "東京都千代田区二番町三番",
                                        "札幌市豊平区月寒東二条一丁目",
                                        "江東区豊洲",
                                        "東京都港区六本木",
                                        "東京都千代田区一番町",
                                        "千代田区丸の内",
                                        "東京都 千代田区 霞が関",
                                        "府中市宮西町",
                                        "府中市府川町",
                                        "北区赤羽",
                                        "札幌市豊平区月寒東",
                                        "北海道札幌市豊平区月寒東",
                                        "札幌市西区二十四軒",
                                        "札幌市中央区北",
                                        "北海道旭川市東",
                                        "北海道帯広市西",
                                        "京都市中京区上本能寺前町",
                                        "京都府京都市中京区寺町通御池上る上本能寺前町",
                                        "三重県津市丸之内",
                                        "千葉市川市八幡",
                                        "千葉県千葉市中央区",
                                        "八戸市市川町",
                                        "愛知県豊川市豊川",
                                        "豊川",
                                        "本町",
                                        "神奈川横浜市西区みなとみらい",
                                        "長野県大字安茂里",
                                        "長野市大字安茂里字平",
                                        "長野市安茂里",
                                        "岩手県盛岡市盛岡駅前通",
                                        "宮城県仙台市青葉区一番",
                                        "新潟市中央区万代",
                                        "大阪市中央区上町",
                                        "大阪府大阪市中央区城見",
                                        "東京都存在市架空町",
                                        "架空町",
                                        "静岡県浜松市中区中央",
                                        "日本橋",
                                        "東京都江東区豊洲三",
                                        "日本東京都江東区豊洲",
                                        "東京都江東区豊�",
                                        "沖縄県那覇市おもろまち",
                                        "北海道岩見沢市一条西",
                                        "福岡県福岡市博多区千代",
                                        "埼玉県さいたま市浦和区高砂",
                                        "東京都江東区㋂"};
constexpr std::string_view kBetween[] = {"丁目", "番地", "番", "号", "-",  " ",  "の",   "丁目 ",
                                         "条",   "",     "地", "室", "ー", "－", "番町", "線"};
constexpr std::string_view kEnds[] = {"",     "号",       "号室",        " ハイツA-102", "番地",
                                      " 305", " 305号室", "-305",        "号 1203号室",  "番",
                                      "F",    " 3階",     " 2号棟 4号室"};

std::string number(Random& random) {
  static constexpr unsigned kMost[] = {3, 9, 30, 130, 2000, 120'000};
  const unsigned most = kMost[random() % std::size(kMost)];
  std::string digits = std::to_string(1 + random() % most);
  return random() % 60 == 0 ? "0" + digits : digits;
}

// Each draw is a statement: another compiler's order of draws would make other addresses.
std::string made(Random& random) {
  const std::size_t places = random() % 3 != 0 ? 11 : std::size(kPlaces);
  std::string raw(kPlaces[random() % places]);
  const auto form = random() % 8;
  if (form < 6) {
    raw += number(random);
    raw += form < 3 ? "丁目" : "-";
    raw += number(random);
    raw += form < 3 ? "番" : "-";
    raw += number(random);
  } else {
    for (auto more = random() % 5; more > 0; --more) {
      raw += number(random);
      raw += kBetween[random() % std::size(kBetween)];
    }
  }
  raw += kEnds[random() % std::size(kEnds)];
  return raw;
}

std::string shown(std::span<const Address> found) {
  std::string all;
  for (const Address& a : found) {
    all += std::string_view(a.head);
    all += " city " + std::to_string(a.city_size) + (a.known_city ? " known" : "");
    all += " block " + std::to_string(a.block) + ":";
    for (std::size_t i = 0; i < a.count; ++i) all.append(" ").append(a.numbers[i].view());
    all += '\n';
  }
  return all;
}

// The reader that remembers, asked as an encoder asks it; `parsed`: how often it had to parse.
std::string remembered(AddressReader& reader, std::string_view raw, Side side, int& parsed) {
  Folded folded;
  const auto found = reader.read_cell(raw, side, "1350061", [&] {
    ++parsed;
    return folded.of(raw);
  });
  return shown(found) + std::string(reader.postal());
}

std::string by_the_parser(AddressReader& reader, std::string_view raw, Side side) {
  Folded folded;
  return shown(reader.read(folded.of(raw), side, "1350061")) + std::string(reader.postal());
}

TEST(AddressMemo, AnswersAsTheParserDoes) {
  constexpr int kRounds = 30'000;
  for (const Side side : {Side::kHolder, Side::kLeak}) {
    Random random(20261127);
    AddressReader remembers, parses;
    int parsed = 0;
    for (int i = 0; i < kRounds; ++i) {
      if (i % 1000 == 0) remembers = AddressReader();  // it pauses where it finds little
      const std::string raw = made(random);
      ASSERT_EQ(remembered(remembers, raw, side, parsed), by_the_parser(parses, raw, side)) << raw;
    }
    EXPECT_LT(parsed, kRounds * 19 / 20);  // else the test says little
  }
}

TEST(AddressMemo, ANumberThatMayBelongToTheTownIsAskedOfTheDictionary) {
  AddressReader remembers, parses;
  int parsed = 0;
  for (const std::string_view place : kPlaces) {
    for (int chome = 1; chome <= 60; ++chome) {
      for (const std::string_view rest : {"丁目2番3号", "番地5", "-77-8"}) {
        const std::string raw = std::string(place) + std::to_string(chome) + std::string(rest);
        ASSERT_EQ(remembered(remembers, raw, Side::kLeak, parsed),
                  by_the_parser(parses, raw, Side::kLeak))
            << raw;
      }
    }
  }
}

TEST(AddressMemo, ANumberInKanjiIsNotTakenForOneInDigits) {
  for (const Side side : {Side::kHolder, Side::kLeak}) {
    AddressReader remembers, parses;
    int parsed = 0;
    for (const std::string_view raw :
         {"東京都江東区豊洲三丁目5番3号", "東京都江東区豊洲三丁目5番7号",
          "東京都千代田区二番町三3-5", "東京都千代田区二番町三4-5", "東京都江東区豊洲二丁目2-1",
          "東京都江東区豊洲二丁目8-1"}) {
      ASSERT_EQ(remembered(remembers, raw, side, parsed), by_the_parser(parses, raw, side)) << raw;
    }
  }
}

TEST(AddressMemo, LeavesOffWhereThereIsNothingToRemember) {
  AddressReader reader, parses;
  int parsed = 0;
  for (int i = 0; i < 3'000; ++i) {  // each in a town of its own
    std::string raw = "東京都存在市架空";
    for (int rest = i + 1; rest > 0; rest /= 10) raw += kPlaces[rest % 10].substr(0, 6);
    raw += "町1番地2";
    ASSERT_EQ(remembered(reader, raw, Side::kLeak, parsed),
              by_the_parser(parses, raw, Side::kLeak));
  }
  parsed = 0;
  for (int i = 0; i < 20'000; ++i) {
    remembered(reader, "東京都江東区豊洲1丁目2番27号", Side::kLeak, parsed);
  }
  EXPECT_GT(parsed, 10'000);
  EXPECT_LT(parsed, 17'000);  // and tries again
}

TEST(AddressMemo, TheUsualAddressIsParsedOnce) {
  AddressReader reader;
  int parsed = 0;
  remembered(reader, "東京都江東区豊洲1丁目2番27号 305号室", Side::kLeak, parsed);
  const std::string second =
      remembered(reader, "東京都江東区豊洲3丁目12番4号 1001号室", Side::kLeak, parsed);
  EXPECT_EQ(parsed, 1);
  EXPECT_EQ(second, "東京都|江東区|豊洲| city 19 known block 3: 3 12 4 1001\n");
}

}  // namespace
}  // namespace hitokoe::identity
