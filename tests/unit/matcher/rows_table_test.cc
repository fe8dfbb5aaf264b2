#include <gtest/gtest.h>

#include "matcher/rows/aligned.h"
#include "tests/unit/matcher/rows_spelled.h"

namespace hitokoe::matcher::test {
namespace {

const Rows kTwo = {"ref=1;phone=09012345678;name=山田太郎;",
                   "ref=2;phone=08023456789;name=鈴木花子;"};

TEST(TableRows, AnyDelimiter) {
  for (const std::string d : {",", "\t", ";", "|", ":", "^", "~", "\x01", "\x1f", "␟", "----", "||",
                              "::", " - ", "$$", "##", "，", "=>", "¦"}) {
    EXPECT_EQ(rows_of("id" + d + "氏名" + d + "電話番号\n1" + d + "山田太郎" + d +
                      "09012345678\n2" + d + "鈴木花子" + d + "08023456789\n"),
              kTwo)
        << d;
  }
}

TEST(TableRows, QuotesOfManyKinds) {
  EXPECT_EQ(
      rows_of(
          "'id','氏名','電話番号'\n'1','山田太郎','09012345678'\n'2','鈴木花子','08023456789'\n"),
      kTwo);
  EXPECT_EQ(rows_of("id,氏名,電話番号,memo\n1,山田太郎,09012345678,\"a \\\"b\\\", c\"\n"
                    "2,鈴木花子,08023456789,\"x\"\n"),
            kTwo);
  EXPECT_EQ(
      rows_of("id,氏名,電話番号\n=\"1\",山田太郎,=\"09012345678\"\n'2,鈴木花子,'08023456789\n"),
      kTwo);
  EXPECT_EQ(rows_of("\"id\" , \"氏名\" , \"電話番号\"\n\"1\" , \"山田太郎\" , \"09012345678\"\n"),
            Rows{kTwo[0]});
}

TEST(TableRows, CellsForNothingAreNone) {
  EXPECT_EQ(rows_of("id\t氏名\t電話番号\tメール\n1\t山田太郎\t09012345678\t\\N\n2\t鈴木花子\t080234"
                    "56789\tNULL\n"),
            kTwo);
}

TEST(TableRows, SeveralTablesInAFile) {
  const Rows rows = rows_of(
      "id,氏名,電話番号\n1,山田太郎,09012345678\n\n[table 2]\nメール;氏名\na@b.jp;佐藤\n\n"
      "id\t電話番号\t氏名\n2\t08023456789\t鈴木花子\n");
  EXPECT_EQ(rows, (Rows{kTwo[0], "email=a@b.jp;name=佐藤;", kTwo[1]}));
}

TEST(TableRows, AHeaderWhoseNamesAreNotKnownIsNone) {
  const Rows rows = rows_of(
      "f1,f2,f3\nK0000001,山田太郎,09012345678\nK0000002,鈴木花子,08023456789\n"
      "K0000003,佐藤次郎,07034567890\n");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0], "ref=K0000001;contract=K0000001;phone=09012345678;name=山田太郎;");
}

TEST(TableRows, AHalfKnownHeaderIsCompletedByTheCells) {
  EXPECT_EQ(rows_of("id,f1,f2,電話番号\n1,山田太郎,x,09012345678\n2,鈴木花子,y,08023456789\n"
                    "3,佐藤次郎,z,07034567890\n")[1],
            kTwo[1]);
}

TEST(TableRows, AColumnThatIsMostlyEmptyIsLookedAtByCell) {
  const std::string kNames[] = {"鈴木花子", "高橋三郎", "田中恵", "伊藤健太郎", "渡辺さくら"};
  std::string text = "K0000001,山田太郎,09012345678,\n";
  for (int i = 2; i < 60; ++i) {
    const std::string n = std::to_string(10 + i);
    text += "K00000" + n + "," + kNames[i % 5] + ",080234567" + n + ",\n";
  }
  text += "K0000099,佐藤次郎,07034567890,jiro@example.jp\n";
  EXPECT_EQ(
      rows_of(text).back(),
      "ref=K0000099;contract=K0000099;phone=07034567890;name=佐藤次郎;email=jiro@example.jp;");
}

TEST(TableRows, ListsOfPasswords) {
  EXPECT_EQ(
      rows_of("a@b.jp:secret1\n# junk\nc@d.jp:pass:with:colons\n\ne@f.jp:09012345678\ng@h.jp:x\n"
              "i@j.jp:y\n"),
      (Rows{"email=a@b.jp;", "email=c@d.jp;", "email=e@f.jp;", "email=g@h.jp;", "email=i@j.jp;"}));
}

TEST(TableRows, ColumnsBelowEachOther) {
  EXPECT_EQ(
      rows_of("id  氏名        電話番号\n--  ----------  -----------\n1   山田 太郎   09012345678\n"
              "2   鈴木　花子  08023456789\n"),
      (Rows{"ref=1;phone=09012345678;name=山田 太郎;",
            "ref=2;phone=08023456789;name=鈴木　花子;"}));
}

TEST(TableRows, RecordsOfFixedWidthWithoutGaps) {
  const Rows rows = rows_of(
      "K0000001山田太郎　　ﾔﾏﾀﾞﾀﾛｳ    09012345678\nK0000002佐々木花子　ｻｻｷﾊﾅｺ     08023456789\n"
      "K0000003林健　　　　ﾊﾔｼｹﾝ      07034567890\nK0000004長谷川一郎　ﾊｾｶﾞﾜｲﾁﾛｳ  09034567891\n");
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0],
            "ref=K0000001;contract=K0000001;phone=09012345678;name=山田太郎;kana=ﾔﾏﾀﾞﾀﾛｳ;");
}

TEST(TableRows, DrawnTables) {
  EXPECT_EQ(
      rows_of("┌──┬────────┬───────────┐\n│ id │ 氏名 │ 電話番号 │\n├──┼────────┼───────────┤\n"
              "│ 1 │ 山田太郎 │ 09012345678 │\n│ 2 │ 鈴木花子 │ 08023456789 │\n"
              "└──┴────────┴───────────┘\n"),
      kTwo);
}

std::string bank_record(std::string_view kana, std::string_view account, std::string_view ref) {
  const auto padded = [](std::string text, std::size_t columns, std::size_t width) {
    return text + std::string(width - columns, ' ');
  };
  std::string r = "20001" + padded("ﾐｽﾞﾎ", 4, 15) + "123" + padded("ﾎﾝﾃﾝ", 4, 15) + "    1" +
                  std::string(account);
  std::size_t columns = 0;
  for (std::size_t i = 0; i < kana.size(); i += kana[i] == ' ' ? 1U : 3U) ++columns;
  r += padded(std::string(kana), columns, 30) + "0000012345" + "0" +
       padded(std::string(ref), ref.size(), 20) + "0" + std::string(8, ' ');
  return r;
}

TEST(TableRows, FilesOfBanks) {
  const std::string header = "19110" + std::string("1234567890") + std::string(105, ' ');
  const std::string records = bank_record("ﾔﾏﾀﾞ ﾀﾛｳ", "1234567", "K0000001") + "\r\n" +
                              bank_record("ｽｽﾞｷ ﾊﾅｺ", "7654321", "K0000002") + "\r\n";
  const Rows expected = {"ref=K0000001;bank=0001-123-1-1234567;kana=ﾔﾏﾀﾞ ﾀﾛｳ;",
                         "ref=K0000002;bank=0001-123-1-7654321;kana=ｽｽﾞｷ ﾊﾅｺ;"};
  EXPECT_EQ(rows_of(header + "\r\n" + records + "8" + std::string(119, '0') + "\r\n9" +
                    std::string(119, ' ') + "\r\n"),
            expected);
  // Without line ends.
  EXPECT_EQ(rows_of(header + bank_record("ﾔﾏﾀﾞ ﾀﾛｳ", "1234567", "K0000001") +
                    bank_record("ｽｽﾞｷ ﾊﾅｺ", "7654321", "K0000002") + "8" + std::string(119, '0')),
            expected);
}

TEST(TableRows, RuledLines) {
  EXPECT_TRUE(is_ruled("+---+---+"));
  EXPECT_TRUE(is_ruled("|:--|--:|"));
  EXPECT_TRUE(is_ruled("├──┼──┤"));
  EXPECT_FALSE(is_ruled("| a | b |"));
  EXPECT_FALSE(is_ruled(""));
  EXPECT_FALSE(is_ruled("|"));
}

}  // namespace
}  // namespace hitokoe::matcher::test
