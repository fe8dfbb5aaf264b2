#include "hitokoe/identity/record_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace hitokoe::identity {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

// A copy that outlives the encoder's next call.
struct Made {
  explicit Made(const RecordKeys& keys) : ref(keys.ref), unreadable(keys.unreadable) {
    for (const KeyView& k : keys.index) index.push_back({k.field, std::string(k.value)});
    for (const KeyView& k : keys.checks) checks.push_back({k.field, std::string(k.value)});
    for (const KeyView& k : keys.index) sources.push_back(k.sources);
  }
  std::vector<std::string> of(FieldId field) const {
    std::vector<std::string> found;
    for (const auto& [f, value] : index) {
      if (f == field) found.push_back(value);
    }
    return found;
  }
  std::vector<std::string> checks_of(FieldId field) const {
    std::vector<std::string> found;
    for (const auto& [f, value] : checks) {
      if (f == field) found.push_back(value);
    }
    return found;
  }
  std::string ref;
  std::uint32_t unreadable;
  std::vector<std::pair<FieldId, std::string>> index, checks;
  std::vector<std::uint32_t> sources;
};

Made holder(const std::vector<FieldValue>& values) {
  RecordEncoder encoder(Side::kHolder);
  return Made(encoder.encode(values));
}
Made leak(const std::vector<FieldValue>& values) {
  RecordEncoder encoder(Side::kLeak);
  return Made(encoder.encode(values));
}

const std::vector<FieldValue> kCustomer = {
    {FieldId::kRef, "C-001"},
    {FieldId::kName, "山田 太郎"},
    {FieldId::kKana, "ヤマダ タロウ"},
    {FieldId::kPhone, "090-1234-5678"},
    {FieldId::kEmail, "taro@example.jp"},
    {FieldId::kPostal, "135-0061"},
    {FieldId::kAddress, "東京都江東区豊洲1丁目2-27 豊洲ハイツ305号室"},
    {FieldId::kBirthdate, "1980-01-02"}};

TEST(RecordKeys, AFullRecordHasStrongHouseholdAndLinkageKeys) {
  const Made made = holder(kCustomer);
  EXPECT_EQ(made.ref, "C001");
  EXPECT_EQ(made.unreadable, 0u);
  EXPECT_THAT(
      made.index,
      ElementsAre(
          std::pair(FieldId::kEmail, std::string("taro@example.jp")),
          std::pair(FieldId::kPhone, std::string("+819012345678")),
          std::pair(FieldId::kAddress, std::string("東京都|江東区|豊洲|1-2-27-305")),
          std::pair(FieldId::kNameBirthdate, std::string("山田太郎\x1f"
                                                         "1980-01-02")),
          std::pair(FieldId::kKanaBirthdate, std::string("ヤマダタロウ\x1f"
                                                         "1980-01-02")),
          std::pair(FieldId::kNamePhone4, std::string("山田太郎\x1f"
                                                      "5678")),
          std::pair(FieldId::kNamePostal, std::string("山田太郎\x1f"
                                                      "1350061")),
          std::pair(FieldId::kKanaPostalNumbers, std::string("ヤマダタロウ\x1f"
                                                             "1350061\x1f"
                                                             "1-2-27")),
          std::pair(FieldId::kBirthdatePhone4, std::string("1980-01-02\x1f"
                                                           "5678")),
          std::pair(FieldId::kNameAddressBlock, std::string("山田太郎\x1f東京都|江東区|豊洲|1-2")),
          std::pair(FieldId::kRefToken, std::string("C001"))));
  EXPECT_THAT(made.checks,
              ElementsAre(std::pair(FieldId::kName, std::string("山田太郎")),
                          std::pair(FieldId::kKana, std::string("ヤマダタロウ")),
                          std::pair(FieldId::kPostal, std::string("1350061")),
                          std::pair(FieldId::kBirthdate, std::string("1980-01-02")),
                          std::pair(FieldId::kPhoneLast4, std::string("5678")),
                          std::pair(FieldId::kAddressBlock, std::string("東京都|江東区|豊洲|1-2")),
                          std::pair(FieldId::kAddressNumbers, std::string("1-2-27")),
                          std::pair(FieldId::kAddressCity, std::string("東京都|江東区"))));
}

TEST(RecordKeys, SourcesNameTheValuesThatTookPart) {
  RecordEncoder encoder(Side::kHolder);
  for (const KeyView& key : encoder.encode(kCustomer).index) {
    switch (key.field) {
      case FieldId::kPhone:
        EXPECT_EQ(key.sources, 1u << 3);
        break;
      case FieldId::kNameBirthdate:
        EXPECT_EQ(key.sources, 1u << 1 | 1u << 7);
        break;
      case FieldId::kKanaPostalNumbers:
        EXPECT_EQ(key.sources, 1u << 2 | 1u << 5 | 1u << 6);
        break;
      default:
        EXPECT_NE(key.sources, 0u);
    }
  }
}

TEST(RecordKeys, UnreadableValuesAreMarkedAndEmptyOnesAreNot) {
  const Made made = holder({{FieldId::kPhone, "nicht da"},
                            {FieldId::kEmail, ""},
                            {FieldId::kName, "　 "},
                            {FieldId::kBirthdate, "1980/99/99"},
                            {FieldId::kAddress, "???"},
                            {FieldId::kCard, "4111111111111112"},
                            {FieldId::kMynumber, "621498320257"}});
  EXPECT_EQ(made.unreadable, 1u << 0 | 1u << 3 | 1u << 4 | 1u << 5);
  EXPECT_THAT(made.index, IsEmpty());
  EXPECT_THAT(made.checks, IsEmpty());
}

TEST(RecordKeys, EveryStrongNumberIsAKeyAndWeakOnesAreChecks) {
  const Made made = holder({{FieldId::kCard, "4111-1111-1111-1111"},
                            {FieldId::kBank, "0001-001-普通-0123456"},
                            {FieldId::kImei, "490154203237518"},
                            {FieldId::kIccid, "8981100000000000000"},
                            {FieldId::kImsi, "440101234567890"},
                            {FieldId::kRomaji, "YAMADA TARO"},
                            {FieldId::kPlan, "ギガ放題"},
                            {FieldId::kCorporate, "1020281079130"},
                            {FieldId::kMynumber, "621498320257"}});
  EXPECT_THAT(made.of(FieldId::kCard), ElementsAre("4111111111111111"));
  EXPECT_THAT(made.of(FieldId::kBank), ElementsAre("0001-001-1-0123456"));
  EXPECT_THAT(made.of(FieldId::kImei), ElementsAre("490154203237518"));
  EXPECT_EQ(made.of(FieldId::kIccid).size(), 1u);
  EXPECT_THAT(made.of(FieldId::kImsi), ElementsAre("440101234567890"));
  EXPECT_EQ(made.index.size(), 5u) << "weak fields alone are no keys";
  EXPECT_EQ(made.unreadable, 0u);
  for (const auto& key : made.checks) EXPECT_EQ(key.second.find("6214"), std::string::npos);
}

TEST(RecordKeys, ColumnsOfOneAddressAreOneAddress) {
  const Made made = holder({{FieldId::kAddress, "東京都"},
                            {FieldId::kAddress, "江東区"},
                            {FieldId::kAddress, "豊洲1-2-27"},
                            {FieldId::kAddress, "豊洲ハイツ305"}});
  EXPECT_THAT(made.of(FieldId::kAddress), ElementsAre("東京都|江東区|豊洲|1-2-27-305"));
  EXPECT_EQ(made.sources[0], 0xfu);
}

TEST(RecordKeys, ASecondAddressIsItsOwn) {
  const Made made = holder({{FieldId::kAddress, "東京都江東区豊洲1-2-27"},
                            {FieldId::kAddress, "大阪府大阪市北区梅田3-1-1"}});
  EXPECT_THAT(made.of(FieldId::kAddress),
              ElementsAre("東京都|江東区|豊洲|1-2-27", "大阪府|大阪市北区|梅田|3-1-1"));
}

TEST(RecordKeys, APostalCodeBeforeTheAddressCounts) {
  const Made made = holder(
      {{FieldId::kName, "山田太郎"}, {FieldId::kAddress, "〒135-0061 東京都江東区豊洲1-2-27"}});
  EXPECT_THAT(made.of(FieldId::kNamePostal), ElementsAre("山田太郎\x1f"
                                                         "1350061"));
}

TEST(RecordKeys, ATownWithoutNumbersIsNoIndexKey) {
  const Made made = holder({{FieldId::kAddress, "東京都江東区豊洲"}});
  EXPECT_THAT(made.index, IsEmpty());
  EXPECT_THAT(made.checks_of(FieldId::kAddressCity), ElementsAre("東京都|江東区"));
}

TEST(RecordKeys, BothFormsOfANameAreLinked) {
  const Made made = holder({{FieldId::kName, "斉藤一"}, {FieldId::kBirthdate, "1980-01-02"}});
  EXPECT_THAT(made.of(FieldId::kNameBirthdate), ElementsAre("斉藤一\x1f"
                                                            "1980-01-02",
                                                            "斎藤一\x1f"
                                                            "1980-01-02"));
}

TEST(RecordKeys, NoKeyTwiceAndABoundOnAll) {
  std::vector<FieldValue> values;
  std::vector<std::string> raws;
  for (int i = 0; i < 40; ++i) {
    raws.push_back("斉藤" + std::string(i % 2 == 0 ? "一" : "二"));
    raws.push_back("0" + std::to_string(i % 10) + "0304");
    raws.push_back("090-1234-" + std::to_string(5000 + i));
  }
  for (std::size_t i = 0; i < raws.size(); ++i) {
    const FieldId kFields[] = {FieldId::kName, FieldId::kBirthdate, FieldId::kPhone};
    values.push_back({kFields[i % 3], raws[i]});
  }
  const Made made = leak(values);
  EXPECT_LE(made.index.size(), 96u);
  const std::set<std::pair<FieldId, std::string>> unique(made.index.begin(), made.index.end());
  EXPECT_EQ(unique.size(), made.index.size());
}

TEST(RecordKeys, ARecordLeavesNothingForTheNext) {
  RecordEncoder encoder(Side::kHolder);
  encoder.encode(kCustomer);
  const RecordKeys& keys = encoder.encode(std::vector<FieldValue>{{FieldId::kName, "佐藤花子"}});
  EXPECT_THAT(keys.index, IsEmpty());
  EXPECT_EQ(keys.checks.size(), 1u);
  EXPECT_TRUE(keys.ref.empty());
}

TEST(RecordKeys, TheLeaksRoomMayBeWrittenAsANumber) {
  const Made theirs = holder(
      {{FieldId::kName, "山田太郎"}, {FieldId::kAddress, "神奈川県藤沢市藤沢31番11号ハイツ102"}});
  const Made found =
      leak({{FieldId::kName, "山田太郎"}, {FieldId::kAddress, "藤沢市藤沢３１ー１１ー１０２"}});
  EXPECT_EQ(theirs.of(FieldId::kAddress), found.of(FieldId::kAddress));
  for (const std::string& key : theirs.of(FieldId::kNameAddressBlock)) {
    EXPECT_THAT(found.of(FieldId::kNameAddressBlock), Contains(key));
  }
}

// Each of the seven, from two values as a carrier keeps them and as a leak shows them.
TEST(RecordKeys, EveryLinkageKeyMeetsAcrossNotations) {
  struct Case {
    FieldId key;
    std::vector<FieldValue> held, leaked;
  };
  const FieldValue name{FieldId::kName, "渡辺 浩一"}, leaked_name{FieldId::kName, "渡邉浩一様"},
      kana{FieldId::kKana, "ワタナベ　コウイチ"}, leaked_kana{FieldId::kKana, "ﾜﾀﾅﾍﾞｺｳｲﾁ"},
      born{FieldId::kBirthdate, "1980-01-02"}, leaked_born{FieldId::kBirthdate, "昭和55年1月2日"},
      phone{FieldId::kPhone, "090-1234-5678"},
      leaked_phone{FieldId::kPhone, "９０１２３４５６７８"}, postal{FieldId::kPostal, "1350061"},
      leaked_postal{FieldId::kPostal, "〒１３５−００６１"},
      place{FieldId::kAddress, "東京都江東区豊洲1丁目2番27号"},
      leaked_place{FieldId::kAddress, "江東区豊洲１－２－２７ 305号室"};
  const Case cases[] = {{FieldId::kNameBirthdate, {name, born}, {leaked_name, leaked_born}},
                        {FieldId::kKanaBirthdate, {kana, born}, {leaked_kana, leaked_born}},
                        {FieldId::kNamePhone4, {name, phone}, {leaked_name, leaked_phone}},
                        {FieldId::kNamePostal, {name, postal}, {leaked_name, leaked_postal}},
                        {FieldId::kKanaPostalNumbers,
                         {kana, postal, place},
                         {leaked_kana, leaked_postal, leaked_place}},
                        {FieldId::kBirthdatePhone4, {born, phone}, {leaked_born, leaked_phone}},
                        {FieldId::kNameAddressBlock, {name, place}, {leaked_name, leaked_place}}};
  for (const Case& c : cases) {
    const auto held = holder(c.held).of(c.key), leaked = leak(c.leaked).of(c.key);
    ASSERT_EQ(held.size(), 1u) << field_info(c.key).name;
    EXPECT_THAT(leaked, Contains(held[0])) << field_info(c.key).name;
    // Of another person only one value is the same: nothing meets.
    for (std::size_t i = 0; i < c.leaked.size(); ++i) {
      auto other = c.leaked;
      other[i].raw =
          std::map<FieldId, std::string_view>{
              {FieldId::kName, "佐藤花子"},        {FieldId::kKana, "サトウハナコ"},
              {FieldId::kBirthdate, "1990-03-04"}, {FieldId::kPhone, "03-1111-2222"},
              {FieldId::kPostal, "1000001"},       {FieldId::kAddress, "港区六本木9-8-7"}}
              .at(other[i].field);
      EXPECT_THAT(leak(other).of(c.key), testing::Not(Contains(held[0])));
    }
  }
}

}  // namespace
}  // namespace hitokoe::identity
