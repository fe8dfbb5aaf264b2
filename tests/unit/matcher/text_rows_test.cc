#include "matcher/decode/escapes/text_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace hitokoe::matcher {
namespace {

std::vector<std::string> rows_of(std::string_view bytes,
                                 std::vector<std::string>* embedded = nullptr) {
  std::vector<std::string> rows;
  TextRows reader(text::detect_two(as_bytes(bytes)),
                  {[&](std::span<const identity::FieldValue> values) -> Result<void> {
                     std::string row;
                     for (const auto& value : values) row.append(value.raw) += '|';
                     rows.push_back(row);
                     return ok();
                   },
                   [&](ByteView piece, bool) -> Result<void> {
                     if (embedded != nullptr) embedded->emplace_back(as_text(piece));
                     return ok();
                   },
                   {}});
  EXPECT_TRUE(reader.feed(as_bytes(bytes)));
  EXPECT_TRUE(reader.finish());
  return rows;
}

bool any_has(const std::vector<std::string>& rows, std::string_view what) {
  return std::any_of(rows.begin(), rows.end(),
                     [&](const std::string& row) { return row.find(what) != row.npos; });
}

TEST(TextRows, EscapesInACellStayInTheirCell) {
  const auto rows = rows_of(
      "氏名,電話番号,メール\n"
      "%E5%B1%B1%E7%94%B0%E5%A4%AA%E9%83%8E,090&#45;1234&#45;5678,taro%40example.jp\n"
      "&#20304;&#34276;&#44;&#33457;&#23376;,080-1234-5678,hanako@example.jp\n");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_NE(rows[0].find("山田太郎|"), rows[0].npos) << rows[0];
  EXPECT_NE(rows[0].find("090-1234-5678|"), rows[0].npos) << rows[0];
  EXPECT_NE(rows[0].find("taro@example.jp|"), rows[0].npos) << rows[0];
  EXPECT_NE(rows[1].find("佐藤，花子|"), rows[1].npos) << rows[1];
  EXPECT_NE(rows[1].find("080-1234-5678|"), rows[1].npos) << rows[1];
}

TEST(TextRows, ATextOfTwoPossibleCharsetsIsReadAsBoth) {
  // 山田 in EUC-JP, or four half-width kana of CP932.
  const std::string bytes = "name,tel\n\xbb\xb3\xc5\xc4,090-1234-5678\n";
  ASSERT_TRUE(text::detect_two(as_bytes(bytes)).thin());
  const auto rows = rows_of(bytes);
  EXPECT_TRUE(any_has(rows, "山田|"));
  EXPECT_TRUE(any_has(rows, "ｻｳﾅﾄ|"));
  EXPECT_EQ(rows.size(), 2U);
  // Rows that are the same in both count once.
  EXPECT_EQ(rows_of(bytes + "Taro,080-1234-5678\n").size(), 3U);
}

TEST(TextRows, EmbeddedDocumentsAreHandedOn) {
  std::vector<std::string> embedded;
  rows_of(
      "x\n5bGx55Sw5aSq6YOOLDA5MC0xMjM0LTU2NzgK5bGx55Sw5aSq6YOOLDA5MC0xMjM0LTU2Nzgx\n"
      "5bGx55Sw5aSq6YOOLDA5MC0xMjM0LTU2Nzg=\n",
      &embedded);
  ASSERT_EQ(embedded.size(), 1U);
  EXPECT_TRUE(embedded[0].starts_with("山田太郎,090-1234-5678\n"));
}

}  // namespace
}  // namespace hitokoe::matcher
