#include <gtest/gtest.h>

#include "matcher/rows/cell_table.h"
#include "tests/unit/matcher/rows_spelled.h"

namespace hitokoe::matcher::test {
namespace {

using Cells = std::vector<std::string_view>;

Rows records_of(const std::vector<Cells>& rows, const Cells& names = {}) {
  Rows out;
  CellTable table([&](std::span<const identity::FieldValue> values) -> Result<void> {
    out.push_back(spelled(values));
    return ok();
  });
  if (!names.empty()) {
    EXPECT_TRUE(table.names(names));
  }
  for (const auto& row : rows) EXPECT_TRUE(table.row(row));
  EXPECT_TRUE(table.finish());
  return out;
}

TEST(CellTable, TheFirstRowsMayBeAHeader) {
  EXPECT_EQ(records_of({{"氏名", "電話番号"}, {"山田太郎", "0901"}, {"鈴木花子", "0902"}}),
            (Rows{"phone=0901;name=山田太郎;", "phone=0902;name=鈴木花子;"}));
  EXPECT_EQ(records_of({{"顧客一覧", ""}, {"", ""}, {"氏名", "電話番号"}, {"山田太郎", "0901"}}),
            Rows{"phone=0901;name=山田太郎;"});
}

TEST(CellTable, NamesToldByTheFormatReplaceTheLayout) {
  EXPECT_EQ(records_of({{"C1", "山田太郎", "a@b.jp"}}, {"customer_id", "shimei", "mail_addr"}),
            Rows{"ref=C1;email=a@b.jp;name=山田太郎;"});
}

TEST(CellTable, ColumnsWithoutNamesAreToldByTheirCells) {
  const std::vector<Cells> rows = {
      {"1", "K000017", "山田", "太郎", "ヤマダ", "タロウ", "135", "0061", "東京都", "江東区",
       "豊洲", "1-2-27", "090", "1234", "5678", "1980", "1", "2", ""},
      {"2", "K000018", "鈴木", "花子", "スズキ", "ハナコ", "060", "0001", "北海道", "札幌市中央区",
       "北一条西", "2-1", "080", "2345", "6789", "1975", "12", "24", ""},
      {"3", "K000231", "佐藤", "次郎", "サトウ", "ジロウ", "530", "0001", "大阪府", "大阪市北区",
       "梅田", "3-1-1", "06", "6123", "4567", "1990", "10", "31", "jiro@example.jp"},
  };
  const Rows records = records_of(rows);
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0],
            "ref=K000017;contract=K000017;phone=090-1234-5678;address=東京都江東区豊洲1-2-27;"
            "name=山田太郎;kana=ヤマダタロウ;postal=135-0061;birthdate=1980年1月2日;");
  EXPECT_NE(records[2].find("email=jiro@example.jp;"), std::string::npos) << records[2];
}

TEST(CellTable, AnotherPersonMakesARecordOfItsOwn) {
  EXPECT_EQ(
      records_of({{"C1", "山田太郎", "0901", "山田一郎", "0902", "東京都江東区豊洲9"}},
                 {"顧客番号", "氏名", "電話番号", "保護者氏名", "保護者電話番号", "請求先住所"}),
      (Rows{"ref=C1;phone=0901;name=山田太郎;", "phone=0902;name=山田一郎;"}));
}

TEST(CellTable, TheUserIsAnotherPersonOnlyBesideTheContractor) {
  EXPECT_EQ(records_of({{"山田太郎", "0901", "山田花子", "0902"}},
                       {"契約者氏名", "電話番号", "利用者氏名", "利用者電話番号"}),
            (Rows{"phone=0901;name=山田太郎;", "phone=0902;name=山田花子;"}));
  EXPECT_EQ(records_of({{"山田花子", "0902"}}, {"利用者氏名", "電話番号"}),
            Rows{"phone=0902;name=山田花子;"});
}

TEST(CellTable, ATableOnItsSideIsReadByItsColumns) {
  EXPECT_EQ(records_of({{"氏名", "山田太郎"}, {"電話番号", "0901"}, {"備考", "x"}}),
            Rows{"phone=0901;name=山田太郎;"});
  EXPECT_EQ(records_of({{"氏名", "山田太郎", "鈴木花子"}, {"電話番号", "0901", "0902"}}),
            (Rows{"phone=0901;name=山田太郎;", "phone=0902;name=鈴木花子;"}));
}

TEST(CellTable, SeveralNumbersAreSeveralValues) {
  EXPECT_EQ(records_of({{"山田太郎", "0312345678", "09012345678"}}, {"name", "tel1", "tel2"}),
            Rows{"phone=0312345678;phone=09012345678;name=山田太郎;"});
  EXPECT_EQ(records_of({{"山田太郎", "03", "1234", "5678"}}, {"name", "tel1", "tel2", "tel3"}),
            Rows{"phone=03-1234-5678;name=山田太郎;"});
}

TEST(CellTable, SeveralMailAddressesInACellAreSeveralValues) {
  for (const std::string cell :
       {"taro@a.test, taro@b.test", "taro@a.test; 会社／taro@b.test",
        "taro@a.test : 自宅 taro@b.test : 会社", "taro@a.test、taro@b.test"}) {
    EXPECT_EQ(records_of({{"山田太郎", cell}}, {"name", "mail"}),
              Rows{"email=taro@a.test;email=taro@b.test;name=山田太郎;"})
        << cell;
  }
  // One stays as it is written.
  EXPECT_EQ(records_of({{"山田太郎", "山田 <taro@a.test>"}}, {"name", "mail"}),
            Rows{"email=山田 <taro@a.test>;name=山田太郎;"});
  // Somebody's list of recipients: the record stays small.
  std::string many;
  for (int i = 0; i < 10000; ++i) many += "a@b.test ";
  const auto records = records_of({{"山田太郎", many}}, {"name", "mail"});
  ASSERT_EQ(records.size(), 1U);
  EXPECT_LT(records[0].size(), 2000U);
}

TEST(CellTable, ACellTooManyOrTooFewDoesNotShiftTheRest) {
  const Cells names = {"氏名", "住所", "電話番号", "メール"};
  EXPECT_EQ(
      records_of({{"山田太郎", "東京都江東区豊洲1", "2-27", "09012345678", "a@example.jp"}}, names),
      Rows{"email=a@example.jp;phone=09012345678;address=東京都江東区豊洲1,2-27;name=山田太郎;"});
  EXPECT_EQ(records_of({{"山田太郎", "09012345678", "a@example.jp"}}, names),
            Rows{"email=a@example.jp;phone=09012345678;name=山田太郎;"});
}

TEST(CellTable, NothingIsKnownOfATableOfNothing) {
  EXPECT_TRUE(records_of({{"a", "b"}, {"c", "d"}}).empty());
  EXPECT_TRUE(records_of({}).empty());
}

}  // namespace
}  // namespace hitokoe::matcher::test
