// Workbooks as Excel and its relatives write them.
#include <gtest/gtest.h>

#include "tests/unit/matcher/formats/made.h"

namespace hitokoe::matcher::test {
namespace {

constexpr const char* kMain = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

std::string sheet(const std::string& rows, const std::string& after = {}) {
  return std::string(
             "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet "
             "xmlns=\"") +
         kMain + "\"><sheetData>" + rows + "</sheetData>" + after + "</worksheet>";
}

std::string shared(const std::vector<std::string>& items) {
  std::string out = std::string("<?xml version=\"1.0\"?><sst xmlns=\"") + kMain + "\">";
  for (const auto& item : items) out += "<si>" + item + "</si>";
  return out + "</sst>";
}

std::string styles(const std::string& formats, const std::vector<int>& cells) {
  std::string out = std::string("<styleSheet xmlns=\"") + kMain + "\"><numFmts>" + formats +
                    "</numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs>";
  for (const int id : cells) out += "<xf numFmtId=\"" + std::to_string(id) + "\"/>";
  return out + "</cellXfs></styleSheet>";
}

Parts workbook(const std::string& properties = {}) {
  return {{"[Content_Types].xml", "<Types/>"},
          {"_rels/.rels", "<Relationships/>"},
          {"xl/workbook.xml", std::string("<workbook xmlns=\"") + kMain + "\"><workbookPr" +
                                  properties + "/><sheets/></workbook>"}};
}

// A cell with its text inside.
std::string in(const std::string& reference, const std::string& text) {
  return "<c r=\"" + reference + "\" t=\"inlineStr\"><is><t>" + text + "</t></is></c>";
}

Parts with(Parts parts, const Parts& more) {
  parts.insert(parts.end(), more.begin(), more.end());
  return parts;
}

TEST(Xlsx, ReadsSharedTextsThatStandBehindTheSheets) {
  const auto doc = zip(with(
      workbook(),
      {{"xl/worksheets/sheet1.xml",
        sheet("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>"
              "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>2</v></c><c "
              "r=\"B2\"><v>9012345678</v></c></row>")},
       {"xl/sharedStrings.xml", shared({"<t>氏名</t>", "<t>電話番号</t>",
                                        "<r><t>山田</t></r><r><rPr><b/></rPr><t "
                                        "xml:space=\"preserve\">　太郎</t></r>"})}}));
  const auto got = read_in_pieces(doc);
  EXPECT_EQ(got.rows, Rows{"phone=9012345678;name=山田　太郎;"});
  EXPECT_TRUE(got.warnings.empty());
}

TEST(Xlsx, AReadingIsKanaAndNoPartOfTheName) {
  const std::string yamada =
      "<t>山田太郎</t><rPh sb=\"0\" eb=\"2\"><t>ヤマダ</t></rPh><rPh sb=\"2\" "
      "eb=\"4\"><t>タロウ</t>"
      "</rPh><phoneticPr fontId=\"1\"/>";
  const Parts texts = {
      {"xl/sharedStrings.xml", shared({"<t>氏名</t><rPh sb=\"0\" eb=\"2\"><t>シメイ</t></rPh>",
                                       "<t>メール</t>", yamada, "<t>a@example.jp</t>"})}};
  const std::string rows =
      "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>"
      "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>2</v></c><c r=\"B2\" t=\"s\"><v>3</v></c></row>";
  const auto doc = zip(with(with(workbook(), texts), {{"xl/worksheets/sheet1.xml", sheet(rows)}}));
  EXPECT_EQ(read_back(doc).rows, Rows{"email=a@example.jp;name=山田太郎;kana=ヤマダタロウ;"});
}

TEST(Xlsx, NumbersAreReadAsTheyAreMeant) {
  const std::string formats =
      "<numFmt numFmtId=\"176\" formatCode=\"[$-411]ge\\.m\\.d;@\"/>"
      "<numFmt numFmtId=\"177\" formatCode=\"000\\-0000\"/>"
      "<numFmt numFmtId=\"178\" formatCode=\"[&lt;=99999999]####\\-####;\\(00\\)\\ ####\\-####\"/>"
      "<numFmt numFmtId=\"179\" formatCode=\"ggge&quot;年&quot;m&quot;月&quot;d&quot;日&quot;\"/>";
  const auto cell = [](const char* ref, int style, const char* value) {
    return "<c r=\"" + std::string(ref) + "\" s=\"" + std::to_string(style) + "\"><v>" + value +
           "</v></c>";
  };
  const std::string head = "<row r=\"1\">" + in("A1", "電話番号") + in("B1", "生年月日") +
                           in("C1", "郵便番号") + in("D1", "会員番号") + "</row>";
  const auto rows_with = [&](const std::string& properties) {
    const std::string rows =
        head + "<row r=\"2\">" + cell("A2", 0, "9.01E+09") + cell("B2", 1, "29222") +
        cell("C2", 3, "600032") + cell("D2", 0, "100000000012345") + "</row><row r=\"3\">" +
        cell("A3", 4, "312345678") + cell("B3", 2, "29222.75") + cell("C3", 3, "1350061") +
        cell("D3", 0, "12") + "</row><row r=\"4\">" + cell("A4", 0, "9012345678") +
        cell("B4", 5, "1") + cell("C4", 0, "1350061") + "</row>";
    return read_back(zip(with(workbook(properties),
                              {{"xl/styles.xml", styles(formats, {0, 14, 176, 177, 178, 179})},
                               {"xl/worksheets/sheet1.xml", sheet(rows)}})))
        .rows;
  };
  EXPECT_EQ(rows_with(""),
            (Rows{"ref=100000000012345;phone=9010000000;postal=060-0032;birthdate=1980-01-02;",
                  "ref=12;phone=(03) 1234-5678;postal=135-0061;birthdate=1980-01-02;",
                  "phone=9012345678;postal=1350061;birthdate=1900-01-01;"}));
  EXPECT_EQ(rows_with(" date1904=\"1\"")[0],
            "birthdate=1984-01-03;phone=9010000000;postal=060-0032;ref=100000000012345;");
}

TEST(Xlsx, SparseRowsStandUnderTheirColumns) {
  const std::string rows = "<row>" + in("B1", "氏名") + in("D1", "電話番号") + in("E1", "メール") +
                           "</row>" + "<row r=\"5\">" + in("D5", "090-1234-5678") +
                           "</row><row r=\"6\">" + in("B6", "山田花子") + in("E6", "h@example.jp") +
                           "</row>";
  EXPECT_EQ(read_back(zip(with(workbook(), {{"xl/worksheets/sheet1.xml", sheet(rows)}}))).rows,
            (Rows{"phone=090-1234-5678;", "email=h@example.jp;name=山田花子;"}));
}

TEST(Xlsx, MergedCellsCountForEveryRow) {
  const std::string rows =
      "<row r=\"1\">" + in("A1", "住所") + in("B1", "氏名") + in("C1", "電話番号") +
      "</row><row r=\"2\">" + in("A2", "東京都江東区豊洲1-2-27") + in("B2", "山田太郎") +
      in("C2", "090-1111-2222") + "</row><row r=\"3\"><c r=\"A3\"/>" + in("B3", "山田花子") +
      in("C3", "090-3333-4444") + "</row><row r=\"4\">" + in("B4", "田中一郎") +
      in("C4", "090-5555-6666") + "</row>";
  const auto doc =
      zip(with(workbook(),
               {{"xl/worksheets/sheet1.xml",
                 sheet(rows, "<mergeCells count=\"1\"><mergeCell ref=\"A2:A3\"/></mergeCells>")}}));
  EXPECT_EQ(read_in_pieces(doc).rows,
            (Rows{"phone=090-1111-2222;address=東京都江東区豊洲1-2-27;name=山田太郎;",
                  "phone=090-3333-4444;address=東京都江東区豊洲1-2-27;name=山田花子;",
                  "phone=090-5555-6666;name=田中一郎;"}));
}

TEST(Xlsx, EverySheetAndWhatIsKeptBesideThemIsRead) {
  const auto one = [](const std::string& name, const std::string& phone) {
    return sheet("<row>" + in("A1", "氏名") + in("B1", "電話番号") + "</row><row>" +
                 in("A2", name) + in("B2", phone) + "</row>");
  };
  const std::string definition = std::string("<pivotCacheDefinition xmlns=\"") + kMain +
                                 "\"><cacheFields><cacheField name=\"氏名\"><sharedItems><s "
                                 "v=\"伊藤誠\"/><s v=\"木村恵子\"/></sharedItems></cacheField>"
                                 "<cacheField name=\"電話番号\"><sharedItems/></cacheField>"
                                 "</cacheFields></pivotCacheDefinition>";
  const std::string records = std::string("<pivotCacheRecords xmlns=\"") + kMain +
                              "\"><r><x v=\"1\"/><s v=\"090-7777-8888\"/></r></pivotCacheRecords>";
  const std::string comments = std::string("<comments xmlns=\"") + kMain +
                               "\"><commentList><comment ref=\"A1\"><text><r><t>連絡先 "
                               "090-9999-0000</t></r></text></comment></commentList></comments>";
  const auto doc = zip(with(workbook(), {{"xl/worksheets/sheet1.xml", one("山田太郎", "0901")},
                                         {"xl/worksheets/sheet2.xml", one("田中花子", "0902")},
                                         {"xl/pivotCache/pivotCacheDefinition1.xml", definition},
                                         {"xl/pivotCache/pivotCacheRecords1.xml", records},
                                         {"xl/comments1.xml", comments},
                                         {"xl/media/image1.png", "\x89PNG"}}));
  const auto got = read_back(doc);
  EXPECT_EQ(got.rows, (Rows{"phone=0901;name=山田太郎;", "phone=0902;name=田中花子;",
                            "phone=090-7777-8888;name=木村恵子;", "phone=090-9999-0000;"}));
  EXPECT_EQ(got.warnings, Rows{"doc: 1 pictures inside were not read"});
}

TEST(Xlsx, AFormIsReadByItsLabels) {
  const std::string rows = "<row>" + in("A1", "氏名") + in("B1", "山田太郎") +
                           in("C1", "フリガナ") + in("D1", "ヤマダタロウ") + "</row><row>" +
                           in("A2", "電話番号") + in("B2", "090-1234-5678") + in("C2", "郵便番号") +
                           in("D2", "135-0061") + "</row><row>" + in("A3", "住所") +
                           in("B3", "東京都江東区豊洲1-2-27") + "</row>";
  EXPECT_EQ(read_back(zip(with(workbook(), {{"xl/worksheets/sheet1.xml", sheet(rows)}}))).rows,
            Rows{"phone=090-1234-5678;address=東京都江東区豊洲1-2-27;name=山田太郎;kana="
                 "ヤマダタロウ;postal=135-0061;"});
}

TEST(Xlsx, FormulasGiveTheirLastValueAndEscapesAreTaken) {
  const std::string rows =
      "<row>" + in("A1", "氏名") + in("B1", "メール") +
      "</row><row><c r=\"A2\" t=\"str\"><f>B9&amp;C9</f><v>山田_x000D_太郎</v></c><c r=\"B2\" "
      "t=\"str\"><f>X1</f><v>a_b@example.jp</v></c></row><row><c r=\"A3\" "
      "t=\"e\"><v>#REF!</v></c>" +
      in("B3", "c@example.jp") + "</row>";
  EXPECT_EQ(read_back(zip(with(workbook(), {{"xl/worksheets/sheet1.xml", sheet(rows)}}))).rows,
            (Rows{"email=a_b@example.jp;name=山田\n太郎;", "email=c@example.jp;"}));
}

TEST(Xlsx, EntitiesAreNeverExpandedNorFetched) {
  std::string laughs = "<?xml version=\"1.0\"?><!DOCTYPE worksheet [<!ENTITY a \"ha\">";
  for (char c = 'b'; c <= 'z'; ++c) {
    laughs += std::string("<!ENTITY ") + c + " \"";
    for (int i = 0; i < 10; ++i) laughs += std::string("&") + static_cast<char>(c - 1) + ";";
    laughs += "\">";
  }
  laughs +=
      "<!ENTITY x1 SYSTEM \"file:///etc/passwd\"><!ENTITY % p SYSTEM \"http://127.0.0.1/\"> %p;]>";
  const std::string rows = "<row>" + in("A1", "氏名") + in("B1", "電話番号") + "</row><row>" +
                           in("A2", "山田&z;&x1;太郎") + in("B2", "090-1234-5678") + "</row>";
  const auto doc =
      zip(with(workbook(), {{"xl/worksheets/sheet1.xml", laughs + "<worksheet xmlns=\"" + kMain +
                                                             "\"><sheetData>" + rows +
                                                             "</sheetData></worksheet>"}}));
  const auto got = read_back(doc);
  EXPECT_EQ(got.rows, Rows{"phone=090-1234-5678;name=山田太郎;"});
}

TEST(Xlsx, WhatIsCutIsReadUpToTheCut) {
  std::string rows = "<row>" + in("A1", "氏名") + in("B1", "電話番号") + "</row>";
  for (int i = 0; i < 2000; ++i) {
    const auto n = std::to_string(i + 2);
    rows += "<row r=\"" + n + "\">" + in("A" + n, "山田太郎") +
            in("B" + n,
               "090-" + std::to_string(1000 + i * 7919 % 9000) + "-" + std::to_string(1000 + i)) +
            "</row>";
  }
  const auto doc = zip(with(workbook(), {{"xl/worksheets/sheet1.xml", sheet(rows)}}));
  const auto got = read_back(std::string_view(doc).substr(0, doc.size() / 2));
  EXPECT_GT(got.rows.size(), 500U);
  EXPECT_LT(got.rows.size(), 2000U);
  EXPECT_TRUE(got.warns("damaged or cut"));
  const auto none = read_back(std::string_view(doc).substr(0, 700));
  EXPECT_FALSE(none.warnings.empty());
}

TEST(Xlsx, LostSharedTextsAreTold) {
  const auto got = read_back(zip(
      with(workbook(), {{"xl/worksheets/sheet1.xml",
                         sheet("<row><c t=\"s\"><v>7</v></c><c t=\"s\"><v>x</v></c></row>")}})));
  EXPECT_TRUE(got.warns("2 cells refer to texts that are not in the file"));
}

TEST(Xlsx, ABombIsStoppedAndTold) {
  const std::string blank(8 << 20, ' ');
  Parts parts = workbook();
  for (int i = 0; i < 5; ++i) {
    parts.emplace_back("xl/worksheets/sheet" + std::to_string(i) + ".xml", sheet(blank));
  }
  NestingLimits limits;
  limits.ratio = 100;
  limits.ratio_free_bytes = 16 << 20;
  const auto got = read_back(zip(parts), {}, 1 << 20, limits);
  EXPECT_TRUE(got.rows.empty());
  EXPECT_EQ(got.warnings.size(), 1U);
}

TEST(Xlsx, DeepNestingAndNonsenseReferencesAreHarmless) {
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "<x>";
  const std::string rows =
      "<row r=\"99999999999\"><c r=\"ZZZZZZ1\" t=\"s\"><v>-1</v></c><c r=\"XFD1\" "
      "s=\"77777\"><v>1e999"
      "</v></c></row><row r=\"-3\"><c r=\"1A\"><v>nan</v></c></row>" +
      deep;
  const auto got = read_back(zip(with(workbook(), {{"xl/worksheets/sheet1.xml", sheet(rows)}})));
  EXPECT_TRUE(got.warns("no well-formed XML"));
}

TEST(Xlsx, ABinaryWorkbookIsNamed) {
  const auto got = read_back(zip({{"[Content_Types].xml", "<Types/>"}, {"xl/workbook.bin", "x"}}));
  EXPECT_TRUE(got.warns("xlsb"));
  EXPECT_TRUE(got.rows.empty());
}

TEST(Xlsx, EmbeddedDocumentsAreDocuments) {
  const auto inner =
      zip(with(workbook(), {{"xl/worksheets/sheet1.xml",
                             sheet("<row>" + in("A1", "氏名") + in("B1", "メール") + "</row><row>" +
                                   in("A2", "山田太郎") + in("B2", "a@example.jp") + "</row>")}}));
  const auto got = read_back(zip({{"[Content_Types].xml", "<Types/>"},
                                  {"word/document.xml", "<document><body/></document>"},
                                  {"word/embeddings/Book1.xlsx", inner}}));
  EXPECT_EQ(got.rows, Rows{"email=a@example.jp;name=山田太郎;"});
}

}  // namespace
}  // namespace hitokoe::matcher::test
