#include <gtest/gtest.h>

#include "tests/unit/matcher/rows_spelled.h"

namespace hitokoe::matcher::test {
namespace {

const Rows kTwo = {"ref=1;phone=09012345678;name=山田太郎;",
                   "ref=2;phone=08023456789;name=鈴木花子;"};

TEST(SqlRows, ReadsInsertWithAListOfColumns) {
  EXPECT_EQ(rows_of("INSERT INTO `customer` (`id`, `shimei`, `tel`) VALUES "
                    "(1,'山田太郎','09012345678'),(2,'鈴木花子','08023456789');\n"),
            kTwo);
  EXPECT_EQ(rows_of("insert into customer(id,shimei,tel)\nvalues\n  (1, '山田太郎', '09012345678')"
                    ",\n  (2, '鈴木花子', '08023456789')\n;\n"),
            kTwo);
  EXPECT_EQ(
      rows_of("REPLACE INTO customer (id,shimei,tel) VALUES (1,'山田太郎','09012345678');\n"
              "INSERT IGNORE INTO customer (id,shimei,tel) VALUES (2,'鈴木花子','08023456789')"
              " ON DUPLICATE KEY UPDATE tel=VALUES(tel);\n"),
      kTwo);
}

TEST(SqlRows, ReadsMicrosoftsNotation) {
  EXPECT_EQ(
      rows_of("INSERT [dbo].[Users] ([Id], [氏名], [電話番号]) VALUES (1, N'山田太郎', "
              "N'09012345678')\nGO\nINSERT [dbo].[Users] ([Id], [氏名], [電話番号]) VALUES (2, "
              "N'鈴木花子', CAST(N'08023456789' AS NVarChar(20)))\nGO\n"),
      kTwo);
}

TEST(SqlRows, ReadsOraclesNotation) {
  EXPECT_EQ(
      rows_of("INSERT ALL\n INTO t (id, shimei, birthdate) VALUES (1, '山田太郎', "
              "TO_DATE('1980-01-02','YYYY-MM-DD'))\n INTO t (id, shimei, birthdate) VALUES (2, "
              "'鈴木' || '花子', DATE '1975-12-24')\nSELECT * FROM dual;\n"),
      (Rows{"ref=1;name=山田太郎;birthdate=1980-01-02;",
            "ref=2;name=鈴木花子;birthdate=1975-12-24;"}));
}

TEST(SqlRows, NamesComeFromCreateTableAndItsComments) {
  const std::string create =
      "CREATE TABLE `m_cust` (\n  `id` int(11) NOT NULL COMMENT '顧客番号',\n  `f1` varchar(64) "
      "COMMENT '氏名',\n  `f2` varchar(20) DEFAULT NULL COMMENT '電話番号',\n  PRIMARY KEY (`id`)\n"
      ") ENGINE=InnoDB;\n\nLOCK TABLES `m_cust` WRITE;\n/*!40000 ALTER TABLE `m_cust` DISABLE KEYS "
      "*/;\n";
  EXPECT_EQ(
      rows_of(create + "INSERT INTO `m_cust` VALUES (1,'山田太郎','09012345678'),(2,'鈴木花子',"
                       "'08023456789');\nUNLOCK TABLES;\n"),
      kTwo);
  EXPECT_EQ(rows_of(create + "INSERT INTO `m_cust` (`id`,`f2`,`f1`) VALUES (1,'09012345678',"
                             "'山田太郎'),(2,'08023456789','鈴木花子');\n"),
            kTwo);
}

TEST(SqlRows, WithoutNamesTheCellsTell) {
  const Rows rows = rows_of(
      "INSERT INTO t VALUES (17,'山田太郎','09012345678','taro@example.jp',NULL);\n"
      "INSERT INTO t VALUES (18,'鈴木花子','08023456789','hana@example.jp',NULL);\n"
      "INSERT INTO t VALUES (231,'佐藤次郎','07034567890','jiro@example.jp',NULL);\n");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0], "email=taro@example.jp;phone=09012345678;name=山田太郎;");
}

TEST(SqlRows, ReadsEscapes) {
  const auto one = [](std::string_view value) {
    const Rows rows =
        rows_of("INSERT INTO t (id,name,mail) VALUES (1," + std::string(value) + ",'a@b.jp');\n");
    return rows.size() == 1 ? rows[0] : std::to_string(rows.size()) + " rows";
  };
  EXPECT_EQ(one("'O''Brien'"), "ref=1;email=a@b.jp;name=O'Brien;");
  EXPECT_EQ(one("'O\\'Brien'"), "ref=1;email=a@b.jp;name=O'Brien;");
  EXPECT_EQ(one("'O'Brien'"), "ref=1;email=a@b.jp;name=O'Brien;") << "not escaped at all";
  EXPECT_EQ(one("E'山田\\\\太郎'"), "ref=1;email=a@b.jp;name=山田\\太郎;");
  EXPECT_EQ(one("_utf8mb4'山田'"), "ref=1;email=a@b.jp;name=山田;");
  EXPECT_EQ(one("0xE5B1B1E794B0"), "ref=1;email=a@b.jp;name=山田;");
  EXPECT_EQ(one("X'E5B1B1E794B0'"), "ref=1;email=a@b.jp;name=山田;");
  EXPECT_EQ(one("'C:\\'"), "ref=1;email=a@b.jp;name=C:\\;") << "a backslash that escapes nothing";
  EXPECT_EQ(one("q'[O'Brien]'"), "ref=1;email=a@b.jp;name=O'Brien;");
  EXPECT_EQ(one("$$O'Brien$$"), "ref=1;email=a@b.jp;name=O'Brien;");
  EXPECT_EQ(one("'山田'::text"), "ref=1;email=a@b.jp;name=山田;");
  EXPECT_EQ(one("CONCAT('山田','太郎')"), "ref=1;email=a@b.jp;name=山田太郎;");
  EXPECT_EQ(one("''"), "ref=1;email=a@b.jp;");
  EXPECT_EQ(one("NULL"), "ref=1;email=a@b.jp;");
  EXPECT_EQ(one("'(1),(2);--'"), "ref=1;email=a@b.jp;name=(1),(2);--;");
  EXPECT_EQ(one("/* x */ '山田'"), "ref=1;email=a@b.jp;name=山田;");
}

TEST(SqlRows, ReadsCopyFromStdin) {
  EXPECT_EQ(
      rows_of("SET client_encoding = 'UTF8';\nCOPY public.customer (id, shimei, tel, memo) FROM "
              "stdin;\n1\t山田太郎\t09012345678\t\\N\n2\t鈴木花子\t08023456789\ta\\tb\\\\c\n"
              "\\.\n\nおわり\n"),
      kTwo);
}

TEST(SqlRows, ReadsAssignments) {
  EXPECT_EQ(rows_of("INSERT INTO customer SET id=1, shimei='山田太郎', tel='09012345678';\n"
                    "UPDATE customer SET shimei = '鈴木花子', tel = '08023456789' WHERE id = 2;\n"),
            (Rows{kTwo[0], "ref=2;phone=08023456789;name=鈴木花子;"}));
}

TEST(SqlRows, ReadsSelectsPutTogether) {
  EXPECT_EQ(
      rows_of("INSERT INTO customer (id,shimei,tel) SELECT 1, '山田太郎', '09012345678' UNION ALL "
              "SELECT 2, '鈴木花子', '08023456789';\n"),
      kTwo);
}

TEST(SqlRows, ABrokenTupleCostsNoOther) {
  const Rows rows = rows_of(
      "INSERT INTO t (id,shimei,tel) VALUES "
      "(1,'山田太郎','09012345678'),\n(7,'開いたまま,'0901'),\n"
      "(2,'鈴木花子','08023456789');\nINSERT INTO t (id,shimei,tel) VALUES "
      "(3,'佐藤,'07011112222);\n"
      "INSERT INTO t (id,shimei,tel) VALUES (4,'高橋三郎','07011112222');\n");
  EXPECT_EQ(rows.front(), kTwo[0]);
  EXPECT_NE(std::ranges::find(rows, kTwo[1]), rows.end());
  EXPECT_EQ(rows.back(), "ref=4;phone=07011112222;name=高橋三郎;");
}

TEST(SqlRows, WhatIsBrokenOffIsGivenAsFarAsItGoes) {
  EXPECT_EQ(
      rows_of("INSERT INTO t (id,shimei,tel) VALUES (1,'山田太郎','09012345678'),(2,'鈴木花子'"),
      (Rows{kTwo[0], "ref=2;name=鈴木花子;"}));
}

TEST(SqlRows, ADumpThatBeginsInTheMiddle) {
  const Rows rows = rows_of(
      "(1,'山田太郎','09012345678','taro@example.jp'),\n(2,'鈴木花子','08023456789','hana@example."
      "jp')"
      ",\n(3,'佐藤次郎','07034567890','jiro@example.jp');\n");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1], "email=hana@example.jp;phone=08023456789;name=鈴木花子;");
}

TEST(SqlRows, AStatementOfManyMegabytesOnOneLine) {
  std::string text = "INSERT INTO `t` (`id`,`shimei`,`tel`,`photo`) VALUES ";
  constexpr int kRows = 20000;
  for (int i = 0; i < kRows; ++i) {
    if (i > 0) text += ',';
    text += "(" + std::to_string(i) + ",'山田太郎','0901234" + std::to_string(1000 + i % 9000) +
            "','" + std::string(i == 500 ? 300000 : 100, 'x') + "')";
  }
  text += ";\n";
  const Rows rows = rows_of(text, 70001);
  ASSERT_EQ(rows.size(), static_cast<std::size_t>(kRows));
  EXPECT_EQ(rows.back(), "ref=19999;phone=09012342999;name=山田太郎;");
}

TEST(SqlRows, ASentenceIsNoStatement) {
  EXPECT_TRUE(rows_of("Insert into the slot, then copy from stdin.\nupdate your set.\n").empty());
  const Rows rows = rows_of("replace into the box\n氏名,電話番号\n山田,0901\n");
  EXPECT_EQ(rows, Rows{"phone=0901;name=山田;"});
}

TEST(SqlRows, StatementsInALog) {
  EXPECT_EQ(
      rows_of("2026-01-02 10:00:00 [query] INSERT INTO customer (id,shimei,tel) VALUES "
              "(1,'山田太郎','09012345678')\n2026-01-02 10:00:01 [query] INSERT INTO customer "
              "(id,shimei,tel) VALUES (2,'鈴木花子','08023456789')\n"),
      kTwo);
}

}  // namespace
}  // namespace hitokoe::matcher::test
