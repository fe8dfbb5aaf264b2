#include "identity/agent/customer_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/scratch_folder.h"

namespace hitokoe::identity {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

class CustomerRowsTest : public ::testing::Test {
 protected:
  Result<RowReport> read(std::string_view content, std::string_view columns,
                         std::optional<text::Charset> encoding = {}) {
    file_.path = dir_.put("in.csv", as_bytes(content));
    auto map = ColumnMap::parse(columns);
    if (!map) return map.error();
    file_.columns = std::move(map).value();
    file_.encoding = encoding;
    rows_.clear();
    return read_customers(file_,
                          [&](std::span<const FieldValue> values) -> Result<bool> {
                            std::string s;
                            for (const auto& v : values) {
                              s += std::string(field_info(v.field).name) + ":" +
                                   std::string(v.raw) + ";";
                            }
                            rows_.push_back(std::move(s));
                            return !values.empty() && !values[0].raw.empty();
                          },
                          {});
  }

  ScratchFolder dir_;
  CustomerFile file_;
  std::vector<std::string> rows_;
};

TEST_F(CustomerRowsTest, BindsColumnsByHeaderAndByPosition) {
  const auto r =
      read("顧客番号,氏名,備考,電話\nC1,山田,x,090\n", "顧客番号=ref, 氏名=name,4=phone");
  ASSERT_TRUE(r) << r.error().detail;
  EXPECT_THAT(rows_, ElementsAre("ref:C1;name:山田;phone:090;"));
  EXPECT_EQ(r.value().rows, 1U);
}

TEST_F(CustomerRowsTest, ReadsTheFirstRowAsDataWhereOnlyPositionsAreGiven) {
  ASSERT_TRUE(read("C1,090\nC2,080\n", "1=ref,2=phone"));
  EXPECT_THAT(rows_, ElementsAre("ref:C1;phone:090;", "ref:C2;phone:080;"));
  file_.header = true;
  ASSERT_TRUE(read("番号,電話\nC2,080\n", "1=ref,2=phone"));
  EXPECT_THAT(rows_, ElementsAre("ref:C2;phone:080;"));
}

TEST_F(CustomerRowsTest, TakesSeveralColumnsOfOneField) {
  ASSERT_TRUE(read("番号,自宅,携帯\nC1,03,090\n", "番号=ref,自宅=phone,携帯=phone"));
  EXPECT_THAT(rows_, ElementsAre("ref:C1;phone:03;phone:090;"));
}

TEST_F(CustomerRowsTest, RefusesBadRowsByLineAndReason) {
  file_.rejects = dir_ / "rejects.csv";
  const std::string content(
      "番号,電話\nC1,090\nC2\nC3,0\0"
      "90\nC4,090,x\nC5,\xE3\x81\n,090\nC7,\"a\"b\nC8,ok\n",
      66);
  const auto r = read(content, "番号=ref,電話=phone");
  ASSERT_TRUE(r) << r.error().detail;
  EXPECT_EQ(r.value().rows, 8U);
  EXPECT_EQ(r.value().rejected, 6U);
  EXPECT_THAT(r.value().reasons, ElementsAre(Pair("column_count", 2), Pair("invalid_utf8", 1),
                                             Pair("nothing_readable", 1), Pair("nul_byte", 1),
                                             Pair("text_after_quote", 1)));
  std::stringstream written;
  written << std::ifstream(dir_ / "rejects.csv").rdbuf();
  EXPECT_EQ(written.str(),
            "line,reason\n3,column_count\n4,nul_byte\n5,column_count\n6,invalid_utf8\n"
            "7,nothing_readable\n8,text_after_quote\n");
}

TEST_F(CustomerRowsTest, DecodesCp932AndRefusesWhatDoesNotFitIt) {
  // 番号,氏名 / C1,山田 / C2,<FD> / C3,髙 (an NEC extension)
  const auto r =
      read("\x94\xD4\x8D\x86,\x8E\x81\x96\xBC\nC1,\x8E\x52\x93\x63\nC2,\xFD\nC3,\xFB\xFC\n",
           "番号=ref,氏名=name");
  ASSERT_TRUE(r) << r.error().detail;
  EXPECT_EQ(r.value().encoding, text::Charset::kShiftJis);
  EXPECT_THAT(rows_, ElementsAre("ref:C1;name:山田;", "ref:C3;name:髙;"));
  EXPECT_THAT(r.value().reasons, ElementsAre(Pair("undecodable", 1)));
}

TEST_F(CustomerRowsTest, DetectsTheCharacterSetBehindALongStretchOfAscii) {
  std::string content = "id,note,name\n";
  for (int i = 0; i < 20000; ++i) content += "C" + std::to_string(100000 + i) + ",x,y\n";
  content += "C2,x,\x8E\x52\x93\x63\n";
  const auto r = read(content, "id=ref,name=name");
  ASSERT_TRUE(r) << r.error().detail;
  EXPECT_EQ(r.value().encoding, text::Charset::kShiftJis);
  EXPECT_EQ(r.value().rejected, 0U);
  EXPECT_EQ(rows_.back(), "ref:C2;name:山田;");
}

TEST_F(CustomerRowsTest, KeepsUtf8WithAFewBrokenCharactersUtf8) {
  std::string content = "番号,氏名\n";
  for (int i = 0; i < 100; ++i) content += "C" + std::to_string(i) + ",山田太郎\n";
  content += "C100,\xE3\x81\nC101,山田\n";
  const auto r = read(content, "番号=ref,氏名=name");
  ASSERT_TRUE(r) << r.error().detail;
  EXPECT_EQ(r.value().encoding, text::Charset::kUtf8);
  EXPECT_THAT(r.value().reasons, ElementsAre(Pair("invalid_utf8", 1)));
}

TEST_F(CustomerRowsTest, RefusesWhatIsNoTextUnlessTold) {
  std::string binary;
  for (int i = 0; i < 4000; ++i) binary.push_back(static_cast<char>(i * 7919 % 251));
  const auto r = read(binary, "1=ref");
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Errc::kBadInput);
  EXPECT_THAT(r.error().detail, HasSubstr("in.csv: is no text"));
}

TEST_F(CustomerRowsTest, RefusesTheFileWhereItCannotBeReadAsAWhole) {
  const auto error = [&](std::string_view content, std::string_view columns) {
    const auto r = read(content, columns);
    EXPECT_FALSE(r);
    return r ? std::string() : r.error().detail;
  };
  EXPECT_EQ(error("a,b\nC1,\"x\nC2,y\n", "a=ref"),
            "in.csv: line 2: the quote that begins here is never closed");
  EXPECT_THAT(error("a,b\nC1,x\n", "c=ref"), HasSubstr("line 1: none of the header's 2 columns"));
  EXPECT_THAT(error("a,a\nC1,x\n", "a=ref"), HasSubstr("several columns are called a"));
  EXPECT_THAT(error("C1,x\n", "3=ref"), HasSubstr("there is no column 3: the row has 2"));
  EXPECT_THAT(error("a,b\nC1,x\n", "a=ref,1=phone"), HasSubstr("column 1 is mapped twice"));
  EXPECT_THAT(error("a,b\n", "a=ref"), HasSubstr("there is no row with a customer"));
  EXPECT_THAT(error("", "1=ref"), HasSubstr("there is no row with a customer"));
  EXPECT_THAT(error("a,b\nx\ny\n", "a=ref"),
              HasSubstr("none of its 2 rows can be read; the first: line 2, column_count"));
  EXPECT_THAT(error("\"a\"x,b\nC1,x\n", "a=ref"), HasSubstr("the header row cannot be read"));
  file_.path = dir_ / "none.csv";
  const auto missing = read_customers(file_, {}, {});
  EXPECT_EQ(missing.error().code, Errc::kNotFound);
}

TEST_F(CustomerRowsTest, NeverShowsContentInAnError) {
  for (const auto* content : {"秘密太郎,x\nC1,\"x\n", "秘密太郎\nx,y,z\n", "秘密太郎,\"b\"c\n"}) {
    const auto r = read(content, "氏名=name");
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().detail.find("秘密"), std::string::npos) << r.error().detail;
  }
}

TEST(ColumnMap, ReadsHeadersPositionsAndEqualSigns) {
  const auto m = ColumnMap::parse("a=b=ref, 3=phone ,氏 名=name");
  ASSERT_TRUE(m) << m.error().detail;
  ASSERT_EQ(m.value().columns.size(), 3U);
  EXPECT_EQ(m.value().columns[0].header, "a=b");
  EXPECT_EQ(m.value().columns[0].field, FieldId::kRef);
  EXPECT_EQ(m.value().columns[1].position, 3U);
  EXPECT_EQ(m.value().columns[2].header, "氏 名");
}

TEST(ColumnMap, RefusesWhatItCannotMean) {
  for (const auto* bad : {"", "a", "=ref", "a=nothing", "0=ref", "5000=ref",
                          "99999999999999999999=ref", "a=ref,a=name", "2=ref,2=phone", "a=ref,"}) {
    const auto r = ColumnMap::parse(bad);
    ASSERT_FALSE(r) << bad;
    EXPECT_EQ(r.error().code, Errc::kUsage) << bad;
  }
  EXPECT_EQ(ColumnMap::parse("a=mynumber").error().code, Errc::kUnsupported);
  std::string many;
  for (int i = 1; i <= 33; ++i) many += (many.empty() ? "" : ",") + std::to_string(i) + "=phone";
  EXPECT_EQ(ColumnMap::parse(many).error().code, Errc::kUsage);
}

}  // namespace
}  // namespace hitokoe::identity
