#include "hitokoe/text/regex.h"

#include <gtest/gtest.h>

namespace hitokoe::text {
namespace {

Regex made(std::string_view pattern) { return std::move(Regex::compile(pattern)).value(); }

TEST(Regex, MatchesTheWholeTextOnly) {
  const Regex re = made("[A-Z]{2}-[0-9]{4}");
  EXPECT_TRUE(re.matches_all("AB-1234"));
  EXPECT_FALSE(re.matches_all("xAB-1234"));
  EXPECT_FALSE(re.matches_all("AB-12345"));
}

TEST(Regex, SearchGivesGroupsAsViewsIntoTheText) {
  const Regex re = made("(氏名|名前)[:：](\\p{Han}+)( さん)?");
  const std::string text = "件名 名前：山田";
  const auto found = re.search(text);
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->size(), 4u);
  EXPECT_EQ((*found)[1], "名前");
  EXPECT_EQ((*found)[2], "山田");
  EXPECT_EQ((*found)[3].data(), nullptr);
  EXPECT_GE((*found)[2].data(), text.data());
  EXPECT_EQ(re.groups(), 3);
}

TEST(Regex, SearchStartsWhereTold) {
  const Regex re = made("\\d+");
  EXPECT_EQ((*re.search("12 34", 2))[0], "34");
  EXPECT_FALSE(re.search("12 34", 5).has_value());
  EXPECT_FALSE(re.search("12 34", 99).has_value());
}

TEST(Regex, FindAllTakesNonOverlappingMatches) {
  const auto all = made("aa").find_all("aaaaa");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(made("x").find_all("aaa").size(), 0u);
}

TEST(Regex, AnEmptyMatchEndsAndStepsByCharacters) {
  const auto all = made("x*").find_all("あい");
  ASSERT_EQ(all.size(), 3u);  // before あ, before い, at the end
  EXPECT_EQ(made("").find_all("").size(), 1u);
}

TEST(Regex, RefusesABrokenPatternWithItsPlace) {
  const auto broken = Regex::compile("ab(cd");
  ASSERT_FALSE(broken.has_value());
  EXPECT_EQ(broken.error().code, Errc::kBadInput);
  EXPECT_NE(broken.error().detail.find("missing )"), std::string::npos) << broken.error().detail;
}

TEST(Regex, RefusesPatternsThatNeedTooMuchMemory) {
  EXPECT_FALSE(Regex::compile("((a{100}){100}){100}").has_value());
  EXPECT_FALSE(Regex::compile(std::string(20000, 'a')).has_value());
}

TEST(Regex, BytesThatAreNoUtf8DoNotCrash) {
  const Regex re = made(".");
  const std::string bad = "\xff\xfe\x80 a";
  for (const auto& match : re.find_all(bad)) EXPECT_FALSE(match.empty());
}

}  // namespace
}  // namespace hitokoe::text
