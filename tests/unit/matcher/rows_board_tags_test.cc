// Lists in posts as boards keep them: rows between [code] and [/code], on lines of their own or
// not.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hitokoe/matcher/table_places.h"
#include "matcher/rows/board_tags.h"
#include "tests/unit/matcher/rows_spelled.h"

namespace hitokoe::matcher::test {
namespace {

const std::string kRows[] = {"甲野太郎,090-0000-0001,taro@mail.test",
                             "乙野花子,090-0000-0002,hanako@mail.test",
                             "丙野次郎,090-0000-0003,jiro@mail.test"};
const std::string kHeader = "氏名,電話番号,メール";

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out.append(line) += '\n';
  return out;
}

TEST(BoardTags, AreCutBeforeAndBehind) {
  for (const std::string tags :
       {"[code]", "[CODE]", "[quote=somebody][code]", " [quote] [spoiler]", "[b]", "[*]",
        "[/quote]", "[quote name=\"somebody\" post=\"123456789012\"]", "[font face=gothic]",
        "[size=4]", "[quote='somebody' pid='123456789' dateline='1600000000']",
        "[url=https://board.test/?t=1]"}) {
    EXPECT_EQ(without_board_tags(tags + kHeader + "[/b][/code] "), kHeader) << tags;
    EXPECT_EQ(without_board_tags(tags + " [/code]").find_first_not_of(" \t"), std::string::npos)
        << tags;
  }
  EXPECT_EQ(without_board_tags("[code]  a  b[/code]"), "  a  b");
}

TEST(BoardTags, WhatIsNoneStays) {
  for (const std::string line : {"",
                                 "[",
                                 "]",
                                 "[]",
                                 "[]x",
                                 "[x]",
                                 "[code",
                                 "code]",
                                 "[1] x",
                                 "[\"b\"]",
                                 "[{\"b\": 1}]",
                                 "[b 090-0000-0001]",
                                 "[left=3]x",
                                 "[/quote=x]y",
                                 "[url x]y",
                                 "[table 2]",
                                 "x [1]",
                                 "a[code]b",
                                 "[code],[name],[url]",
                                 "[b]\t[i]"}) {
    EXPECT_EQ(without_board_tags(line), line);
  }
}

TEST(BoardTags, WhoseAttributeTellsSomebodyStay) {
  for (const std::string tag : {"[url=mailto:taro@mail.test]", "[url=mailto:taro%40mail.test]",
                                "[quote=taro＠mail.test]", "[quote=甲野太郎 090-0000-0001]",
                                "[quote 甲野太郎 (03) 0000 0001]", "[url=tel:+81-90-0000-0001]",
                                "[url=tel:819000000001]", "[quote=０９０－００００－０００１]"}) {
    EXPECT_EQ(without_board_tags(tag + "甲野[/url]"), tag + "甲野");
    EXPECT_EQ(without_board_tags("甲野 " + tag), "甲野 " + tag);
  }
}

TEST(BoardTags, ListsInATextGiveTheRowsOfTheirLines) {
  for (const bool header : {true, false}) {
    std::vector<std::string> lines(std::begin(kRows), std::end(kRows));
    if (header) lines.insert(lines.begin(), kHeader);
    const auto wanted = rows_of(joined(lines));
    ASSERT_EQ(wanted.size(), 3U);
    for (const auto& [before, after] : std::vector<std::pair<std::string, std::string>>{
             {"[code]\n", "[/code]\n"},
             {"[code]", "[/code]"},
             {"[quote=somebody][code]", "[/code][/quote]"},
             {"漏れた名簿です\n[spoiler]\n[quote]\n", "\n[/quote]\n[/spoiler]\n以上\n"},
             {"[b]", "[/b]\n"},
             {"[size=2][font=gothic]", "[/font][/size]"}}) {
      std::string text = before + joined(lines);
      text.pop_back();
      text += after;
      for (const std::size_t piece : {std::size_t{1} << 20, std::size_t{1}, std::size_t{3}}) {
        EXPECT_EQ(rows_of(text, piece), wanted) << text;
      }
    }
    // Around each line.
    for (const auto& [before, after] : std::vector<std::pair<std::string, std::string>>{
             {"[*]", ""}, {"[b]", "[/b]"}, {"[color=red]", "[/color]"}}) {
      std::string text = "[list]\n";
      for (const auto& line : lines) text.append(before).append(line).append(after) += '\n';
      EXPECT_EQ(rows_of(text + "[/list]\n"), wanted) << text;
    }
  }
}

TEST(BoardTags, ASingleRowIsOne) {
  const auto wanted = rows_of(kRows[0] + "\n");
  ASSERT_EQ(wanted.size(), 1U);
  EXPECT_EQ(rows_of("[code]" + kRows[0] + "[/code]\n"), wanted);
  EXPECT_EQ(rows_of("[code]taro@mail.test:himitsu1[/code]\n"),
            rows_of("taro@mail.test:himitsu1\n"));
}

// More of them than lines that do not fit a table may come before it has ended.
TEST(BoardTags, LinesOfThemDoNotEndATable) {
  const std::string rows[] = {"1,甲野太郎,x", "2,乙野花子,y"};
  std::string text = "id,氏名,備考\n" + rows[0] + "\n";
  for (int i = 0; i < 12; ++i) text += "[/code]\n[/quote]\n[quote=somebody]\n[code]\n";
  text += rows[1] + "\n";
  EXPECT_EQ(rows_of(text), rows_of("id,氏名,備考\n" + rows[0] + "\n" + rows[1] + "\n"));
  EXPECT_EQ(rows_of(text).size(), 2U);
}

TEST(BoardTags, ColumnsOfTheScreenStayBelowEachOther) {
  const std::string table =
      "氏名      電話番号       メール\n甲野太郎  090-0000-0001  taro@mail.test\n"
      "乙野花子  090-0000-0002  hanako@mail.test\n";
  const auto wanted = rows_of(table);
  ASSERT_EQ(wanted.size(), 2U);
  EXPECT_EQ(rows_of("[code]" + table + "[/code]\n"), wanted);
  EXPECT_EQ(rows_of("[code]\n" + table + "[/code]\n"), wanted);
}

TEST(BoardTags, LabelsBetweenThemAreOneRecord) {
  EXPECT_EQ(
      rows_of("[spoiler]氏名：甲野太郎\n[quote]\n電話番号：\n[b]090-0000-0001[/b]\n[/quote]\n"),
      Rows{"phone=090-0000-0001;name=甲野太郎;"});
}

TEST(BoardTags, WhatStandsInThemIsRead) {
  const auto rows = rows_of("[url=mailto:taro@mail.test]甲野太郎[/url]\n");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_TRUE(rows[0].starts_with("email=taro@mail.test")) << rows[0];
  EXPECT_EQ(rows_of("[quote=甲野太郎 090-0000-0001]\n"), Rows{"phone=+819000000001;"});
  EXPECT_EQ(rows_of("[b 090-0000-0001]\n"), Rows{"phone=+819000000001;"});
}

TEST(BoardTags, OtherFormatsBetweenThemAreRead) {
  EXPECT_EQ(rows_of("[code]{\"name\":\"甲野太郎\",\"tel\":\"090-0000-0001\"}[/code]\n"),
            rows_of("{\"name\":\"甲野太郎\",\"tel\":\"090-0000-0001\"}\n"));
  EXPECT_EQ(rows_of("[\"甲野太郎\",\"090-0000-0001\",\"taro@mail.test\"]\n"
                    "[\"乙野花子\",\"090-0000-0002\",\"hanako@mail.test\"]\n")
                .size(),
            2U);
}

TEST(BoardTags, PlacesOfCellsAreThoseOfTheText) {
  const std::string text = "[code]" + kHeader + "\n[b]" + kRows[0] + "[/b]\n[/code]\n";
  TablePlaces places;
  ASSERT_TRUE(places.feed(text));
  ASSERT_TRUE(places.finish());
  const auto place = places.at(text.find("090-"));
  ASSERT_TRUE(place.has_value());
  EXPECT_EQ(place->row, 1U);
  EXPECT_EQ(place->column, 2U);
}

}  // namespace
}  // namespace hitokoe::matcher::test
