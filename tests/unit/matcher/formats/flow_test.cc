// Text documents, presentations and OpenDocument.
#include <gtest/gtest.h>

#include "tests/unit/matcher/formats/made.h"

namespace hitokoe::matcher::test {
namespace {

std::string p(const std::string& text) {
  return "<w:p><w:pPr/><w:r><w:t xml:space=\"preserve\">" + text + "</w:t></w:r></w:p>";
}

std::string docx(const std::string& body, const Parts& more = {}) {
  Parts parts = {
      {"[Content_Types].xml", "<Types/>"},
      {"word/document.xml",
       "<?xml version=\"1.0\"?><w:document xmlns:w=\"urn:w\" xmlns:mc=\"urn:mc\"><w:body>" + body +
           "</w:body></w:document>"}};
  parts.insert(parts.end(), more.begin(), more.end());
  return zip(parts);
}

std::string tc(const std::string& text, const std::string& properties = {}) {
  return "<w:tc><w:tcPr>" + properties + "</w:tcPr>" + p(text) + "</w:tc>";
}

TEST(Docx, ParagraphsAreLinesAndTablesAreTables) {
  const auto got = read_in_pieces(docx(
      p("氏名：山田太郎") + p("電話：090-1111-2222") + p("") + "<w:tbl><w:tr>" + tc("氏名") +
      tc("住所") + tc("メール") + "</w:tr><w:tr>" + tc("田中花子") +
      tc("東京都江東区豊洲1-2-27", "<w:vMerge w:val=\"restart\"/>") + tc("h@example.jp") +
      "</w:tr><w:tr>" + tc("田中誠") + tc("", "<w:vMerge/>") + tc("m@example.jp") +
      "</w:tr></w:tbl>" + p("<w:br/>終わり") +
      "<w:p><w:r><w:t>t@exam</w:t></w:r><w:r><w:t>ple.jp 080-</w:t></w:r><w:del><w:r><w:delText>"
      "3333-4444</w:delText></w:r></w:del></w:p>"));
  EXPECT_EQ(got.rows, (Rows{"email=h@example.jp;address=東京都江東区豊洲1-2-27;name=田中花子;",
                            "email=m@example.jp;address=東京都江東区豊洲1-2-27;name=田中誠;",
                            "name=山田太郎;phone=090-1111-2222;",
                            "email=t@example.jp;phone=+818033334444;"}));
  EXPECT_TRUE(got.warnings.empty());
}

TEST(Docx, FormsWithWideCellsAndNestedTables) {
  const std::string inner = "<w:tbl><w:tr>" + tc("氏名") + tc("メール") + "</w:tr><w:tr>" +
                            tc("佐藤") + tc("s@example.jp") + "</w:tr></w:tbl>";
  const auto got = read_back(docx(
      "<w:tbl><w:tr>" + tc("氏名") + tc("山田太郎", "<w:gridSpan w:val=\"3\"/>") + "</w:tr><w:tr>" +
      tc("電話番号") + tc("090-1111-2222") + tc("郵便番号") + tc("135-0061") +
      "</w:tr></w:tbl><w:tbl><w:tr><w:tc>" + inner + "<w:p/></w:tc></w:tr></w:tbl>"));
  EXPECT_EQ(got.rows, (Rows{"phone=090-1111-2222;name=山田太郎;postal=135-0061;",
                            "email=s@example.jp;name=佐藤;"}));
}

TEST(Docx, ReadingsHeadersNotesAndTextBoxesOnce) {
  const auto got = read_back(docx(
      "<w:tbl><w:tr>" + tc("氏名") + tc("電話番号") +
          "</w:tr><w:tr><w:tc><w:p><w:r><w:ruby><w:rt><w:r><w:t>ヤマダ</w:t></w:r></"
          "w:rt><w:rubyBase>"
          "<w:r><w:t>山田</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p></w:tc>" +
          tc("0901") + "</w:tr></w:tbl><mc:AlternateContent><mc:Choice>" + p("a@example.jp") +
          "</mc:Choice><mc:Fallback>" + p("a@example.jp") + "</mc:Fallback></mc:AlternateContent>",
      {{"word/header1.xml", "<w:hdr xmlns:w=\"urn:w\">" + p("b@example.jp") + "</w:hdr>"},
       {"word/footnotes.xml", "<w:footnotes xmlns:w=\"urn:w\"><w:footnote>" + p("c@example.jp") +
                                  "</w:footnote></w:footnotes>"}}));
  EXPECT_EQ(got.rows, (Rows{"phone=0901;name=山田;kana=ヤマダ;", "email=a@example.jp;",
                            "email=b@example.jp;", "email=c@example.jp;"}));
}

TEST(Pptx, SlidesNotesAndTheirTables) {
  const auto t = [](const std::string& text) {
    return "<a:txBody><a:p><a:r><a:t>" + text + "</a:t></a:r></a:p></a:txBody>";
  };
  const auto cell = [&](const std::string& text, const char* attributes = "") {
    return "<a:tc " + std::string(attributes) + ">" + t(text) + "</a:tc>";
  };
  const auto got = read_back(zip(
      {{"ppt/presentation.xml", "<p/>"},
       {"ppt/slides/slide1.xml",
        "<p:sld xmlns:p=\"urn:p\" xmlns:a=\"urn:a\"><p:sp>" + t("担当 t@example.jp") +
            "</p:sp><a:tbl><a:tr>" + cell("氏名") + cell("住所") + cell("電話番号") +
            "</a:tr><a:tr>" + cell("山田") + cell("東京都江東区豊洲1-2-27", "rowSpan=\"2\"") +
            cell("0901") + "</a:tr><a:tr>" + cell("田中") + cell("", "vMerge=\"1\"") +
            cell("0902") + "</a:tr></a:tbl></p:sld>"},
       {"ppt/notesSlides/notesSlide1.xml", "<p:notes xmlns:p=\"urn:p\" xmlns:a=\"urn:a\"><p:sp>" +
                                               t("n@example.jp") + "</p:sp></p:notes>"}}));
  EXPECT_EQ(got.rows, (Rows{"phone=0901;address=東京都江東区豊洲1-2-27;name=山田;",
                            "phone=0902;address=東京都江東区豊洲1-2-27;name=田中;",
                            "email=t@example.jp;", "email=n@example.jp;"}));
}

std::string odf(const char* type, const std::string& body, const Parts& more = {}) {
  Parts parts = {{"mimetype", std::string("application/vnd.oasis.opendocument.") + type},
                 {"content.xml",
                  "<?xml version=\"1.0\"?><office:document-content xmlns:office=\"urn:o\" "
                  "xmlns:table=\"urn:t\" xmlns:text=\"urn:x\"><office:body>" +
                      body + "</office:body></office:document-content>"}};
  parts.insert(parts.end(), more.begin(), more.end());
  return zip(parts, false);
}

std::string cell(const std::string& text, const std::string& attributes = {}) {
  return "<table:table-cell " + attributes + "><text:p>" + text + "</text:p></table:table-cell>";
}

TEST(Ods, ValuesSpansAndRepeats) {
  const std::string rows =
      "<table:table-row>" + cell("氏名") + cell("住所") + cell("電話番号") + cell("生年月日") +
      "<table:table-cell table:number-columns-repeated=\"16380\"/></table:table-row>"
      "<table:table-row>" +
      cell(
          "<text:ruby><text:ruby-base>山田</text:ruby-base><text:ruby-text>ヤマダ"
          "</text:ruby-text></text:ruby>") +
      cell("東京都江東区豊洲1-2-27", "table:number-rows-spanned=\"2\"") +
      cell("9.01E+09", "office:value-type=\"float\" office:value=\"9012345678\"") +
      cell("昭和55年1月2日",
           "office:value-type=\"date\" office:date-value=\"1980-01-02T00:00:00\"") +
      "</table:table-row><table:table-row>" + cell("田中") + "<table:covered-table-cell/>" +
      cell("090-1111-2222", "office:value-type=\"float\" office:value=\"9011112222\"") +
      "</table:table-row><table:table-row table:number-rows-repeated=\"1048570\"><table:table-cell "
      "table:number-columns-repeated=\"16384\"/></table:table-row>";
  const auto got = read_in_pieces(odf("spreadsheet", "<office:spreadsheet><table:table>" + rows +
                                                         "</table:table></office:spreadsheet>"));
  EXPECT_EQ(got.rows,
            (Rows{"phone=9012345678;address=東京都江東区豊洲1-2-27;name=山田;kana=ヤマダ;birthdate="
                  "1980-01-02;",
                  "phone=090-1111-2222;address=東京都江東区豊洲1-2-27;name=田中;"}));
  EXPECT_TRUE(got.warnings.empty());
}

TEST(Odt, ParagraphsAndTables) {
  const auto got = read_back(odf(
      "text",
      "<office:text><text:p>氏名：山田<text:s/>太郎</text:p><text:p>TEL<text:tab/>090-1111-2222"
      "</text:p><table:table><table:table-row>" +
          cell("氏名") + cell("メール") + "</table:table-row><table:table-row>" + cell("田中花子") +
          cell("h@example.jp") + "</table:table-row></table:table></office:text>"));
  EXPECT_EQ(got.sorted(),
            (Rows{"email=h@example.jp;name=田中花子;", "name=山田 太郎;phone=090-1111-2222;"}));
}

TEST(Odf, EncryptedIsTold) {
  const auto got =
      read_back(odf("spreadsheet", "",
                    {{"META-INF/manifest.xml",
                      "<manifest:manifest xmlns:manifest=\"urn:m\"><manifest:file-entry>"
                      "<manifest:encryption-data/></manifest:file-entry></manifest:manifest>"}}));
  EXPECT_EQ(got.warnings, Rows{"doc: protected by a password: nothing was read"});
}

}  // namespace
}  // namespace hitokoe::matcher::test
