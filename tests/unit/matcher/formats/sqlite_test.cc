// Leaked databases, made by SQLite itself.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/matcher/formats/made.h"
#include "tests/unit/matcher/people.h"

namespace hitokoe::matcher::test {
namespace {

TEST(Sqlite, EveryTableIsReadByItsColumns) {
  const auto got = read_in_pieces(database(
      "CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT, phone INTEGER, note, photo BLOB);"
      "INSERT INTO users VALUES "
      "(16,'山田太郎',9012345678,NULL,x'ffd8ff00'),(17,'田中花子',NULL,'x',NULL);"
      "CREATE TABLE \"odd \"\"name\"(メール TEXT, 氏名 TEXT) ; INSERT INTO \"odd \"\"name\" VALUES "
      "('s@example.jp','佐藤誠');"
      "CREATE VIEW v AS SELECT name, phone FROM users;"
      "CREATE TABLE w(k TEXT PRIMARY KEY, 電話番号) WITHOUT ROWID;"
      "CREATE INDEX i ON users(name);"));
  EXPECT_EQ(got.rows, (Rows{"ref=16;phone=9012345678;name=山田太郎;", "ref=17;name=田中花子;",
                            "email=s@example.jp;name=佐藤誠;"}));
  EXPECT_EQ(got.warnings, Rows{"doc: 1 binary values were not read"});
}

TEST(Sqlite, LongTextsAreReadAsProseToo) {
  const std::string chat(300, '.');
  const auto got = read_back(database("CREATE TABLE m(body TEXT); INSERT INTO m VALUES ('" + chat +
                                      "\n連絡先は t@example.jp です\n');"));
  EXPECT_EQ(got.rows, Rows{"email=t@example.jp;"});
}

TEST(Sqlite, OldCharactersAndWideDatabases) {
  const auto sjis = read_back(database(
      "CREATE TABLE t(氏名, メール); INSERT INTO t VALUES (CAST(x'" +
      to_hex(as_bytes(to_cp932("表能美子、東京都の会員"))) + "' AS TEXT),'n@example.jp');"));
  EXPECT_EQ(sjis.rows, Rows{"email=n@example.jp;name=表能美子、東京都の会員;"});
  const auto wide = read_back(
      database("PRAGMA encoding='UTF-16le'; CREATE TABLE t(氏名, メール); INSERT INTO t VALUES "
               "('山田太郎','t@example.jp');"));
  EXPECT_EQ(wide.rows, Rows{"email=t@example.jp;name=山田太郎;"});
}

std::string large() {
  std::string sql = "CREATE TABLE t(name TEXT, phone TEXT);BEGIN;";
  for (int i = 0; i < 5000; ++i) {
    sql += "INSERT INTO t VALUES('山田" + std::to_string(i) + "','090-1234-" +
           std::to_string(1000 + i) + "');";
  }
  return database(sql + "COMMIT;");
}

TEST(Sqlite, AWriteAheadLogBesideItDoesNotHinder) {
  auto file = large();
  file[18] = file[19] = 2;
  EXPECT_EQ(read_back(file).rows.size(), 5000U);
}

TEST(Sqlite, WhatIsCutOrDamagedIsReadUpToThere) {
  const auto file = large();
  const auto cut = read_back(std::string_view(file).substr(0, file.size() / 2 + 100));
  EXPECT_GT(cut.rows.size(), 1000U);
  EXPECT_LT(cut.rows.size(), 5000U);
  EXPECT_TRUE(cut.warns("damaged or cut"));
  for (std::size_t at = 0; at < file.size(); at += 1009) {
    auto flipped = file;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x55);
    (void)read_back(flipped);
  }
  for (std::size_t n = 0; n < 5000; n += 97) (void)read_back(std::string_view(file).substr(0, n));
}

TEST(Sqlite, APageThatIsItsOwnChildEnds) {
  auto file = large();
  // The root page of the table, an interior one: every child pointer becomes the page itself.
  const std::size_t page = 4096;
  ASSERT_EQ(file[page], 5);
  const std::size_t cells = static_cast<unsigned char>(file[page + 3]) * 256U +
                            static_cast<unsigned char>(file[page + 4]);
  for (std::size_t i = 0; i < cells; ++i) {
    const std::size_t pointer = page + 12 + 2 * i;
    const std::size_t cell = page + static_cast<unsigned char>(file[pointer]) * 256U +
                             static_cast<unsigned char>(file[pointer + 1]);
    file.replace(cell, 4, std::string("\0\0\0\2", 4));
  }
  EXPECT_TRUE(read_back(file).warns("damaged or cut"));
}

TEST(Sqlite, NothingOfTheSchemaIsRun) {
  const auto got = read_back(database(
      "CREATE TABLE t(email TEXT, name TEXT, x AS (zeroblob(200000000)));"
      "INSERT INTO t(email,name) VALUES ('t@example.jp','山田太郎');"
      "CREATE VIRTUAL TABLE f USING fts5(name, email);INSERT INTO f VALUES ('佐藤','s@example.jp');"
      "CREATE TABLE ok(email,name); INSERT INTO ok VALUES ('o@example.jp','田中花子');"));
  EXPECT_NE(std::ranges::find(got.rows, "email=o@example.jp;name=田中花子;"), got.rows.end());
}

}  // namespace
}  // namespace hitokoe::matcher::test
