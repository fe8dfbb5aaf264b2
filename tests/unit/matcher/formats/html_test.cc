// Pages: tables, forms, lists, and what stands in attributes.
#include <gtest/gtest.h>

#include <set>

#include "matcher/decode/formats/html_document.h"
#include "matcher/decode/formats/html_links.h"
#include "tests/unit/matcher/formats/made.h"
#include "tests/unit/matcher/people.h"

namespace hitokoe::matcher::test {
namespace {

std::vector<std::string> rows_of(const std::string& html) {
  const auto got = read_in_pieces(html, "text/html; charset=utf-8");
  EXPECT_EQ(got.warnings, Rows{});
  return got.rows;
}

TEST(HtmlTables, ReadByTheirHeader) {
  EXPECT_EQ(rows_of("<p>一覧</p><table><thead><tr><th>氏名<th>住所<th>電話番号</thead>"
                    "<tr><td>山田 太郎<td>東京都江東区<br>豊洲1-2-27<td>090-1111-2222"
                    "<tr><td>山田花子<td><td>090-3333-4444</table><p>以上</p>"),
            (Rows{"phone=090-1111-2222;address=東京都江東区 豊洲1-2-27;name=山田 太郎;",
                  "phone=090-3333-4444;name=山田花子;"}));
}

TEST(HtmlTables, CellsOverSeveralRowsAndColumns) {
  EXPECT_EQ(
      rows_of("<table><tr><th>住所<th>氏名<th>電話番号</tr>"
              "<tr><td rowspan=2>東京都江東区豊洲1-2-27<td>山田太郎<td>090-1111-2222</tr>"
              "<tr><td>山田花子<td>090-3333-4444</tr>"
              "<tr><td "
              "colspan=3>以下余白</tr><tr><td>大阪府大阪市北区梅田1-1<td>田中誠<td>090-5555-6666"
              "</tr></table>"),
      (Rows{"phone=090-1111-2222;address=東京都江東区豊洲1-2-27;name=山田太郎;",
            "phone=090-3333-4444;address=東京都江東区豊洲1-2-27;name=山田花子;",
            "address=以下余白;",
            "phone=090-5555-6666;address=大阪府大阪市北区梅田1-1;name=田中誠;"}));
}

TEST(HtmlTables, ProfilesAreReadByTheirLabels) {
  EXPECT_EQ(rows_of("<table><tr><th>氏名<td>山田太郎<tr><th>電話番号<td>090-1234-5678"
                    "<tr><th>メール<td>taro@example.jp</table>"),
            Rows{"email=taro@example.jp;phone=090-1234-5678;name=山田太郎;"});
  EXPECT_EQ(rows_of("<table><tr><th>氏名<td>山田太郎<th>フリガナ<td>ヤマダタロウ"
                    "<tr><th>電話番号<td>090-1234-5678<th>郵便番号<td>135-0061</table>"),
            Rows{"phone=090-1234-5678;name=山田太郎;kana=ヤマダタロウ;postal=135-0061;"});
}

TEST(HtmlTables, TablesForTheLayoutAreText) {
  EXPECT_EQ(
      rows_of("<table><tr><td>menu<td><table><tr><th>氏名<th>メール<tr><td>山田太郎<td>t@example.jp"
              "</table><td>氏名：田中花子<br>電話：090-1234-5678</table>"),
      (Rows{"email=t@example.jp;name=山田太郎;", "name=田中花子;phone=090-1234-5678;"}));
  std::string posts = "<table>";
  for (int i = 0; i < 3; ++i) {
    posts += "<tr><td>anon<td>山田太郎 090-1234-567" + std::to_string(i) + "<br>a" +
             std::to_string(i) + "@example.jp:pass<br>b" + std::to_string(i) +
             "@example.jp:pass<br>c" + std::to_string(i) + "@example.jp:pass";
  }
  const auto got = rows_of(posts + "</table>");
  EXPECT_GE(got.size(), 9U);
}

TEST(HtmlText, DefinitionListsAndLabelsAboveTheirValues) {
  EXPECT_EQ(rows_of("<dl><dt>氏名<dd>山田太郎<dt>電話番号：<dd>090-1234-5678</dl>"
                    "<dl><dt>氏名<dd>田中花子<dt>メール<dd>h@example.jp</dl>"),
            (Rows{"name=山田太郎;phone=090-1234-5678;", "name=田中花子;email=h@example.jp;"}));
  EXPECT_EQ(rows_of("<div><div>氏名</div><div>山田太郎</div><div>電話番号</div><div>090-1234-5678"
                    "</div></div>"),
            Rows{"name=山田太郎;phone=090-1234-5678;"});
}

TEST(HtmlText, FormsAreReadByTheirValues) {
  EXPECT_EQ(
      rows_of("<form><p><label>お名前</label><input name=\"name\" value=\"山田太郎\">"
              "<input name=tel type=text value='090-1234-5678'><input type=hidden name=email "
              "value=taro@example.jp><input type=password name=password value=x@secret.example>"
              "<select name=pref><option>北海道<option selected>東京都</select>"
              "<input type=submit value='送信 03-1111-2222'></form>"),
      Rows{"name=山田太郎;phone=090-1234-5678;email=taro@example.jp;"});
}

TEST(HtmlText, AddressesOfLinksCountWhereTheTextShowsNone) {
  EXPECT_EQ(rows_of("<ul><li>山田太郎 090-1234-5678 <a "
                    "href='mailto:taro%40example.jp?subject=x'>メール</a></ul>"),
            Rows{"name=山田太郎;phone=+819012345678;email=taro@example.jp;"});
  EXPECT_EQ(rows_of("<p><a href='tel:+81-90-1234-5678'>電話する</a> taro@example.jp</p>"),
            Rows{"phone=+81-90-1234-5678;email=taro@example.jp;"});
  EXPECT_EQ(
      rows_of("<table><tr><th>氏名<th>メール<tr><td>山田太郎<td><a href='mailto:x@example.jp'>"
              "taro@example.jp</a></table>"),
      Rows{"email=taro@example.jp;name=山田太郎;"});
}

TEST(HtmlText, ACombinationThatABoardMadeALinkStaysWhole) {
  EXPECT_EQ(
      read_back("taro@example.jp:himitsu1\nhanako@example.jp:himitsu2\n").rows,
      rows_of("<p><a href=\"mailto:taro@example.jp:himitsu1\">taro@example.jp:himitsu1</a><br>\n"
              "<a href=\"mailto:hanako@example.jp\">hanako@example.jp</a>:himitsu2</p>"));
}

TEST(HtmlText, CommentsScriptsAndFramesWithDataAreRead) {
  const auto got = rows_of(
      "<head><title>090-0000-0000</title><style>a{}</style><!-- 旧版 --></head><body>"
      "<!-- 予備: taro@example.jp 090-1234-5678 -->"
      "<!-- <table><tr><th>氏名<th>メール<tr><td>田中花子<td>h@example.jp</table> -->"
      "<script>var x = '080-9999-9999';</script>"
      "<iframe srcdoc=\"<p>佐藤 s@example.jp</p>\"></iframe>"
      "<div style='display:none'>連絡先 03-1234-5678</div></body>");
  EXPECT_EQ((std::set<std::string>(got.begin(), got.end())),
            (std::set<std::string>{"email=taro@example.jp;phone=+819012345678;",
                                   "email=h@example.jp;name=田中花子;", "email=s@example.jp;",
                                   "phone=03-1234-5678;"}));
}

TEST(HtmlText, AddressesHiddenFromCrawlersAreShown) {
  EXPECT_EQ(hidden_address("zz"), "");
  const std::string plain = "taro@example.jp";
  std::string hex = "5a";
  for (const char c : plain) hex += to_hex(as_bytes(std::string(1, static_cast<char>(c ^ 0x5a))));
  EXPECT_EQ(hidden_address(hex), plain);
  EXPECT_EQ(rows_of("<p>連絡 <a class=__cf_email__ data-cfemail=" + hex +
                    ">[email&#160;protected]</a></p>"),
            Rows{"email=taro@example.jp;"});
}

TEST(HtmlLinks, OnlyAddressesAreTaken) {
  EXPECT_EQ(address_of_link("MailTo:a@example.jp", "x"), "a@example.jp");
  EXPECT_EQ(address_of_link("mailto:a@example.jp", "b@example.jp"), "");
  EXPECT_EQ(address_of_link("tel:090%2D1234", ""), "090-1234");
  EXPECT_EQ(address_of_link("tel:0901", "090-1234"), "");
  EXPECT_EQ(address_of_link("https://example.jp/?a@b", "x"), "");
  EXPECT_EQ(address_of_link("mailto:", ""), "");
}

TEST(HtmlDocument, ALargeTableKeepsItsHeaderInEveryPart) {
  std::string html = "<html><body><table><tr><th>氏名<th>電話番号<th>備考</tr>\n";
  std::size_t wanted = 0;
  while (html.size() < (9U << 20)) {
    html += "<tr><td>山田" + std::to_string(wanted) + "</td><td>090-" +
            std::to_string(1000 + wanted % 9000) + "-1234</td><td>" + std::string(400, 'x') +
            "</td></tr>\n";
    ++wanted;
  }
  const auto got = read_back(html, "text/html");
  ASSERT_EQ(got.rows.size(), wanted);
  for (std::size_t i = 0; i < wanted; i += 997) {
    EXPECT_EQ(got.rows[i], "name=山田" + std::to_string(i) + ";phone=090-" +
                               std::to_string(1000 + i % 9000) + "-1234;");
  }
  EXPECT_EQ(read_back(html, "text/html", 777'777).rows, got.rows);
}

TEST(HtmlDocument, CutsBehindARowAndKnowsTheTable) {
  std::string context;
  const std::string html = "<table><tr><th>a</tr><tr><td>1</tr><tr><td>2";
  EXPECT_EQ(html_cut(html, context), html.size() - 9);
  EXPECT_EQ(context, "<table>") << "a row that may be data is not read twice";
  const std::string named = "<table><tr><th>氏名<th><b>メール</b></tr>";
  EXPECT_EQ(html_cut(named + "<tr><td>1</tr><tr>", context), named.size() + 14);
  EXPECT_EQ(context, named);
  EXPECT_EQ(html_cut("<table><tr><td>1</table><p>some longer text</p>yy", context), 47U);
  EXPECT_EQ(context, "");
  EXPECT_EQ(html_cut("no markup at all", context), 16U);
}

TEST(HtmlDocument, FormattingThatIsNeverClosedFillsNoMemory) {
  std::string html;
  for (int i = 0; i < 1500; ++i) html += "<b id=" + std::to_string(i) + ">";
  for (int i = 0; i < 100'000; ++i) html += "<p>x";
  const auto got = read_back(html + "<p>t@example.jp", "text/html");
  EXPECT_TRUE(got.warns("nested too deeply"));
  ASSERT_FALSE(got.rows.empty());
  EXPECT_EQ(got.rows.back(), "email=t@example.jp;");
}

TEST(HtmlDocument, PagesInOldCharactersAndDeepNesting) {
  const std::string page =
      "<html><head><meta charset=\"EUC-JP\"></head><body><p>x</p></body></html>";
  EXPECT_TRUE(read_back(page).rows.empty());
  const auto sjis = to_cp932(
      "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; "
      "charset=Shift_JIS\"></head>"
      "<body><table><tr><th>氏名<th>メール<tr><td>表能美子<td>n@example.jp</table></body></html>");
  EXPECT_EQ(read_in_pieces(sjis).rows, Rows{"email=n@example.jp;name=表能美子;"});
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<div>";
  const auto got = read_back(deep + "taro@example.jp 090-1234-5678", "text/html");
  EXPECT_TRUE(got.warns("nested too deeply"));
  EXPECT_EQ(got.rows.size(), 1U);
}

}  // namespace
}  // namespace hitokoe::matcher::test
