// The same customers, in every format: the same rows are resolved.
#include <gtest/gtest.h>

#include "tests/unit/matcher/formats/made.h"
#include "tests/unit/matcher/people.h"

namespace hitokoe::matcher::test {
namespace {

using Table = std::vector<std::vector<std::string>>;

const std::vector<FieldId> kColumns = {FieldId::kRef,   FieldId::kName,   FieldId::kPhone,
                                       FieldId::kEmail, FieldId::kPostal, FieldId::kAddress};
const std::vector<std::string> kNames = {"お客様番号", "氏名",     "電話番号",
                                         "メール",     "郵便番号", "住所"};

class Formats : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = std::make_unique<World>(kRegistry);
    std::vector<Person> all;
    for (unsigned n = 0; n < 200; ++n) all.push_back(person(n));
    world_->add("K0", held(all, kAllColumns));
    people_.clear();
    for (unsigned n = 3; n < 200; n += 5) people_.push_back(person(n));
  }
  static void TearDownTestSuite() { world_.reset(); }

  static Table table() {
    Table out = {kNames};
    for (const auto& p : people_) {
      out.emplace_back();
      for (const auto id : kColumns) out.back().push_back(p.field(id));
    }
    return out;
  }
  static std::u16string wide(const std::string& text) {
    std::u16string out;
    for (std::size_t i = 0; i < text.size();) {
      const auto lead = static_cast<unsigned char>(text[i]);
      const int more = lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
      unsigned point = more == 2 ? lead & 0x0FU : more == 1 ? lead & 0x1FU : lead;
      for (int k = 1; k <= more; ++k) {
        point =
            (point << 6) | (static_cast<unsigned char>(text[i + static_cast<unsigned>(k)]) & 0x3FU);
      }
      out += static_cast<char16_t>(point);
      i += static_cast<unsigned>(more) + 1;
    }
    return out;
  }
  static void expect_all(const std::string& document, const std::string& type = {}) {
    auto exposure = Exposure::begin(world_->index(), world_->shared_registry(), world_->keys(), {});
    ASSERT_TRUE(exposure->add("leak", as_bytes(document), type));
    const auto report = std::move(exposure->finish().value());
    EXPECT_EQ(report.matched_rows, people_.size());
    EXPECT_EQ(report.matched_subjects, people_.size());
    EXPECT_EQ(report.ambiguous_rows, 0U);
    for (const auto& w : report.warnings) ADD_FAILURE() << w.file << ": " << w.what.en;
  }

  static std::unique_ptr<World> world_;
  static std::vector<Person> people_;
};

std::unique_ptr<World> Formats::world_;
std::vector<Person> Formats::people_;

TEST_F(Formats, Xlsx) {
  std::string rows, strings;
  std::size_t count = 0;
  for (const auto& row : table()) {
    rows += "<row>";
    for (const auto& cell : row) {
      rows += "<c t=\"s\"><v>" + std::to_string(count++) + "</v></c>";
      strings += "<si><t>" + cell + "</t></si>";
    }
    rows += "</row>";
  }
  expect_all(zip(
      {{"[Content_Types].xml", "<Types/>"},
       {"xl/workbook.xml", "<workbook/>"},
       {"xl/worksheets/sheet1.xml", "<worksheet><sheetData>" + rows + "</sheetData></worksheet>"},
       {"xl/sharedStrings.xml", "<sst>" + strings + "</sst>"}}));
}

TEST_F(Formats, Docx) {
  std::string rows;
  for (const auto& row : table()) {
    rows += "<w:tr>";
    for (const auto& cell : row)
      rows += "<w:tc><w:p><w:r><w:t>" + cell + "</w:t></w:r></w:p></w:tc>";
    rows += "</w:tr>";
  }
  expect_all(zip({{"[Content_Types].xml", "<Types/>"},
                  {"word/document.xml", "<w:document xmlns:w=\"urn:w\"><w:body><w:tbl>" + rows +
                                            "</w:tbl></w:body></w:document>"}}));
}

TEST_F(Formats, Ods) {
  std::string rows;
  for (const auto& row : table()) {
    rows += "<t:table-row>";
    for (const auto& cell : row) rows += "<t:table-cell><x:p>" + cell + "</x:p></t:table-cell>";
    rows += "</t:table-row>";
  }
  expect_all(zip(
      {{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"},
       {"content.xml", "<o:document-content xmlns:o=\"o\" xmlns:t=\"t\" xmlns:x=\"x\"><t:table>" +
                           rows + "</t:table></o:document-content>"}},
      false));
}

TEST_F(Formats, Xls) {
  const auto record = [](unsigned id, const std::string& data) {
    return le(id, 2) + le(data.size(), 2) + data;
  };
  const auto bof = [&](unsigned type) {
    return record(0x809, le(0x600, 2) + le(type, 2) + std::string(12, '\0'));
  };
  std::string sheet;
  unsigned r = 0;
  for (const auto& row : table()) {
    unsigned c = 0;
    for (const auto& cell : row) {
      const auto text = wide(cell);
      sheet += record(
          0x204, le(r, 2) + le(c++, 2) + le(0, 2) + le(text.size(), 2) + le(1, 1) + utf16(text));
    }
    ++r;
  }
  expect_all(ole({{"Workbook", bof(5) + record(0x0A, "") + bof(0x10) + sheet + record(0x0A, "")}}));
}

TEST_F(Formats, HtmlTableAndLists) {
  std::string html = "<html><body><table>";
  for (const auto& row : table()) {
    html += "<tr>";
    for (const auto& cell : row) html += "<td>" + cell + "</td>";
    html += "</tr>";
  }
  expect_all(html + "</table></body></html>");
  std::string lists = "<html><body>";
  const auto rows = table();
  for (std::size_t i = 1; i < rows.size(); ++i) {
    lists += "<dl>";
    for (std::size_t k = 0; k < kNames.size(); ++k) {
      lists += "<dt>" + kNames[k] + "</dt><dd>" + rows[i][k] + "</dd>";
    }
    lists += "</dl>";
  }
  expect_all(lists + "</body></html>");
}

TEST_F(Formats, Xml) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><顧客一覧>";
  const auto rows = table();
  for (std::size_t i = 1; i < rows.size(); ++i) {
    xml += "<顧客>";
    for (std::size_t k = 0; k < kNames.size(); ++k) {
      xml += "<" + kNames[k] + ">" + rows[i][k] + "</" + kNames[k] + ">";
    }
    xml += "</顧客>";
  }
  expect_all(to_cp932(xml + "</顧客一覧>"));
}

TEST_F(Formats, VcardAndLdif) {
  std::string cards, ldif;
  for (const auto& p : people_) {
    cards += "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:" + p.name + "\r\nTEL;TYPE=CELL:" + p.phone +
             "\r\nEMAIL:" + p.email + "\r\nADR:;;" + p.address + ";;;" + p.postal +
             ";\r\nEND:VCARD\r\n";
    ldif += "dn: uid=" + p.ref + ",dc=example,dc=jp\ncn:: " + to_base64(as_bytes(p.name)) +
            "\nmobile: " + p.phone + "\nmail: " + p.email +
            "\nstreet:: " + to_base64(as_bytes(p.address)) + "\npostalCode: " + p.postal + "\n\n";
  }
  expect_all(cards);
  expect_all(ldif);
}

TEST_F(Formats, MailWithAnAttachment) {
  const auto sheet = to_cp932(csv(people_, kColumns));
  std::string encoded = to_base64(as_bytes(sheet));
  for (std::size_t i = 76; i < encoded.size(); i += 78) encoded.insert(i, "\r\n");
  expect_all(
      "Date: Thu, 01 Jan 2026 00:00:00 +0900\r\nMessage-ID: <1@example.jp>\r\nSubject: x\r\n"
      "From: sender@example.invalid\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
      "Content-Type: application/octet-stream; name=\"list.csv\"\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\n" +
      encoded + "\r\n--b--\r\n");
}

TEST_F(Formats, Sqlite) {
  std::string sql = "CREATE TABLE t(";
  for (const auto& name : kNames) sql += "\"" + name + "\",";
  sql.back() = ')';
  sql += ";";
  const auto rows = table();
  for (std::size_t i = 1; i < rows.size(); ++i) {
    sql += "INSERT INTO t VALUES(";
    for (const auto& cell : rows[i]) sql += "'" + cell + "',";
    sql.back() = ')';
    sql += ";";
  }
  expect_all(database(sql));
}

TEST_F(Formats, Pdf) {
  std::vector<PlacedText> page;
  int y = 780;
  for (const auto& p : people_) {
    page.push_back({20, y, wide("氏名：" + p.name)});
    page.push_back({20, y - 9, wide("電話番号：" + p.phone + "  " + p.email)});
    y -= 19;
  }
  expect_all(pdf(page));
}

}  // namespace
}  // namespace hitokoe::matcher::test
