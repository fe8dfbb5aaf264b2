#include "hitokoe/identity/field.h"

#include <gtest/gtest.h>

#include <set>

namespace hitokoe::identity {
namespace {

TEST(FieldTable, NumbersAndNamesAreUnique) {
  std::set<int> ids;
  std::set<std::string_view> names;
  for (const FieldInfo& field : field_table()) {
    EXPECT_TRUE(ids.insert(static_cast<int>(field.id)).second) << field.name;
    EXPECT_TRUE(names.insert(field.name).second) << field.name;
    EXPECT_FALSE(field.name_ja.empty());
    EXPECT_EQ(&field_info(field.id), &field);
  }
}

TEST(FieldTable, KnowsEveryIdOfTheContract) {
  for (const auto* name :
       {"ref", "contract", "email", "phone", "card", "bank", "imei", "iccid", "imsi", "address",
        "name", "kana", "romaji", "postal", "birthdate", "plan", "corporate", "mynumber"}) {
    EXPECT_TRUE(field_by_name(name).has_value()) << name;
  }
}

TEST(FieldTable, EveryColumnIsSupportedButTheIndividualNumber) {
  for (const FieldInfo& field : field_table()) {
    if (!field.column || field.id == FieldId::kMynumber) continue;
    EXPECT_TRUE(supported_column(field.name).has_value()) << field.name;
  }
  const auto refused = supported_column("mynumber");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::kUnsupported);
  EXPECT_NE(refused.error().detail.find("mynumber"), std::string::npos);
}

TEST(FieldTable, AnUnknownFieldIsAUsageErrorThatListsTheKnownOnes) {
  const auto unknown = field_by_name("telephone");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, Errc::kUsage);
  EXPECT_NE(unknown.error().detail.find("phone"), std::string::npos);
  EXPECT_FALSE(field_by_name("name+birthdate").has_value()) << "a linkage key is no column";
}

TEST(TablesDigest, IsStableWithinAProgram) { EXPECT_EQ(tables_digest(), tables_digest()); }

}  // namespace
}  // namespace hitokoe::identity
