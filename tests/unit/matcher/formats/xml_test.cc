// XML of any make.
#include <gtest/gtest.h>

#include "tests/unit/matcher/formats/made.h"
#include "tests/unit/matcher/people.h"

namespace hitokoe::matcher::test {
namespace {

std::vector<std::string> rows_of(const std::string& body) {
  const auto got = read_in_pieces("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + body);
  EXPECT_EQ(got.warnings, Rows{});
  return got.rows;
}

TEST(Xml, RepeatedElementsAreRecords) {
  EXPECT_EQ(
      rows_of("<export date='2026-01-01'><customer id='K1'><name>山田太郎</name>"
              "<tel>090-1111-2222</tel></customer><customer id='K2'><name>田中&amp;花子</name>"
              "<email>h@example.jp</email></customer><customer><name><![CDATA[佐藤]]></name>"
              "</customer></export>"),
      (Rows{"ref=K1;phone=090-1111-2222;name=山田太郎;",
            "ref=K2;email=h@example.jp;name=田中&花子;", "name=佐藤;", "birthdate=2026-01-01;"}));
}

TEST(Xml, ValuesThatStandDeeperBelongToTheirRecord) {
  const std::string one =
      "<order><customer><name><family>山田</family><given>太郎</given></name><contact>"
      "<phone>090-1111-2222</phone><phone>03-1234-5678</phone></contact><address><zip>135-0061</"
      "zip>"
      "<city>東京都江東区</city><street>豊洲1-2-27</street></address></customer>"
      "<items><item><sku>A1</sku></item><item><sku>B2</sku></item></items></order>";
  EXPECT_EQ(rows_of("<orders>" + one +
                    "<order><customer><name><family>田中</family></name><mail>"
                    "h@example.jp</mail></customer></order></orders>"),
            (Rows{"phone=090-1111-2222;phone=03-1234-5678;address=東京都江東区豊洲1-2-27;"
                  "name=山田太郎;postal=135-0061;",
                  "email=h@example.jp;name=田中;"}));
}

TEST(Xml, AttributesAndNamedFieldsAreValues) {
  EXPECT_EQ(
      rows_of(
          "<users><u name='山田太郎' tel='090-1111-2222'/><u name='田中花子' mail='h@example.jp'/>"
          "</users>"),
      (Rows{"phone=090-1111-2222;name=山田太郎;", "email=h@example.jp;name=田中花子;"}));
  EXPECT_EQ(rows_of("<resultset><row><field name='customer_name'>山田太郎</field><field name='tel'>"
                    "090-1111-2222</field></row><row><field name='customer_name'>田中花子</field>"
                    "<field name='tel'>090-3333-4444</field></row></resultset>"),
            (Rows{"phone=090-1111-2222;name=山田太郎;", "phone=090-3333-4444;name=田中花子;"}));
  EXPECT_EQ(
      rows_of("<p><person><name>山田太郎</name><c><type>tel</type><value>090-1111-2222</value></c>"
              "<c><type>email</type><value>t@example.jp</value></c></person><person/></p>"),
      Rows{"email=t@example.jp;phone=090-1111-2222;name=山田太郎;"});
}

TEST(Xml, JapaneseNamesAndOldCharacterSets) {
  const std::string body =
      "<名簿><会員><氏名>表能美子</氏名><電話番号>090-1111-2222</電話番号></会員>"
      "<会員><氏名>田中花子</氏名></会員></名簿>";
  const Rows wanted = {"phone=090-1111-2222;name=表能美子;", "name=田中花子;"};
  EXPECT_EQ(rows_of(body), wanted);
  EXPECT_EQ(read_in_pieces(to_cp932("<?xml version=\"1.0\" encoding=\"Shift_JIS\"?>" + body)).rows,
            wanted);
  EXPECT_EQ(read_in_pieces(to_cp932("<?xml version='1.0'?>" + body)).rows, wanted);
  std::string utf16 = "\xFF\xFE";
  for (const char16_t c :
       u"<?xml version='1.0' encoding='UTF-16'?><r><p><name>山田太郎</name>"
       u"<tel>0901</tel></p><p><name>x</name></p></r>") {
    if (c == 0) break;
    utf16 += static_cast<char>(c & 0xFF);
    utf16 += static_cast<char>(c >> 8);
  }
  EXPECT_EQ(read_in_pieces(utf16).rows, (Rows{"phone=0901;name=山田太郎;", "name=x;"}));
}

TEST(Xml, LongTextsAreProseAndMarkupIsHtml) {
  EXPECT_EQ(
      rows_of("<rss><channel><title>t</title><item><title>x</title><description>&lt;p&gt;氏名："
              "山田太郎&lt;br&gt;電話：090-1111-2222&lt;/p&gt;" +
              std::string(400, ' ') + "." +
              "</description></item><item><description>\n氏名：田中花子\n"
              "メール：h@example.jp\n</description></item></channel></rss>"),
      (Rows{"name=山田太郎;phone=090-1111-2222;", "name=田中花子;email=h@example.jp;"}));
}

TEST(Xml, AnotherPersonIsARecordOfItsOwn) {
  EXPECT_EQ(
      rows_of("<l><m><name>山田一郎</name><tel>090-1111-2222</tel><guardian><name>山田太郎</name>"
              "<tel>090-3333-4444</tel></guardian><company><name>山田商店</name></company></m><m/"
              "></l>"),
      (Rows{"phone=090-1111-2222;name=山田一郎;", "phone=090-3333-4444;name=山田太郎;"}));
}

TEST(Xml, WorkbooksOfExcel2003) {
  EXPECT_EQ(
      rows_of("<?mso-application progid=\"Excel.Sheet\"?><Workbook "
              "xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" "
              "xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet "
              "ss:Name=\"S\"><Table>"
              "<Row><Cell><Data ss:Type=\"String\">氏名</Data></Cell><Cell ss:Index=\"3\"><Data "
              "ss:Type=\"String\">電話番号</Data></Cell><Cell><Data "
              "ss:Type=\"String\">生年月日</Data></Cell>"
              "</Row><Row><Cell><Data ss:Type=\"String\">山田太郎</Data></Cell><Cell "
              "ss:Index=\"3\"><Data "
              "ss:Type=\"Number\">9.012345678E9</Data></Cell><Cell><Data ss:Type=\"DateTime\">"
              "1980-01-02T00:00:00.000</Data></Cell></Row></Table></Worksheet></Workbook>"),
      Rows{"phone=9012345678;name=山田太郎;birthdate=1980-01-02;"});
}

TEST(Xml, BombsAndExternalEntitiesAreNotExpanded) {
  std::string laughs = "<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY a0 \"ha\">";
  for (int i = 1; i < 30; ++i) {
    laughs += "<!ENTITY a" + std::to_string(i) + " \"";
    for (int k = 0; k < 20; ++k) laughs += "&a" + std::to_string(i - 1) + ";";
    laughs += "\">";
  }
  laughs +=
      "<!ENTITY f SYSTEM \"file:///etc/passwd\"><!ENTITY % q SYSTEM \"http://127.0.0.1:1/\">%q;]>"
      "<r><p><name>&a29;山田&f;太郎</name><tel at='&a29;'>0901</tel></p><p><name>x</name></p></r>";
  const auto got = read_in_pieces(laughs);
  EXPECT_EQ(got.rows, (Rows{"phone=0901;name=山田太郎;", "name=x;"}));
  EXPECT_TRUE(got.warns("were not expanded"));
}

TEST(Xml, WhatIsNotWellFormedIsReadAsFarAsItGoes) {
  const auto cut = read_in_pieces(
      "<?xml "
      "version='1.0'?><l><c><name>山田太郎</name><tel>0901</tel></c><c><name>田中花子</"
      "name><tel>09");
  EXPECT_EQ(cut.rows, (Rows{"phone=0901;name=山田太郎;", "phone=09;name=田中花子;"}));
  EXPECT_TRUE(cut.warns("no well-formed XML"));
  const auto crossed = read_in_pieces(
      "<?xml version='1.0'?><l><c><name>A & B</name><tel>0901</b></tel></c><c "
      "x=1><name>\x01田中</name>"
      "<tel>0902</tel></c></l><more>h@example.jp</more>");
  EXPECT_GE(crossed.rows.size(), 2U);
  EXPECT_TRUE(crossed.warns("the rest was read as text"));
  std::string deep = "<?xml version='1.0'?>";
  for (int i = 0; i < 3000; ++i) deep += "<x>";
  const auto got = read_in_pieces(deep + "氏名：山田太郎\nTEL：090-1234-5678\n");
  EXPECT_TRUE(got.warns("the rest was read as text"));
  EXPECT_GE(got.rows.size(), 1U);
}

TEST(Xml, WhatWasReadAsXmlIsNotReadAgainAsText) {
  // Behind the root element; too deep.
  const std::string records =
      "<?xml version='1.0'?><l><c><name>山田太郎</name><mail>t@example.jp</mail></c>"
      "<c><name>田中花子</name><mail>h@example.jp</mail></c></l>";
  EXPECT_EQ(read_in_pieces(records + "\n連絡先 s@example.jp\n").rows,
            (Rows{"email=t@example.jp;name=山田太郎;", "email=h@example.jp;name=田中花子;",
                  "email=s@example.jp;phone=s@example.jp;"}));
  std::string deep =
      "<?xml version='1.0'?><l><c><name>山田太郎</name><mail>t@example.jp</mail></c>"
      "<c><name>田中花子</name><mail>h@example.jp</mail></c>";
  for (int i = 0; i < 300; ++i) deep += "<x>";
  const auto got = read_in_pieces(deep + "\n連絡先 s@example.jp\n" + std::string(80'000, ' ') +
                                  "\n連絡先 r@example.jp\n");
  EXPECT_EQ(
      got.rows,
      (Rows{"email=t@example.jp;name=山田太郎;", "email=h@example.jp;name=田中花子;",
            "email=s@example.jp;phone=s@example.jp;", "email=r@example.jp;phone=r@example.jp;"}));
}

TEST(Xml, TheRestIsReadInTheCharacterSetOfTheWhole) {
  const auto got = read_in_pieces(
      to_cp932("<?xml version='1.0' encoding='Shift_JIS'?><l><c><name>山田太郎</name>"
               "<mail>t@example.jp</mail></c></l>\n氏名：田中花子\nTEL：090-1234-5678\n"));
  EXPECT_EQ(got.rows,
            (Rows{"email=t@example.jp;name=山田太郎;", "phone=090-1234-5678;name=田中花子;"}));
}

TEST(Xml, ManyRecordsAndHugeTextsStayBounded) {
  std::string body = "<l>";
  for (int i = 0; i < 20'000; ++i) {
    body += "<c><name>山田" + std::to_string(i) + "</name><tel>0901</tel></c>";
  }
  const auto got = read_back("<?xml version='1.0'?>" + body + "</l>");
  EXPECT_EQ(got.rows.size(), 20'000U);
  EXPECT_EQ(got.rows[19'999], "name=山田19999;phone=0901;");
  const auto huge = read_back("<?xml version='1.0'?><l><t>" + std::string(12 << 20, 'a') +
                              "\n連絡先 t@example.jp\n</t></l>");
  EXPECT_FALSE(huge.rows.empty());
}

TEST(Xml, APageInXmlIsAPage) {
  EXPECT_EQ(
      read_back(
          "<?xml version=\"1.0\"?><!DOCTYPE html><html><body><table><tr><th>氏名</th><th>メール"
          "</th></tr><tr><td>山田</td><td>t@example.jp</td></tr></table></body></html>")
          .rows,
      Rows{"email=t@example.jp;name=山田;"});
}

}  // namespace
}  // namespace hitokoe::matcher::test
