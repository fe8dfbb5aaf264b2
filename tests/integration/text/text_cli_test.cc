// normalize, decode and extract as a user runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <sstream>

#include "tests/integration/shell_run.h"

namespace hitokoe {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class TextCli : public ::testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& content) {
    return folder_.put(name, as_bytes(content)).string();
  }

  Ran run(const std::string& arguments, const std::string& input = "",
          const std::string& language = "en") {
    return run_in_shell(folder_, arguments, language, input);
  }

  ScratchFolder folder_;
};

const std::string kCp932 = "\x8e\x52\x93\x63,\x91\xbe\x98\x59\n";  // 山田,太郎

TEST_F(TextCli, NormalizeGivesOneLineForEachAndEmptyOnesForNothing) {
  const Ran ran =
      run("normalize --field phone", "03-1234-5678〜9\r\nxx\n\n０９０（１２３４）５６７８");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, "+81312345678\t+81312345679\n\n\n+819012345678\n");
  EXPECT_THAT(ran.err, IsEmpty());
}

TEST_F(TextCli, NormalizeSurvivesALineThatNeverEnds) {
  const Ran ran = run("normalize --field email", std::string(3'000'000, 'a') + "\na@b.jp\n");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, "\na@b.jp\n");
}

TEST_F(TextCli, NormalizeOfTheHoldersSideGuessesLess) {
  EXPECT_EQ(run("normalize --field phone --side holder", "9012345678\n").out, "\n");
}

TEST_F(TextCli, EveryFieldIsReadAndUnknownOnesAreAUsageError) {
  EXPECT_EQ(run("normalize --field card", "4111-1111-1111-1111\n").out, "4111111111111111\n");
  EXPECT_EQ(run("normalize --field mynumber", "6214 9832 0257\n").out, "************\n");
  EXPECT_EQ(run("normalize --field nonsense", "1\n").exit, 2);
  EXPECT_EQ(run("normalize", "1\n").exit, 2);
}

TEST_F(TextCli, AnIndividualNumberIsMaskedInWhatExtractPrints) {
  const Ran ran = run("extract --json " + file("mynumber.txt", "マイナンバー：6214 9832 0257\n"));
  EXPECT_THAT(ran.out, HasSubstr("\"mynumber\""));
  EXPECT_THAT(ran.out, Not(HasSubstr("6214")));
  EXPECT_THAT(ran.out, Not(HasSubstr("0257")));
}

TEST_F(TextCli, DecodeWritesUtf8) {
  const std::string path = file("customers.csv", kCp932);
  EXPECT_EQ(run("decode '" + path + "'").out, "山田,太郎\n");
  EXPECT_EQ(run("decode -", kCp932).out, "山田,太郎\n");
}

TEST_F(TextCli, DecodeCountsWhatItCouldNotRead) {
  const Ran ran = run("decode --encoding utf-8 -", "a\xff,b\n");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_EQ(ran.out, "a\xef\xbf\xbd,b\n");
  EXPECT_THAT(ran.err, HasSubstr("1 bytes"));
  EXPECT_THAT(run("decode --encoding utf-8 -", "\xff", "ja").err, HasSubstr("バイト"));
}

TEST_F(TextCli, DetectNamesEveryFileAndFailsForTheMissing) {
  const std::string sjis = file("a.csv", kCp932), ascii = file("b.txt", "abc\n"),
                    zip = file("c.zip", std::string("PK\3\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 18));
  const Ran ran = run("decode --detect '" + sjis + "' '" + ascii + "' '" + zip + "'");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, sjis + "\tShift_JIS\n" + ascii + "\tUTF-8\n" + zip + "\tbinary\n");
  const Ran missing = run("decode --detect '" + (folder_ / "none").string() + "' '" + ascii + "'");
  EXPECT_EQ(missing.exit, 3);
  EXPECT_EQ(missing.out, ascii + "\tUTF-8\n");
  EXPECT_EQ(run("decode '" + zip + "'").exit, 3);
}

TEST_F(TextCli, AFileInSeveralCharsetsIsReadAndNamedByMostOfIt) {
  std::string bytes, text;
  for (int i = 0; i < 30; ++i) {
    bytes += i % 3 == 0 ? "山田太郎,東京都,1\n"
                        : "\x8e\x52\x93\x63\x91\xbe\x98\x59,\x93\x8c\x8b\x9e\x93\x73,1\n";
    text += "山田太郎,東京都,1\n";
  }
  const std::string path = file("mixed.csv", bytes);
  const Ran ran = run("decode '" + path + "'");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, text);
  EXPECT_EQ(run("decode --detect '" + path + "'").out, path + "\tShift_JIS\n");
}

TEST_F(TextCli, EscapesAreUndoneWhereAsked) {
  const std::string text = "name=%E5%B1%B1%E7%94%B0&mail=taro%40example.jp\n";
  EXPECT_EQ(run("decode -", text).out, text);
  EXPECT_EQ(run("decode --escapes -", text).out, "name=山田&mail=taro@example.jp\n");
}

TEST_F(TextCli, ExtractFindsWhatAnEscapeHides) {
  const Ran ran = run("extract --json -", "x\nmail: taro%40example.jp, y\n");
  EXPECT_EQ(ran.exit, 0);
  const auto object = boost::json::parse(ran.out).as_object();
  EXPECT_EQ(object.at("value").as_string(), "taro@example.jp");
  EXPECT_EQ(object.at("begin").to_number<std::size_t>(), 8U);
  EXPECT_EQ(object.at("raw").as_string(), "taro%40example.jp");
  EXPECT_EQ(object.at("row").to_number<std::int64_t>(), 2);
}

TEST_F(TextCli, ExtractWritesOneObjectALineWithOffsetsOfTheDecodedText) {
  std::string text = "件名\n";
  // More than one block, so that offsets and rows go on over its border.
  while (text.size() < (3U << 20)) text += "これは本文です。\n";
  const std::size_t at = text.size() + std::string("電話：").size();
  const auto rows = static_cast<std::int64_t>(std::count(text.begin(), text.end(), '\n'));
  text += "電話：０９０−１２３４−５６７８\n";
  const Ran ran = run("extract --json -", text);
  EXPECT_EQ(ran.exit, 0);
  const auto object = boost::json::parse(ran.out).as_object();
  EXPECT_EQ(object.at("field").as_string(), "phone");
  EXPECT_EQ(object.at("value").as_string(), "+819012345678");
  EXPECT_EQ(object.at("raw").as_string(), "０９０−１２３４−５６７８");
  EXPECT_EQ(object.at("begin").to_number<std::size_t>(), at);
  EXPECT_EQ(object.at("end").to_number<std::size_t>(), text.size() - 1);
  EXPECT_EQ(object.at("row").to_number<std::int64_t>(), rows + 1);
  EXPECT_TRUE(object.at("column").is_null());
}

TEST_F(TextCli, ExtractTellsRowAndColumnOfTheTable) {
  const std::string text =
      "まえがき "
      "03-1234-5678\n\n番号,氏名,備考,メール\n1,山田太郎,\"電話は\n\"\"090-1234-5678\"\"\",t@"
      "example.jp\n"
      "2,田中花子,なし,h@example.jp\n";
  const Ran ran = run("extract --json -", text);
  EXPECT_EQ(ran.exit, 0);
  std::map<std::string, std::pair<std::string, std::string>> places;
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) {
    const auto object = boost::json::parse(line).as_object();
    places[std::string(object.at("value").as_string())] = {
        boost::json::serialize(object.at("row")), boost::json::serialize(object.at("column"))};
  }
  const std::map<std::string, std::pair<std::string, std::string>> expected = {
      {"+81312345678", {"1", "null"}},
      {"+819012345678", {"1", "3"}},
      {"t@example.jp", {"1", "4"}},
      {"h@example.jp", {"2", "4"}}};
  EXPECT_EQ(places, expected) << ran.out;
}

TEST_F(TextCli, ExtractTellsThePlaceOverTheBordersOfBlocks) {
  std::string text = "氏名,メール\n";
  std::int64_t rows = 0;
  while (text.size() < (3U << 20))
    text += "山田太郎,taro" + std::to_string(++rows) + "@example.jp\n";
  const Ran ran = run("extract --json -", text);
  std::istringstream lines(ran.out);
  std::int64_t expected = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto object = boost::json::parse(line).as_object();
    ASSERT_EQ(object.at("row").to_number<std::int64_t>(), ++expected);
    ASSERT_EQ(object.at("column").to_number<std::int64_t>(), 2);
  }
  EXPECT_EQ(expected, rows);
}

TEST_F(TextCli, ExtractOfNothingIsNothing) {
  const Ran ran = run("extract --json -", "");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out, IsEmpty());
}

}  // namespace
}  // namespace hitokoe
