// Text that was made to be slow, to swallow what follows, or to fill the memory.
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/matcher/rows_spelled.h"

namespace hitokoe::matcher::test {
namespace {

const std::string kRow = "山田太郎,09012345678,taro@example.jp\n";

std::string times(std::string_view part, std::size_t n) {
  std::string out;
  out.reserve(part.size() * n);
  for (std::size_t i = 0; i < n; ++i) out += part;
  return out;
}

std::size_t count_of(const Rows& rows, std::string_view part) {
  return static_cast<std::size_t>(std::ranges::count_if(
      rows, [&](const std::string& r) { return r.find(part) != std::string::npos; }));
}

TEST(HostileRows, AnOpenQuoteSwallowsNothing) {
  const std::string header = "氏名,電話番号,メール\n";
  constexpr std::size_t kRows = 5000;
  for (const std::string first :
       {"\"開いた,0901,x\n", "\"開いた,\"0901\",x\n", "開いた,\"0901,x\n"}) {
    const Rows rows = rows_of(header + first + times(kRow, kRows));
    EXPECT_GE(count_of(rows, "phone=09012345678;name=山田太郎;"), kRows - 2) << first;
  }
  // In front of all: there is no header yet.
  const std::string others =
      "鈴木花子,08023456789,hana@example.jp\n佐藤次郎,07034567890,jiro@example.jp\n";
  const std::string mixed = times(kRow + others, kRows);
  EXPECT_GE(count_of(rows_of("\"" + mixed), "name=山田太郎;"), kRows - 2);
  // In each line.
  const Rows rows = rows_of(header + times("\"山田太郎,09012345678,taro@example.jp\n", kRows));
  EXPECT_GE(count_of(rows, "phone=09012345678;"), kRows - 2);
}

TEST(HostileRows, OpenQuotesInSqlAndJsonSwallowNothing) {
  constexpr std::size_t kRows = 3000;
  const std::string sql = "INSERT INTO t (name,tel) VALUES ('山田太郎','09012345678');\n";
  EXPECT_GE(
      count_of(rows_of("INSERT INTO t (name,tel) VALUES ('開いた,'0901');\n" + times(sql, kRows)),
               "phone=09012345678;name=山田太郎;"),
      kRows - 1);
  const std::string json = "{\"name\":\"山田太郎\",\"tel\":\"09012345678\"}\n";
  EXPECT_GE(count_of(rows_of("{\"name\":\"開いた,\"tel\":\"0901\"}\n" + times(json, kRows)),
                     "phone=09012345678;name=山田太郎;"),
            kRows - 1);
  EXPECT_GE(
      count_of(rows_of("{\"name\":\"x\n" + times(json, kRows)), "phone=09012345678;name=山田太郎;"),
      kRows - 1);
}

TEST(HostileRows, AMillionColumns) {
  EXPECT_LE(rows_of(times(",", 1000000)).size(), 1U);
  EXPECT_LE(rows_of("氏名,電話番号" + times(",x", 1000000) + "\n" + times("1,", 1000000)).size(),
            64U);
  rows_of("INSERT INTO t VALUES (" + times("1,", 1000000) + "1);\n");
  rows_of("INSERT INTO t (" + times("a,", 1000000) + "b) VALUES (1);\n");
  rows_of("[" + times("1,", 1000000) + "1]");
}

TEST(HostileRows, TextOfMarks) {
  for (const auto* part : {"\"",
                           "'",
                           "{",
                           "[",
                           "{\"",
                           "[{",
                           "(",
                           ",\"",
                           "\":",
                           ":",
                           "=",
                           "、",
                           "| ",
                           "+-",
                           "INSERT INTO t VALUES (",
                           "INSERT INTO t VALUES ('",
                           "{\"a\":[",
                           "\\",
                           "\\\"",
                           "COPY t FROM stdin;\n",
                           "CREATE TABLE t (\n",
                           "氏名,電話番号\n",
                           "氏名：",
                           "-- ",
                           "/*",
                           "$$",
                           "q'[",
                           "1. ",
                           "\r",
                           "\n\"",
                           "氏名 ",
                           "　",
                           "{\"name\":\"",
                           "<a>"}) {
    rows_of(times(part, 100000 / std::string_view(part).size()), 4099);
  }
}

TEST(HostileRows, NoiseIsReadInAnyPieces) {
  const std::vector<std::string> parts = {"氏名,電話番号\n",
                                          "山田太郎,09012345678\n",
                                          "\"",
                                          "'",
                                          "{\"name\":\"山田\",\"tel\":\"0901\"}",
                                          "{",
                                          "}",
                                          "[",
                                          "]",
                                          "INSERT INTO t (name,tel) VALUES ",
                                          "('山田','0901'),",
                                          "(1,'x',NULL);\n",
                                          "COPY t (name,tel) FROM stdin;\n",
                                          "山田\t0901\n",
                                          "\\.\n",
                                          "\\",
                                          "\n",
                                          "\r\n",
                                          ",",
                                          "\t",
                                          "：",
                                          "氏名：鈴木 電話：0902\n",
                                          "(1) 佐藤 090-1234-5678\n",
                                          "+---+---+\n",
                                          "| 氏名 | 電話番号 |\n",
                                          "| 山田 | 0901 |\n",
                                          "氏名  電話番号\n山田  0901\n鈴木  0902\n",
                                          "CREATE TABLE t (name text COMMENT '氏名', tel text);\n",
                                          "\x00\xff",
                                          "From: a <a@b.jp>\n",
                                          "a@b.jp:pw\n",
                                          std::string(5000, 'z'),
                                          "----\n",
                                          "*** 1. row ***\n",
                                          "{\"rows\":[[\"氏名\",\"tel\"],[\"山田\",\"0901\"]]}\n"};
  for (unsigned seed = 0; seed < 120; ++seed) {
    std::mt19937 random(seed);
    std::string text;
    const std::size_t n = 1 + random() % 60;
    for (std::size_t i = 0; i < n; ++i) text += parts[random() % parts.size()];
    if (seed % 10 == 0) {
      while (text.size() < 250000) text += parts[random() % parts.size()];
    }
    const Rows whole = rows_of(text);
    const std::size_t piece = text.size() > 10000 ? 777 + random() % 5000 : 1 + random() % 50;
    ASSERT_EQ(rows_of(text, piece), whole) << "seed " << seed << " piece " << piece;
  }
}

TEST(HostileRows, EverySplitOfSmallTexts) {
  for (const std::string text :
       {"氏名,電話番号\r\n\"山田, 太郎\",0901\r\n",
        "INSERT INTO t (name,tel) VALUES ('山''田',N'0901');\n",
        "[{\"name\":\"\\u5c71\\u7530\",\"tel\":[\"0901\"]}]\n", "氏名：山田\n電話：0901\n\n",
        "COPY t (name,tel) FROM stdin;\n山田\t0901\n\\.\n",
        "| 氏名 | tel |\n|---|---|\n| 山田 | 0901 |\n"}) {
    const Rows whole = rows_of(text);
    EXPECT_EQ(whole.size(), 1U) << text;
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      Rows out;
      RowReader reader([&](std::span<const identity::FieldValue> values) -> Result<void> {
        out.push_back(spelled(values));
        return ok();
      });
      ASSERT_TRUE(reader.feed(text.substr(0, cut)));
      ASSERT_TRUE(reader.feed(text.substr(cut)));
      ASSERT_TRUE(reader.finish());
      ASSERT_EQ(out, whole) << text << " cut at " << cut;
    }
  }
}

}  // namespace
}  // namespace hitokoe::matcher::test
