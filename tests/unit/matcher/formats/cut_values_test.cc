// Values of SQL and JSON that are not read to their end are told, with what to do.
#include <gtest/gtest.h>

#include "tests/unit/matcher/formats/made.h"

namespace hitokoe::matcher::test {
namespace {

const std::string kTold = "values of SQL or JSON were too long or too many";

std::string insert(const std::string& note) {
  return "INSERT INTO t (name, email, note) VALUES ('山田太郎','t@example.jp','" + note + "');\n";
}
std::string object(const std::string& note) {
  return R"({"name":"山田太郎","email":"t@example.jp","note":")" + note + "\"}\n";
}

TEST(CutValues, OfWhatFitsNothingIsTold) {
  for (const auto& text : {insert(std::string(8U << 10, 'x')), object(std::string(4096, 'x')),
                           std::string("COPY t (name, note) FROM stdin;\n山田太郎\t") +
                               std::string(8U << 10, 'x') + "\n\\.\n"}) {
    const auto got = read_in_pieces(text);
    EXPECT_EQ(got.rows.size(), 1U);
    EXPECT_TRUE(got.warnings.empty()) << got.warnings[0];
  }
}

TEST(CutValues, ALongValueIsToldOnce) {
  for (const auto& text : {insert(std::string((8U << 10) + 1, 'x')), object(std::string(4097, 'x')),
                           object(std::string(300'000, 'x')),
                           std::string("COPY t (name, note) FROM stdin;\n山田太郎\t") +
                               std::string((8U << 10) + 1, 'x') + "\n\\.\n"}) {
    const auto got = read_in_pieces(text);
    EXPECT_EQ(got.rows.size(), 1U);
    ASSERT_EQ(got.warnings.size(), 1U);
    EXPECT_TRUE(got.warns("doc: 1 " + kTold)) << got.warnings[0];
  }
}

TEST(CutValues, ManyAreCounted) {
  const std::string long_note(5000, 'x');
  EXPECT_TRUE(
      read_in_pieces(object(long_note) + object(long_note) + object("short")).warns("2 " + kTold));
}

TEST(CutValues, MoreValuesThanARowHoldsAreTold) {
  std::string members;
  for (int i = 0; i < 70; ++i) members += ",\"mail" + std::to_string(i) + "\":\"m@example.jp\"";
  EXPECT_TRUE(read_in_pieces("{\"name\":\"山田太郎\"" + members + "}\n").warns("7 " + kTold));
  std::string cells;
  for (int i = 0; i < 1030; ++i) cells += ",'c'";
  EXPECT_TRUE(read_in_pieces("INSERT INTO t VALUES ('t@example.jp','山田太郎'" + cells + ");\n")
                  .warns(kTold));
}

// JSON in a cell, an element, a page.
TEST(CutValues, AreToldOfTextsInsideDocumentsToo) {
  const std::string json = object(std::string(5000, 'x'));
  for (const auto& document :
       {database("CREATE TABLE m(body TEXT); INSERT INTO m VALUES ('" + json + "');"),
        "<?xml version=\"1.0\"?>\n<log><entry>" + json + "</entry></log>",
        "<html><body><p>" + json + "</p></body></html>",
        zip({{"[Content_Types].xml", "<Types/>"},
             {"word/document.xml", "<w:document xmlns:w='w'><w:body><w:p><w:r><w:t>" + json +
                                       "</w:t></w:r></w:p></w:body></w:document>"}})}) {
    const auto got = read_back(document);
    EXPECT_EQ(got.rows.size(), 1U) << document.substr(0, 40);
    EXPECT_TRUE(got.warns("1 " + kTold)) << document.substr(0, 40);
  }
}

}  // namespace
}  // namespace hitokoe::matcher::test
