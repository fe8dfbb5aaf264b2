#include "matcher/decode/formats/number_format.h"

#include <gtest/gtest.h>

namespace hitokoe::matcher::test {
namespace {

std::string shown(const char* code, const char* number) {
  return NumberFormat(code).shown(number, false);
}

TEST(NumberFormat, DatesInEveryNotation) {
  for (const auto* code :
       {"yyyy/m/d", "[$-411]ge.m.d", "ggge\"年\"m\"月\"d\"日\"", "yyyy\"年\"m\"月\"d\"日\";@",
        "m/d/yy h:mm", "[$-F800]dddd, mmmm dd, yyyy", "[Red]yyyy-mm-dd"}) {
    EXPECT_EQ(shown(code, "29222"), "1980-01-02") << code;
  }
  EXPECT_EQ(NumberFormat::built_in(14).shown("29222.5", false), "1980-01-02");
  EXPECT_EQ(NumberFormat::built_in(57).shown("29222", false), "1980-01-02");
}

TEST(NumberFormat, WhatIsNoDateStaysANumber) {
  for (const auto* code : {"General", "G/標準", "0", "#,##0", "0.00E+00", "[$¥-411]#,##0", "@",
                           "0%", "h:mm:ss", "[h]:mm", "\"日\"", "_ * #,##0_ ;_ * \\-#,##0_ "}) {
    EXPECT_EQ(shown(code, "9012345678"), "9012345678") << code;
  }
  EXPECT_EQ(shown("General", "9.012345678E9"), "9012345678");
  EXPECT_EQ(shown("General", "9.01E+09"), "9010000000");
  EXPECT_EQ(shown("General", "1.5"), "1.5");
  EXPECT_EQ(shown("General", "1.5E-3"), "0.0015");
  EXPECT_EQ(shown("General", "a@example.jp"), "a@example.jp");
  EXPECT_EQ(shown("General", "1e400"), "1e400");
}

TEST(NumberFormat, DigitsStandInTheirPlaces) {
  EXPECT_EQ(shown("00000000000", "9012345678"), "09012345678");
  EXPECT_EQ(shown("000-0000", "600032"), "060-0032");
  EXPECT_EQ(shown("000\\-0000\\-0000", "9012345678"), "090-1234-5678");
  EXPECT_EQ(shown("\"K\"00000000", "16"), "K00000016");
  EXPECT_EQ(shown("[<=999]000;[<=9999]000\\-00;000\\-0000", "1350061"), "135-0061");
  EXPECT_EQ(shown("[<=999]000;[<=9999]000\\-00;000\\-0000", "13"), "013");
  EXPECT_EQ(shown("000", "12345"), "12345");
}

TEST(NumberFormat, TheYear1900HasADayTooMany) {
  EXPECT_EQ(date_of_serial(1, false), "1900-01-01");
  EXPECT_EQ(date_of_serial(59, false), "1900-02-28");
  EXPECT_EQ(date_of_serial(61, false), "1900-03-01");
  EXPECT_EQ(date_of_serial(0, true), "1904-01-01");
  EXPECT_EQ(date_of_serial(27760, true), "1980-01-02");
  EXPECT_EQ(date_of_serial(2958465, false), "9999-12-31");
  EXPECT_EQ(date_of_serial(2958466, false), "");
  EXPECT_EQ(date_of_serial(-1, false), "");
}

}  // namespace
}  // namespace hitokoe::matcher::test
