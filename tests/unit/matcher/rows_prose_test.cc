#include <gtest/gtest.h>

#include "matcher/rows/labels.h"
#include "tests/unit/matcher/rows_spelled.h"

namespace hitokoe::matcher::test {
namespace {

TEST(ProseRows, SeveralLabelsInALine) {
  EXPECT_EQ(rows_of("氏名：山田太郎　電話：09012345678、住所：東京都江東区豊洲1-2-27\n"),
            Rows{"phone=09012345678;address=東京都江東区豊洲1-2-27;name=山田太郎;"});
  EXPECT_EQ(rows_of("Name: Taro Yamada / Tel: 090-1234-5678 / E-mail address: a@b.jp\n"),
            Rows{"email=a@b.jp;phone=090-1234-5678;name=Taro Yamada;"});
}

TEST(ProseRows, LabelsInEveryDress) {
  for (const auto* text :
       {"【氏名】山田太郎\n【電話番号】0901234\n", "■氏名 山田太郎\n■電話番号 0901234\n",
        "氏名=山田太郎\n電話番号=0901234\n", "・氏　名：山田太郎\n・電話番号：0901234\n",
        "氏名\n山田太郎\n電話番号\n0901234\n", "■ 氏名\n　山田太郎\n■ 電話番号\n　0901234\n",
        "1. 氏名：山田太郎\n2. 電話番号：0901234\n",
        "氏名（漢字）：山田太郎\nTEL（携帯）：0901234\n",
        "  \"name\": \"山田太郎\",\n  \"tel\": \"0901234\",\n",
        "'name' => '山田太郎',\n'tel' => '0901234',\n", "お名前→山田太郎\nお電話→0901234\n",
        "name | 山田太郎\ntel  | 0901234\n"}) {
    EXPECT_EQ(rows_of(text), Rows{"phone=0901234;name=山田太郎;"}) << text;
  }
}

TEST(ProseRows, PartsAndOtherPersonsInBlocks) {
  EXPECT_EQ(
      rows_of("姓：山田\n名：太郎\n都道府県：東京都\n市区町村：江東区\n町域：豊洲\n番地：1-2-27\n"
              "電話：0901\n携帯：0902\n保護者氏名：山田一郎\n保護者電話：0903\n担当者電話：0904\n"),
      (Rows{"phone=0901;phone=0902;address=東京都江東区豊洲1-2-27;name=山田太郎;",
            "phone=0903;name=山田一郎;"}));
}

TEST(ProseRows, BlocksBetweenMarksOfClients) {
  EXPECT_EQ(
      rows_of("*************************** 1. row ***************************\n  name: 山田太郎\n"
              "   tel: 0901\n*************************** 2. row ***************************\n"
              "  name: 鈴木花子\n   tel: 0902\n2 rows in set (0.00 sec)\n"),
      (Rows{"phone=0901;name=山田太郎;", "phone=0902;name=鈴木花子;"}));
  EXPECT_EQ(rows_of("-[ RECORD 1 ]-------\nname | 山田太郎\ntel  | 0901\n-[ RECORD 2 ]-------\n"
                    "name | 鈴木花子\ntel  | 0902\n"),
            (Rows{"phone=0901;name=山田太郎;", "phone=0902;name=鈴木花子;"}));
}

TEST(ProseRows, ListsOfPeople) {
  EXPECT_EQ(
      rows_of("(1) 山田太郎 090-1234-5678\n    東京都江東区豊洲1-2-27\n(2) 鈴木花子 080-2345-6789\n"
              "    大阪府大阪市北区梅田3-1-1\n")
          .size(),
      2U);
  const Rows rows = rows_of("① 山田太郎様\n　　090-1234-5678\n② 鈴木花子様\n　　080-2345-6789\n");
  EXPECT_EQ(rows,
            (Rows{"phone=+819012345678;name=山田太郎;", "phone=+818023456789;name=鈴木花子;"}));
}

TEST(ProseRows, RecordsSpreadOverLines) {
  EXPECT_EQ(rows_of("山田太郎\n東京都江東区豊洲1-2-27\n090-1234-5678\n\n鈴木花子\n"
                    "大阪府大阪市北区梅田3-1-1\n080-2345-6789\n"),
            (Rows{"phone=+819012345678;address=東京都|江東区|豊洲|1-2-27;name=山田太郎;",
                  "phone=+818023456789;address=大阪府|大阪市北区|梅田|3-1-1;name=鈴木花子;"}));
  EXPECT_EQ(rows_of("ヤマダ タロウ\n山田 太郎\n090-1234-5678\n鈴木 花子\n080-2345-6789\n"),
            (Rows{"phone=+819012345678;name=山田 太郎;kana=ヤマダ タロウ;",
                  "phone=+818023456789;name=鈴木 花子;"}));
}

TEST(ProseRows, SendersAndReceiversOfMails) {
  EXPECT_EQ(rows_of("From: 山田太郎 <taro@example.jp>\nTo: 鈴木花子 <hana@example.jp>, \"佐藤\" "
                    "<jiro@example.jp>\n"
                    "Subject: 件\n\n"),
            (Rows{"email=hana@example.jp;name=鈴木花子;", "email=jiro@example.jp;name=佐藤;",
                  "email=taro@example.jp;name=山田太郎;"}));
}

TEST(ProseRows, LinesOfALog) {
  EXPECT_EQ(
      rows_of(
          "2026-01-02 10:00:00 [INFO] login user=taro@example.jp tel=09012345678 name=\"山田太郎\" "
          "ip=192.0.2.1\n2026-01-02 10:00:01 [INFO] login user=hana@example.jp tel=08023456789 "
          "name=\"鈴木花子\" ip=192.0.2.1\n"),
      (Rows{"email=taro@example.jp;phone=09012345678;name=山田太郎;",
            "email=hana@example.jp;phone=08023456789;name=鈴木花子;"}));
  EXPECT_EQ(rows_of("name=Taro&tel=09012345678&mail=a@example.jp\n"),
            Rows{"email=a@example.jp;phone=09012345678;name=Taro;"});
}

TEST(ProseRows, NumbersEndWhereSomethingElseBegins) {
  EXPECT_EQ(rows_of("山田太郎（ヤマダタロウ）\nTEL 090-1234-5678 / a@example.jp\n"),
            Rows{"email=a@example.jp;phone=090-1234-5678;name=山田太郎;kana=ヤマダタロウ;"});
}

TEST(ProseRows, AWordOrADateIsNoRecord) {
  EXPECT_TRUE(rows_of("お宝公開\nパスは明日\n2026-01-02\n氏名\n電話番号\n").empty());
}

TEST(ProseRows, KnowsItemMarks) {
  EXPECT_EQ(item_mark("(1) a"), 3U);
  EXPECT_EQ(item_mark("1. a"), 2U);
  EXPECT_EQ(item_mark("①a"), 3U);
  EXPECT_EQ(item_mark("No.12 a"), 5U);
  EXPECT_EQ(item_mark("1.5"), 0U);
  EXPECT_EQ(item_mark("10:30"), 0U);
  EXPECT_EQ(item_mark("090-1"), 0U);
  EXPECT_EQ(item_mark("a"), 0U);
  EXPECT_EQ(item_mark(""), 0U);
}

}  // namespace
}  // namespace hitokoe::matcher::test
