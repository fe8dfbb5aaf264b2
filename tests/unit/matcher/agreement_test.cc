// What agrees with one subject, and whether that proves who it is.
#include "matcher/resolve/agreement.h"

#include <gtest/gtest.h>

#include "hitokoe/identity/record_keys.h"

namespace hitokoe::matcher {
namespace {

using identity::FieldId;

Agreement agreement(std::initializer_list<FieldId> keys, std::initializer_list<FieldId> checks) {
  Agreement a;
  std::uint32_t source = 1;
  for (const FieldId f : keys) a.keys.push_back({f, std::exchange(source, source << 1), 0});
  for (const FieldId f : checks) a.checks.push_back({f, std::exchange(source, source << 1), 0});
  return a;
}

TEST(Agreement, AStrongKeyNeedsASecondValue) {
  EXPECT_FALSE(agreement({FieldId::kPhone}, {}).proves());
  EXPECT_TRUE(agreement({FieldId::kPhone}, {FieldId::kBirthdate}).proves());
  EXPECT_TRUE(agreement({FieldId::kPhone, FieldId::kEmail}, {}).proves());
  EXPECT_TRUE(agreement({FieldId::kCard}, {FieldId::kRomaji}).proves());
}

TEST(Agreement, APlanProvesNothing) {
  EXPECT_FALSE(agreement({FieldId::kPhone}, {FieldId::kPlan}).proves());
  EXPECT_FALSE(agreement({FieldId::kContract}, {FieldId::kPlan}).proves());
  EXPECT_TRUE(agreement({FieldId::kPhone}, {FieldId::kPlan, FieldId::kPostal}).proves());
}

TEST(Agreement, ALinkageKeyAloneProvesNothing) {
  for (const FieldId f :
       {FieldId::kNameBirthdate, FieldId::kKanaBirthdate, FieldId::kNamePhone4,
        FieldId::kNamePostal, FieldId::kKanaPostalNumbers, FieldId::kBirthdatePhone4,
        FieldId::kNameAddressBlock, FieldId::kAddress}) {
    EXPECT_FALSE(agreement({f}, {}).proves()) << static_cast<int>(f);
    EXPECT_FALSE(agreement({f}, {FieldId::kPostal}).proves()) << static_cast<int>(f);
  }
}

TEST(Agreement, AnAddressAndWhoLivesThereIsAPerson) {
  EXPECT_FALSE(agreement({FieldId::kAddress}, {}).proves());
  for (const FieldId f : {FieldId::kName, FieldId::kKana, FieldId::kRomaji, FieldId::kBirthdate}) {
    auto both = agreement({FieldId::kAddress}, {f});
    EXPECT_TRUE(both.proves()) << static_cast<int>(f);
    both.name_differs = true;
    EXPECT_FALSE(both.proves()) << "somebody else of the house";
  }
  for (const FieldId f : {FieldId::kPostal, FieldId::kPlan, FieldId::kAddressCity}) {
    EXPECT_FALSE(agreement({FieldId::kAddress}, {f}).proves()) << static_cast<int>(f);
  }
}

// What leads to no key leads to no subject, whatever the index holds.
TEST(Agreement, WeakValuesAloneLeadNowhere) {
  identity::RecordEncoder encoder(identity::Side::kLeak);
  for (const auto& [field, raw] :
       std::vector<std::pair<FieldId, std::string_view>>{{FieldId::kName, "山田太郎"},
                                                         {FieldId::kName, "山田"},
                                                         {FieldId::kKana, "ヤマダタロウ"},
                                                         {FieldId::kRomaji, "YAMADA TARO"},
                                                         {FieldId::kPostal, "135-0061"},
                                                         {FieldId::kBirthdate, "1980-01-02"},
                                                         {FieldId::kPlan, "ギガ放題"},
                                                         {FieldId::kCorporate, "1020281079130"},
                                                         {FieldId::kMynumber, "621498320257"},
                                                         {FieldId::kAddress, "東京都江東区豊洲"}}) {
    const identity::FieldValue value{field, raw};
    EXPECT_TRUE(encoder.encode({&value, 1}).index.empty()) << raw;
  }
}

}  // namespace
}  // namespace hitokoe::matcher
