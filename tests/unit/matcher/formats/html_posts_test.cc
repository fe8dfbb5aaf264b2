// Lists that somebody pasted into a post: lines within one block of a page, parted by <br>. What
// comes out is what the lines give as a text.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/matcher/formats/made.h"

namespace hitokoe::matcher::test {
namespace {

using Lines = std::vector<std::string>;

struct List {
  const char* name;
  Lines lines;
};

const std::vector<List>& lists() {
  static const std::vector<List> lists = {
      {"csv with a header",
       {"氏名,電話番号,メール", "甲野太郎,090-0000-0001,taro@mail.test",
        "乙野花子,090-0000-0002,hanako@mail.test", "丙野次郎,090-0000-0003,jiro@mail.test"}},
      {"a header and one row", {"氏名,電話番号,メール", "甲野太郎,090-0000-0001,taro@mail.test"}},
      {"a header and two rows",
       {"name,phone,email", "甲野太郎,090-0000-0001,taro@mail.test",
        "乙野花子,090-0000-0002,hanako@mail.test"}},
      {"no header",
       {"甲野太郎,090-0000-0001,taro@mail.test", "乙野花子,090-0000-0002,hanako@mail.test",
        "丙野次郎,090-0000-0003,jiro@mail.test"}},
      {"quotes",
       {"氏名,住所,電話番号", "\"甲野 太郎\",\"東京都江東区豊洲1-2-27, 101号\",090-0000-0001",
        "\"乙野 花子\",\"大阪府大阪市北区梅田1-1\",090-0000-0002",
        "\"丙野 次郎\",\"愛知県名古屋市中区栄1-1\",090-0000-0003"}},
      {"semicolons",
       {"氏名;電話番号;メール", "甲野太郎;090-0000-0001;taro@mail.test",
        "乙野花子;090-0000-0002;hanako@mail.test"}},
      {"bars with spaces",
       {"氏名 | 電話番号 | メール", "甲野太郎 | 090-0000-0001 | taro@mail.test",
        "乙野花子 | 090-0000-0002 | hanako@mail.test"}},
      {"empty cells",
       {"氏名,フリガナ,電話番号,メール", "甲野太郎,,090-0000-0001,",
        "乙野花子,オツノハナコ,,hanako@mail.test", "丙野次郎,,090-0000-0003,jiro@mail.test"}},
      {"combinations", {"taro@mail.test:himitsu1", "hanako@mail.test:himitsu2"}},
      {"labels",
       {"氏名：甲野太郎", "電話：090-0000-0001", "", "氏名：乙野花子", "電話：090-0000-0002"}},
  };
  return lists;
}

std::string joined(const Lines& lines, const std::string& between) {
  std::string out;
  for (const auto& line : lines) out += (out.empty() ? "" : between) + line;
  return out;
}

TEST(HtmlPosts, ListsInOneBlockGiveTheRowsOfTheirLines) {
  for (const auto& [name, lines] : lists()) {
    const auto wanted = read_back(joined(lines, "\n") + "\n", "text/plain").rows;
    ASSERT_FALSE(wanted.empty()) << name;
    for (const std::string br : {"<br>", "<br/>\n", "<br />\r\n", "\n<BR>\n"}) {
      const std::string text = joined(lines, br);
      for (const auto& [before, after] : std::vector<std::pair<std::string, std::string>>{
               {"<p>", "</p>"},
               {"<div>", "</div>"},
               {"<div><p>漏れた名簿です</p><p>", "</p><p>以上</p></div>"},
               {"<div class=content>漏れた名簿です<br><br>", "<br><br>以上</div>"},
               {"<blockquote><div><cite>某 wrote:</cite>", "</div></blockquote>"},
               {"<article><header>member</header><div>", "</div><footer>2026</footer></article>"},
               {"<pre>", "</pre>"},
               {"<table><tr><td>", "</td></tr></table>"},
               {"<table><tr><td>member<br>Posts: 12</td><td>", "</td></tr></table>"},
               {"<table><tr><th>投稿者<th>本文</tr><tr><td>member</td><td>", "</td></tr></table>"},
               {"<dl class=codebox><dt>Code: <a href='#'>Select all</a></dt><dd><code>",
                "</code></dd></dl>"},
               {"<div class=codeblock><div class=title>Code:</div><div><code>",
                "</code></div></div>"},
               {"<div>Code:</div><pre class=bbcode_code>", "</pre>"},
               {"<div>[quote=somebody][code]", "[/code][/quote]</div>"},
               {"<table><tr><td>member<td>[code]", "[/code]</table>"},
               {"<ul><li>", "</li></ul>"}}) {
        const std::string page = "<!DOCTYPE html><html><body>" + before + text + after;
        EXPECT_EQ(read_back(page, "text/html").rows, wanted) << name << "\n" << page;
      }
    }
  }
}

// Boards keep spaces that a browser would swallow: "  " becomes "&nbsp; ".
TEST(HtmlPosts, SpacesThatAreKeptPartColumnsAndNames) {
  const Lines lines = {"氏名      電話番号       メール", "甲野太郎  090-0000-0001  taro@mail.test",
                       "乙野花子  090-0000-0002  hanako@mail.test"};
  const auto wanted = read_back(joined(lines, "\n") + "\n", "text/plain").rows;
  ASSERT_EQ(wanted.size(), 2U);
  for (const std::string space : {"&nbsp; ", "&nbsp;&nbsp;", "&#160; ", " &nbsp;"}) {
    std::string page = "<div>" + joined(lines, "<br />\n") + "</div>";
    for (std::size_t at = 0; (at = page.find("  ", at)) != std::string::npos; at += space.size()) {
      page.replace(at, 2, space);
    }
    EXPECT_EQ(read_back(page, "text/html").rows, wanted) << page;
  }
  EXPECT_EQ(
      read_back("<p>氏名,電話番号<br>甲野&nbsp;太郎,&nbsp;090-0000-0001<br>", "text/html").rows,
      Rows{"name=甲野 太郎;phone=090-0000-0001;"});
}

// Two lines of a cell that are one value stay one.
TEST(HtmlPosts, AnAddressInTwoLinesOfACellIsNoList) {
  EXPECT_EQ(read_back("<table><tr><th>氏名<th>住所<th>電話番号"
                      "<tr><td>甲野太郎<td>東京都江東区豊洲1-2-27<br>甲マンション, 101号<td>"
                      "090-0000-0001<br>03-0000-0001</table>",
                      "text/html")
                .rows.size(),
            1U);
}

// Names of two values above both, in a cell beside others: the person's own, and no list.
TEST(HtmlPosts, ACellWithNamesAboveItsValuesStaysInItsRow) {
  for (const char* contact :
       {"電話、メール<br>090-0000-0001、taro@mail.test", "住所、電話番号<br>変更あり",
        "住所、電話番号、メール<br>変更あり", "電話,メール<br>変更あり<br>要確認"}) {
    const std::string page =
        "<table><tr><th>氏名<th>住所<th>電話番号<tr><td>甲野太郎<td>東京都江東区豊洲1-2-27<td>" +
        std::string(contact) + "<tr><td>乙野花子<td>大阪府大阪市北区梅田1-1<td>なし</table>";
    const auto rows = read_back(page, "text/html").rows;
    ASSERT_EQ(rows.size(), 2U) << contact;
    const std::string words(contact);
    std::string note = words;
    for (std::size_t at; (at = note.find("<br>")) != std::string::npos;) note.replace(at, 4, " ");
    EXPECT_NE(rows[0].find("phone=" + note), std::string::npos) << rows[0];
  }
}

// Two lines that are cut like rows, but say how the person of the row is reached.
TEST(HtmlPosts, HowAPersonIsReachedStaysInTheRowOfThatPerson) {
  const std::string telephones = "自宅、03-1234-5678、夜間<br>勤務先、06-1234-5678、昼間";
  const std::string mails = "taro@a.test : 自宅<br>taro@b.test : 会社";
  const auto table = [](const std::string& rows) {
    return read_back("<table>" + rows + "</table>", "text/html").rows;
  };
  EXPECT_EQ(table("<tr><td>甲野太郎<td>東京都江東区豊洲1-2-27<td>" + telephones),
            Rows{"phone=03-1234-5678; 06-1234-5678;address=東京都江東区豊洲1-2-27;name=甲野太郎;"});
  EXPECT_EQ(table("<tr><td>甲野太郎<td>" + telephones),
            Rows{"phone=03-1234-5678; 06-1234-5678;name=甲野太郎;"});
  EXPECT_EQ(table("<tr><td>甲野太郎<td>" + mails),
            Rows{"email=taro@a.test;email=taro@b.test;name=甲野太郎;"});
  EXPECT_EQ(table("<tr><td>甲野太郎<td>" + mails +
                  "<tr><td>乙野花子<td>hanako@a.test<tr><td>丙野次郎"
                  "<td>jiro@a.test : 自宅<br>jiro@b.test : 会社"),
            (Rows{"email=taro@a.test;email=taro@b.test;name=甲野太郎;",
                  "email=hanako@a.test;name=乙野花子;",
                  "email=jiro@a.test;email=jiro@b.test;name=丙野次郎;"}));
  // Under a name, or behind one.
  EXPECT_EQ(table("<tr><th>氏名<th>連絡先<tr><td>甲野<td>" + telephones),
            Rows{"phone=03-1234-5678; 06-1234-5678;name=甲野;"});
  EXPECT_EQ(table("<tr><td>氏名<td>甲野<tr><td>メール：<td>" + mails),
            Rows{"email=taro@a.test;email=taro@b.test;name=甲野;"});
}

// Beside somebody's name, of lists with values of several kinds, of names, of passwords: as before.
TEST(HtmlPosts, AListBesideANameIsAList) {
  for (const Lines& list : std::vector<Lines>{
           {"甲野太郎,090-0000-0001,taro@mail.test", "乙野花子,090-0000-0002,hanako@mail.test"},
           {"甲野太郎,090-0000-0001,東京都江東区豊洲1-2-27",
            "乙野花子,090-0000-0002,大阪府大阪市北区梅田1-1"},
           {"taro@mail.test:himitsu1", "hanako@mail.test:himitsu2"}}) {
    const auto wanted = read_back(joined(list, "\n") + "\n", "text/plain").rows;
    ASSERT_EQ(wanted.size(), 2U);
    for (const std::string before :
         {"<tr><td>丙野次郎<td>", "<tr><td>名無しさん<td>",
          "<tr><th>投稿者<th>本文<tr><td>丙野次郎<td>",
          "<tr><th>氏名<th>連絡先<th>備考<tr><td>丙野次郎<td>なし<td>"}) {
      auto rows =
          read_back("<table>" + before + joined(list, "<br>") + "</table>", "text/html").rows;
      std::erase(rows, "name=丙野次郎;");
      EXPECT_EQ(rows, wanted) << before << list[0];
    }
  }
}

TEST(HtmlPosts, WhatStandsInATagOfTheBoardIsRead) {
  const auto linked = read_back("<p>[url=mailto:taro@mail.test]太郎[/url]<br>", "text/html").rows;
  ASSERT_EQ(linked.size(), 1U);
  EXPECT_TRUE(linked[0].starts_with("email=taro@mail.test")) << linked[0];
  for (const std::string line : {"[quote=甲野太郎 090-0000-0001]", "[b 090-0000-0001]"}) {
    EXPECT_EQ(read_back("<p>" + line + "<br>以上</p>", "text/html").rows,
              Rows{"phone=+819000000001;"});
  }
  EXPECT_EQ(read_back("<p>[quote='某' pid='123456789' dateline='1600000000']<br>[font face=gothic]"
                      "氏名,電話番号[/font]<br>甲野太郎,090-0000-0001[/quote]</p>",
                      "text/html")
                .rows,
            Rows{"name=甲野太郎;phone=090-0000-0001;"});
}

TEST(HtmlPosts, AListOfTwoColumnsInACellIsOneFromItsSecondRowOn) {
  const std::string list =
      "電話、メール<br>090-0000-0001、taro@mail.test<br>090-0000-0002、hanako@mail.test";
  EXPECT_EQ(read_back("<table><tr><td>member<td>" + list + "</table>", "text/html").rows.size(),
            2U);
}

}  // namespace
}  // namespace hitokoe::matcher::test
