// Compound files: old workbooks and Outlook messages, written here byte by byte.
#include <gtest/gtest.h>

#include <bit>

#include "matcher/decode/formats/ole_file.h"
#include "tests/unit/matcher/formats/made.h"
#include "tests/unit/matcher/people.h"

namespace hitokoe::matcher::test {
namespace {

std::string record(unsigned id, const std::string& data) {
  return le(id, 2) + le(data.size(), 2) + data;
}
std::string at(unsigned row, unsigned column, unsigned style = 0) {
  return le(row, 2) + le(column, 2) + le(style, 2);
}
std::string text_cell(unsigned row, unsigned column, unsigned index) {
  return record(0xFD, at(row, column) + le(index, 4));
}
std::string wide(const std::u16string& text) { return le(text.size(), 2) + le(1, 1) + utf16(text); }
std::string bof(unsigned type) {
  return record(0x809, le(0x600, 2) + le(type, 2) + std::string(12, '\0'));
}
const std::string kEnd = record(0x0A, "");

std::string workbook(const std::string& strings, const std::string& sheet,
                     const std::string& more = {}) {
  return bof(5) + record(0x42, le(1200, 2)) + more + strings + kEnd + bof(0x10) + sheet + kEnd;
}

TEST(Xls, CellsOfEveryKind) {
  const std::string strings =
      record(0xFC, le(5, 4) + le(5, 4) + wide(u"氏名") + wide(u"電話番号") + wide(u"生年月日") +
                       wide(u"住所") + wide(u"山田太郎"));
  const std::string formats = record(0x41E, le(164, 2) + wide(u"ge.m.d")) +
                              record(0xE0, le(0, 2) + le(0, 2) + std::string(16, '\0')) +
                              record(0xE0, le(0, 2) + le(164, 2) + std::string(16, '\0'));
  const std::string sheet =
      text_cell(0, 0, 0) + text_cell(0, 1, 1) + text_cell(0, 2, 2) + text_cell(0, 3, 3) +
      text_cell(1, 0, 4) +
      record(0x203, at(1, 1) + le(std::bit_cast<std::uint64_t>(9012345678.0), 8)) +
      record(0x27E, at(1, 2, 1) + le((29222U << 2) | 2U, 4)) +
      record(0x204, at(1, 3) + wide(u"東京都江東区豊洲1-2-27")) +
      record(0x06, at(2, 0) + std::string(6, '\0') + le(0xFFFF, 2) + std::string(8, '\0')) +
      record(0x207, wide(u"田中花子")) +
      record(0xBD, le(2, 2) + le(1, 2) + le(0, 2) + le((312345678U << 2) | 2U, 4) + le(1, 2) +
                       le((29223U << 2) | 2U, 4) + le(2, 2)) +
      record(0xE5, le(1, 2) + le(1, 2) + le(2, 2) + le(3, 2) + le(3, 2));
  const auto got = read_in_pieces(ole({{"Workbook", workbook(strings, sheet, formats)}}));
  EXPECT_EQ(
      got.rows,
      (Rows{"phone=9012345678;address=東京都江東区豊洲1-2-27;name=山田太郎;birthdate=1980-01-02;",
            "phone=312345678;address=東京都江東区豊洲1-2-27;name=田中花子;birthdate=1980-01-03;"}));
  EXPECT_TRUE(got.warnings.empty());
}

TEST(Xls, SharedTextsOverSeveralRecordsWithReadings) {
  // 山田|太郎 cut after two characters, with a reading behind it; then a narrow text that is
  // continued in wide ones.
  const std::string reading = le(1, 2) + le(4 + 4 + 2 + 14, 2) + le(0, 4) + le(0, 2) + le(7, 2) +
                              le(7, 2) + utf16(u"ヤマダタロウ ");
  const std::string first = le(4, 4) + le(4, 4) + wide(u"氏名") + wide(u"メール") + le(4, 2) +
                            le(5, 1) + le(reading.size(), 4) + utf16(u"山田");
  const std::string second = le(1, 1) + utf16(u"太郎") + reading + le(12, 2) + le(0, 1) + "t@exa";
  const std::string third = le(1, 1) + utf16(u"mple.jp");
  const std::string sheet =
      text_cell(0, 0, 0) + text_cell(0, 1, 1) + text_cell(1, 0, 2) + text_cell(1, 1, 3);
  const auto got = read_back(
      ole({{"Workbook",
            workbook(record(0xFC, first) + record(0x3C, second) + record(0x3C, third), sheet)}}));
  EXPECT_EQ(got.rows, Rows{"email=t@example.jp;name=山田太郎;kana=ヤマダタロウ;"});
}

TEST(Xls, LargeWorkbooksAndExcel95) {
  std::string sheet;
  for (unsigned i = 0; i < 3000; ++i) {
    sheet += record(0x204, at(i, 0) + wide(u"山田太郎")) +
             record(0x203, at(i, 1) + le(std::bit_cast<std::uint64_t>(9012340000.0 + i), 8));
  }
  EXPECT_EQ(read_back(ole({{"Workbook", workbook("", sheet)}})).rows.size(), 3000U);
  const auto narrow = [](unsigned row, unsigned column, const std::string& text) {
    const auto bytes = to_cp932(text);
    return record(0x204, at(row, column) + le(bytes.size(), 2) + bytes);
  };
  const auto bof5 = [](unsigned type) {
    return record(0x809, le(0x500, 2) + le(type, 2) + le(0, 4));
  };
  const auto old = bof5(5) + record(0x42, le(932, 2)) + kEnd + bof5(0x10) + narrow(0, 0, "氏名") +
                   narrow(0, 1, "メール") + narrow(1, 0, "表能美子") +
                   narrow(1, 1, "n@example.jp") + kEnd;
  EXPECT_EQ(read_back(ole({{"Book", old}})).rows, Rows{"email=n@example.jp;name=表能美子;"});
}

TEST(Xls, WhatCannotBeReadIsNamed) {
  EXPECT_TRUE(read_back(ole({{"Workbook", bof(5) + record(0x2F, le(1, 2)) + kEnd}}))
                  .warns("protected by a password"));
  EXPECT_TRUE(read_back(ole({{"EncryptionInfo", "x"}, {"EncryptedPackage", "y"}}))
                  .warns("protected by a password"));
  EXPECT_TRUE(read_back(ole({{"WordDocument", "x"}})).warns("docx"));
  EXPECT_TRUE(read_back(ole({{"Other", "x"}})).warns("unknown kind"));
}

TEST(Xls, CutsAndDamageAreHarmless) {
  const std::string strings =
      record(0xFC, le(3, 4) + le(3, 4) + wide(u"氏名") + wide(u"メール") + wide(u"山田"));
  const std::string sheet = text_cell(0, 0, 0) + text_cell(0, 1, 1) + text_cell(1, 0, 2) +
                            record(0x204, at(1, 1) + wide(u"t@example.jp")) + text_cell(2, 0, 99);
  const auto whole = ole({{"Workbook", workbook(strings, sheet)}});
  EXPECT_TRUE(read_back(whole).warns("1 cells refer to texts"));
  for (std::size_t n = 8; n < whole.size(); n += 13)
    (void)read_back(std::string_view(whole).substr(0, n));
  for (std::size_t i = 8; i < whole.size(); ++i) {
    for (const int change : {0xFF, 0x01, 0x80}) {
      auto flipped = whole;
      flipped[i] = static_cast<char>(flipped[i] ^ change);
      (void)read_back(flipped);
    }
  }
}

TEST(Msg, PeopleTextAndAttachments) {
  const std::string csv = "氏名,電話番号\n佐藤誠,090-5555-6666\n";
  const auto got = read_in_pieces(
      ole({{"__properties_version1.0", std::string(32, '\0')},
           {"__substg1.0_0037001F", utf16(u"件名 080-1111-2222")},
           {"__substg1.0_0C1A001F", utf16(u"山田太郎")},
           {"__substg1.0_0C1F001F", utf16(u"/o=EX/cn=yamada")},
           {"__substg1.0_5D01001F", utf16(u"taro@example.jp")},
           {"__substg1.0_1000001F", utf16(u"氏名：田中花子\r\nTEL：090-3333-4444\r\n")},
           {"__recip_version1.0_#00000000/__substg1.0_3001001E", to_cp932("鈴木次郎")},
           {"__recip_version1.0_#00000000/__substg1.0_39FE001E", "jiro@example.jp"},
           {"__attach_version1.0_#00000000/__substg1.0_37010102", csv},
           {"__attach_version1.0_#00000000/__substg1.0_3707001F", utf16(u"名簿.csv")},
           {"__attach_version1.0_#00000001/__substg1.0_3701000D/__substg1.0_0C1F001F",
            utf16(u"inner@example.jp")}}));
  EXPECT_EQ(got.rows,
            (Rows{"email=taro@example.jp;name=山田太郎;", "phone=+818011112222;",
                  "email=jiro@example.jp;name=鈴木次郎;", "name=田中花子;phone=090-3333-4444;",
                  "phone=090-5555-6666;name=佐藤誠;", "email=inner@example.jp;"}));
  EXPECT_TRUE(got.warnings.empty());
}

}  // namespace
}  // namespace hitokoe::matcher::test
