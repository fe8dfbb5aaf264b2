// What the PDF says is read back with poppler's pdftotext.
#include "hitokoe/print/document.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace hitokoe::print {
namespace {

std::string read_back(const Bytes& pdf, const std::string& options = "-layout") {
  const auto file = std::filesystem::temp_directory_path() /
                    ("hitokoe-print-" + std::to_string(::getpid()) + ".pdf");
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(pdf.data()), static_cast<std::streamsize>(pdf.size()));
  const std::string command = "pdftotext " + options + " " + file.string() + " - 2>&1";
  std::string text;
  FILE* pipe = ::popen(command.c_str(), "r");
  char buffer[4096];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    text.append(buffer, n);
  }
  EXPECT_EQ(0, ::pclose(pipe)) << text;
  std::filesystem::remove(file);
  return text;
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

TEST(Document, SetsJapaneseAndEnglishTypeThatCanBeReadBack) {
  Document d({.title = "速報", .footer = "INC-20260401-0001"});
  d.heading(1, "漏えい等報告書（速報）");
  d.paragraph("事案の概要：委託先の管理する写しが流通した。");
  d.paragraph("Outline: a copy held by a delegate circulated.");
  const auto pdf = d.pdf();
  ASSERT_TRUE(pdf) << pdf.error().detail;
  const auto text = read_back(pdf.value());
  EXPECT_NE(std::string::npos, text.find("漏えい等報告書（速報）")) << text;
  EXPECT_NE(std::string::npos, text.find("委託先の管理する写しが流通した。")) << text;
  EXPECT_NE(std::string::npos, text.find("a copy held by a delegate circulated."));
  EXPECT_NE(std::string::npos, text.find("INC-20260401-0001"));
  EXPECT_NE(std::string::npos, text.find("1/1"));  // pdftotext leaves narrow spaces out
}

TEST(Document, GivesTheSameBytesForTheSameCalls) {
  const auto make = [] {
    Document d({.title = "確報", .created = UtcTime(std::chrono::hours(500'000))});
    d.heading(2, "原因");
    d.table({{{"項目", 1}, {"内容", 3}}, {{"原因", "調査中"}}});
    return d.pdf().value();
  };
  EXPECT_EQ(make(), make());
}

TEST(Document, RepeatsTheHeadOfATableOnEveryPageAndLosesNoRow) {
  Document d({});
  Table table{{{"番号見出し", 1}, {"内容", 4}}, {}};
  for (int i = 0; i < 200; ++i) {
    table.rows.push_back({"r" + std::to_string(1000 + i), "行の内容"});
  }
  d.table(std::move(table));
  const auto pdf = d.pdf();
  ASSERT_TRUE(pdf);
  const auto text = read_back(pdf.value());
  const auto pages = count(text, "\f");
  EXPECT_GT(pages, 3U);
  EXPECT_EQ(pages, count(text, "番号見出し"));
  for (int i = 0; i < 200; ++i) EXPECT_EQ(1U, count(text, "r" + std::to_string(1000 + i))) << i;
  const auto n = std::to_string(pages);
  EXPECT_NE(std::string::npos, text.find(n + "/" + n));
}

TEST(Document, SplitsARowThatNoPageCouldHold) {
  Document d({});
  std::string cell;
  for (int i = 0; i < 300; ++i) cell += "L" + std::to_string(1000 + i) + "\n";
  d.table({{{"長い行", 1}}, {{cell}}});
  const auto pdf = d.pdf();
  ASSERT_TRUE(pdf);
  const auto text = read_back(pdf.value());
  EXPECT_GT(count(text, "\f"), 3U);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(1U, count(text, "L" + std::to_string(1000 + i))) << i;
}

TEST(Document, NeverLeavesAHeadingAloneAtTheEndOfAPage) {
  for (int before = 36; before < 48; ++before) {
    Document d({});
    for (int i = 0; i < before; ++i) d.paragraph("行");
    d.heading(2, "見出しの行");
    d.paragraph("本文の行");
    const auto text = read_back(d.pdf().value(), "");
    const auto heading = text.find("見出しの行");
    const auto body = text.find("本文の行");
    ASSERT_NE(std::string::npos, heading);
    EXPECT_EQ(0U, count(text.substr(heading, body - heading), "\f")) << before;
  }
}

TEST(Document, PutsABlockAtItsPlace) {
  Document d({.page_numbers = false});
  d.place(25, 50, 80, "100-0000\n東京都見本区一丁目");
  const auto pdf = d.pdf().value();
  // 25 mm and 50 mm are 70.9 and 141.7 points; only what stands there is asked for.
  const auto text = read_back(pdf, "-x 70 -y 141 -W 230 -H 60");
  EXPECT_NE(std::string::npos, text.find("東京都見本区一丁目")) << text;
  EXPECT_EQ(std::string::npos, read_back(pdf, "-x 0 -y 0 -W 600 -H 135").find("東京都"));
}

TEST(Document, RefusesWhatNoFontHasAndSizesThatCannotBe) {
  Document unknown({});
  unknown.paragraph("\xf4\x80\x80\x80");  // U+100000, private use: in no font
  const auto refused = unknown.pdf();
  ASSERT_FALSE(refused);
  EXPECT_EQ(Errc::kUnsupported, refused.error().code);
  EXPECT_EQ(Errc::kBadInput, Document({.body = 400}).pdf().error().code);
  EXPECT_EQ(Errc::kBadInput, Document({.margin_mm = 105}).pdf().error().code);
  Document huge({});
  huge.paragraph(std::string(Document::kMostText + 1, 'x'));
  EXPECT_EQ(Errc::kLimit, huge.pdf().error().code);
}

TEST(Document, TakesControlCharactersAndBrokenTextWithoutHarm) {
  Document d({});
  d.paragraph(std::string("a\0b\x01\x1b[31mc\td", 12));
  d.paragraph("\xff\xfe 壊れた文字 \x82");
  d.page_break();
  d.page_break();
  d.paragraph("後");
  const auto pdf = d.pdf();
  ASSERT_TRUE(pdf) << pdf.error().detail;
  const auto text = read_back(pdf.value());
  EXPECT_NE(std::string::npos, text.find("壊れた文字"));
  EXPECT_EQ(2U, count(text, "\f"));
}

}  // namespace
}  // namespace hitokoe::print
