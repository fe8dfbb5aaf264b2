#include "crawler/robots.h"

#include <gtest/gtest.h>

#include <string>

#include "hitokoe/base/random.h"

namespace hitokoe::crawler {
namespace {

bool allows(std::string_view file, std::string_view target, std::string_view agent = "hitokoe") {
  return Robots::parse(file, agent).allows(target);
}

TEST(Robots, AllowsWhatNoRuleForbids) {
  EXPECT_TRUE(Robots().allows("/anything"));
  EXPECT_TRUE(allows("", "/"));
  EXPECT_TRUE(allows("User-agent: *\nDisallow:\n", "/x"));
  EXPECT_FALSE(allows("User-agent: *\nDisallow: /\n", "/x"));
  EXPECT_TRUE(allows("User-agent: *\nDisallow: /\n", "/robots.txt"));
  EXPECT_FALSE(Robots::refuse_all().allows("/"));
}

TEST(Robots, OurGroupCountsAndNotTheOneForEveryone) {
  const auto* file =
      "User-agent: *\nDisallow: /\n\nUser-agent: Hitokoe/1.0\nDisallow: /private\n"
      "\nuser-agent: other\nDisallow: /other\n";
  EXPECT_TRUE(allows(file, "/public"));
  EXPECT_FALSE(allows(file, "/private/x"));
  EXPECT_TRUE(allows(file, "/other"));
  EXPECT_FALSE(allows(file, "/public", "somebody"));
}

TEST(Robots, GroupsOfTheSameAgentAreOneGroup) {
  const auto* file =
      "User-agent: a\nUser-agent: hitokoe\nDisallow: /one\n"
      "User-agent: b\nDisallow: /b\nUser-agent: hitokoe\nDisallow: /two\n";
  EXPECT_FALSE(allows(file, "/one"));
  EXPECT_FALSE(allows(file, "/two"));
  EXPECT_TRUE(allows(file, "/b"));
}

TEST(Robots, TheLongestRuleDecidesAndAllowWinsATie) {
  const auto* file =
      "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c\nDisallow: /t\nAllow: /t\n";
  EXPECT_FALSE(allows(file, "/a"));
  EXPECT_TRUE(allows(file, "/a/b/x"));
  EXPECT_FALSE(allows(file, "/a/b/c"));
  EXPECT_TRUE(allows(file, "/t"));
}

TEST(Robots, KnowsStarsAndEnds) {
  const auto* file = "User-agent: *\nDisallow: /*.php$\nDisallow: /x*y*z\nDisallow: /end$\n";
  EXPECT_FALSE(allows(file, "/a/b.php"));
  EXPECT_TRUE(allows(file, "/a/b.php?x"));
  EXPECT_FALSE(allows(file, "/x-y-z-more"));
  EXPECT_TRUE(allows(file, "/x-z-y"));
  EXPECT_FALSE(allows(file, "/end"));
  EXPECT_TRUE(allows(file, "/end/more"));
}

TEST(Robots, ComparesOneSpellingOfAPath) {
  EXPECT_FALSE(allows("User-agent: *\nDisallow: /%7ename\n", "/~name"));
  EXPECT_FALSE(allows("User-agent: *\nDisallow: /~name\n", "/%7Ename"));
  EXPECT_FALSE(allows("User-agent: *\nDisallow: /漏洩\n", "/%e6%bc%8f%e6%b4%a9"));
  EXPECT_TRUE(allows("User-agent: *\nDisallow: /a%2fb\n", "/a/b"));
}

TEST(Robots, ReadsEveryLineEndAndSkipsNonsense) {
  const auto* file = "\xef\xbb\xbfnonsense\r\nUser-agent : * # all\r\rDisallow:/a#comment\r\n:\n";
  EXPECT_FALSE(allows(file, "/a"));
  EXPECT_TRUE(allows(file, "/b"));
}

TEST(Robots, ReadsCrawlDelay) {
  EXPECT_EQ(Robots::parse("User-agent: *\nCrawl-delay: 2.5\n", "h").crawl_delay(),
            std::chrono::milliseconds(2500));
  for (const char* bad : {"-1", "nan", "inf", "x", "1e300", ""}) {
    EXPECT_FALSE(
        Robots::parse("User-agent: *\nCrawl-delay: " + std::string(bad) + "\n", "h").crawl_delay())
        << bad;
  }
}

TEST(Robots, IsBoundedAgainstAHostileFile) {
  std::string file = "User-agent: *\n";
  for (int i = 0; i < 100'000; ++i) file += "Disallow: /" + std::string(20, '*') + "b\n";
  const auto robots = Robots::parse(file, "hitokoe");
  EXPECT_TRUE(robots.allows("/" + std::string(8000, 'a')));
  EXPECT_FALSE(robots.allows("/" + std::string(8000, 'a') + "b"));
}

// The obvious way: try every length for every star.
bool matches_slowly(std::string_view pattern, std::string_view path) {
  if (pattern.empty()) return true;
  if (pattern == "$") return path.empty();
  if (pattern.front() == '*') {
    for (std::size_t skip = 0; skip <= path.size(); ++skip) {
      if (matches_slowly(pattern.substr(1), path.substr(skip))) return true;
    }
    return false;
  }
  return !path.empty() && path.front() == pattern.front() &&
         matches_slowly(pattern.substr(1), path.substr(1));
}

TEST(Robots, AgreesWithASlowMatcher) {
  SeededRandom random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string pattern = "/";
    std::string path = "/";
    for (auto n = random.below(7); n > 0; --n) pattern += "ab*"[random.below(3)];
    if (random.below(3) == 0) pattern += '$';
    for (auto n = random.below(9); n > 0; --n) path += "ab"[random.below(2)];
    const bool forbidden = !allows("User-agent: *\nDisallow: " + pattern + "\n", path);
    ASSERT_EQ(forbidden, matches_slowly(pattern, path)) << pattern << " " << path;
  }
}

TEST(ProductToken, IsTheNameBeforeTheVersion) {
  EXPECT_EQ(product_token("hitokoe/0.1 (+https://example.jp)"), "hitokoe");
  EXPECT_EQ(product_token("My-Bot_x"), "My-Bot_x");
  EXPECT_EQ(product_token(""), "");
}

}  // namespace
}  // namespace hitokoe::crawler
