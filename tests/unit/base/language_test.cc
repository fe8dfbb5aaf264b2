#include "hitokoe/base/language.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace hitokoe {
namespace {

class LanguageTest : public ::testing::Test {
 protected:
  LanguageTest() {
    for (const char* name : {"HITOKOE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"}) ::unsetenv(name);
  }
};

TEST_F(LanguageTest, IsEnglishWhereNothingIsSet) {
  EXPECT_EQ(language_from_environment(), Language::kEnglish);
}

TEST_F(LanguageTest, TheMoreSpecificVariableWins) {
  ::setenv("LANG", "ja_JP.UTF-8", 1);
  EXPECT_EQ(language_from_environment(), Language::kJapanese);
  ::setenv("LC_ALL", "C", 1);
  EXPECT_EQ(language_from_environment(), Language::kEnglish);
  ::setenv("HITOKOE_LANG", "ja", 1);
  EXPECT_EQ(language_from_environment(), Language::kJapanese);
}

TEST_F(LanguageTest, AnEmptyVariableIsNoAnswer) {
  ::setenv("LC_ALL", "", 1);
  ::setenv("LANG", "ja_JP.UTF-8", 1);
  EXPECT_EQ(language_from_environment(), Language::kJapanese);
}

TEST(Words, PlainTextIsTheSameInBoth) {
  const Words words = "a.csv: " + Words{"line ", "行 "} + "7" + Words{" is cut", " が切れています"};
  EXPECT_EQ(words.in(Language::kEnglish), "a.csv: line 7 is cut");
  EXPECT_EQ(words.in(Language::kJapanese), "a.csv: 行 7 が切れています");
}

}  // namespace
}  // namespace hitokoe
