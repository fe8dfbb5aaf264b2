#include "hitokoe/text/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hitokoe::text {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using namespace std::chrono_literals;

YamlNode parsed(std::string_view text) {
  auto root = YamlNode::parse(text, "f.yaml");
  EXPECT_TRUE(root) << (root ? "" : root.error().detail);
  return root ? root.value() : YamlNode::parse("", "f.yaml").value();
}

std::string refusal(std::string_view text, YamlLimits limits = {}) {
  auto root = YamlNode::parse(text, "f.yaml", limits);
  return root ? "accepted" : root.error().detail;
}

// The problems of one reading, "" where there are none.
template <class F>
std::string problems_of(std::string_view text, F read) {
  YamlProblems problems("f.yaml");
  read(parsed(text), problems);
  auto result = problems.result();
  return result ? "" : result.error().detail;
}

TEST(Yaml, ReadsEveryKindOfValue) {
  const auto root = parsed(
      "name: 甲通信株式会社\nquoted: '007'\ncount: -12\nshare: 0.25\non: true\noff: false\n"
      "day: 2026-02-28\nwait: 1500ms\nkeep: 30d\nlist: [a, 'b c', \"d\"]\nnothing:\n");
  YamlProblems p("f.yaml");
  EXPECT_EQ(root.get("name").text(p, "name"), "甲通信株式会社");
  EXPECT_EQ(root.get("quoted").text(p, "quoted"), "007");
  EXPECT_EQ(root.get("count").integer(p, "count", -20, 20), -12);
  EXPECT_DOUBLE_EQ(root.get("share").number(p, "share", 0, 1), 0.25);
  EXPECT_TRUE(root.get("on").boolean(p, "on"));
  EXPECT_FALSE(root.get("off").boolean(p, "off"));
  EXPECT_EQ(root.get("day").day(p, "day"), parse_day("2026-02-28").value());
  EXPECT_EQ(root.get("wait").duration(p, "wait"), 1500ms);
  EXPECT_EQ(root.get("keep").duration(p, "keep"), 720h);
  EXPECT_THAT(root.get("list").texts(p, "list"), ElementsAre("a", "b c", "d"));
  EXPECT_TRUE(root.get("nothing").is_null());
  EXPECT_TRUE(root.has("nothing"));
  EXPECT_FALSE(root.has("absent"));
  EXPECT_EQ(root.get("absent").integer_or(p, "absent", 1, 9, 5), 5);
  root.refuse_unknown(p);
  EXPECT_TRUE(p.result()) << p.result().error().detail;
}

TEST(Yaml, EveryValueKnowsItsLine) {
  const auto root = parsed("a: 1\nb:\n  - x\n  - y: 2\n    z:\nc:\n\n\nd: 4\n");
  EXPECT_EQ(root.line(), 1);
  EXPECT_EQ(root.get("b").items().at(0).line(), 3);
  EXPECT_EQ(root.get("b").items().at(1).get("y").line(), 4);
  EXPECT_EQ(root.get("b").items().at(1).get("z").line(), 5) << "an absent value: line of its key";
  EXPECT_EQ(root.get("c").line(), 6);
  EXPECT_EQ(root.get("d").line(), 9);
  EXPECT_EQ(root.key_line("d"), 9);
  EXPECT_EQ(root.get("b").items().at(1).get("missing").line(), 4);
}

TEST(Yaml, CountsLinesTheSameWithEitherLineEnd) {
  EXPECT_EQ(parsed("a: 1\r\nb: 2\r\nc: 3\r\n").get("c").line(), 3);
  EXPECT_THAT(refusal("a: 1\nb: 2\rc: 3\n"), StartsWith("f.yaml:2: a carriage return"));
}

TEST(Yaml, TellsAllProblemsAtOnceInTheOrderOfTheFile) {
  const auto told = problems_of(
      "day: 2026-02-30\nnumber: 1e400\nlist: x\nextra: 1\ncount: 010\nbool: yes\nwait: 5 m\n",
      [](const YamlNode& root, YamlProblems& p) {
        (void)root.get("wait").duration(p, "wait");
        (void)root.get("day").day(p, "day");
        (void)root.get("number").number(p, "number", 0, 1);
        (void)root.get("list").texts(p, "list");
        (void)root.get("count").integer(p, "count", 0, 100);
        (void)root.get("bool").boolean(p, "bool");
        root.refuse_unknown(p);
      });
  EXPECT_EQ(told,
            "f.yaml:1: day: expected a day as in 2026-04-01\n"
            "f.yaml:2: number: expected a number from 0 to 1\n"
            "f.yaml:3: list: expected a list\n"
            "f.yaml:4: unknown key \"extra\" (known: bool, count, day, list, number, wait)\n"
            "f.yaml:5: count: expected a whole number from 0 to 100\n"
            "f.yaml:6: bool: expected true or false\n"
            "f.yaml:7: wait: expected a duration as in 500ms, 10s, 5m, 24h or 30d");
}

TEST(Yaml, SaysWhatIsMissing) {
  const auto told = problems_of("a: 1\n", [](const YamlNode& root, YamlProblems& p) {
    (void)root.get("day").day(p, "day");
    (void)root.get("name").text(p, "name");
    (void)root.get("list").texts(p, "list");
    (void)root.get("a").get("below").text(p, "below");
  });
  EXPECT_THAT(told, HasSubstr("day is missing: expected a day"));
  EXPECT_THAT(told, HasSubstr("name is missing"));
  EXPECT_THAT(told, HasSubstr("list is missing"));
  EXPECT_THAT(told, HasSubstr("below is missing"));
}

TEST(Yaml, TakesAQuotedValueForATextOnly) {
  EXPECT_THAT(
      problems_of("a: '5'\n", [](const YamlNode& r,
                                 YamlProblems& p) { (void)r.get("a").integer(p, "a", 0, 9); }),
      HasSubstr("without quotes"));
}

TEST(Yaml, RefusesNumbersOutOfRangeOrOfAnotherKind) {
  for (const auto* bad : {"11", "-1", "1.0", "0x5", "5_0", "+5", "99999999999999999999", "five"}) {
    EXPECT_NE(problems_of("a: " + std::string(bad),
                          [](const YamlNode& r, YamlProblems& p) {
                            (void)r.get("a").integer(p, "a", 0, 10);
                          }),
              "")
        << bad;
  }
  for (const auto* bad : {"5", "m", "-5m", "5M", "1.5h", "05m", "99999999999999d", "5 m"}) {
    EXPECT_NE(
        problems_of("a: " + std::string(bad),
                    [](const YamlNode& r, YamlProblems& p) { (void)r.get("a").duration(p, "a"); }),
        "")
        << bad;
  }
  for (const auto* bad : {".nan", ".inf", "nan", "inf", "2"}) {
    EXPECT_NE(problems_of("a: " + std::string(bad),
                          [](const YamlNode& r, YamlProblems& p) {
                            (void)r.get("a").number(p, "a", 0, 1);
                          }),
              "")
        << bad;
  }
}

TEST(Yaml, ReportsKeysAndListEntriesThatAreThereTwice) {
  const auto told =
      problems_of("a: 1\nl: [x, y, x]\na: 2\n", [](const YamlNode& r, YamlProblems& p) {
        (void)r.get("a").integer(p, "a", 0, 9);
        EXPECT_THAT(r.get("l").texts(p, "l"), ElementsAre("x", "y"));
        r.refuse_unknown(p);
      });
  EXPECT_EQ(told,
            "f.yaml:2: l: \"x\" is there twice\n"
            "f.yaml:3: key \"a\" is there twice (first in line 1)");
}

TEST(Yaml, NeverQuotesForeignText) {
  const auto told = problems_of("山田太郎: 1\n0901234: 2\n",
                                [](const YamlNode& r, YamlProblems& p) { r.refuse_unknown(p); });
  EXPECT_THAT(told, Not(HasSubstr("山田")));
  EXPECT_THAT(told, Not(HasSubstr("090")));
  EXPECT_THAT(refusal("a: *山田太郎\n"), Not(HasSubstr("山田")));
}

TEST(Yaml, RefusesWhatIsNotYamlWithTheLine) {
  EXPECT_THAT(refusal("a: 1\nb: [1, 2\n"), StartsWith("f.yaml:"));
  EXPECT_THAT(refusal("a: 1\n b: 2\n"), StartsWith("f.yaml:2: not YAML"));
  EXPECT_THAT(refusal("a: 1\nb: \"\\q\"\n"), StartsWith("f.yaml:2: not YAML"));
  EXPECT_THAT(refusal("a: !!binary abcd\n"), StartsWith("f.yaml:1: tags"));
  EXPECT_THAT(refusal("a: 1\n---\nb: 2\n"), HasSubstr("a second document"));
  EXPECT_THAT(refusal("a: 1\n[b, c]: 2\n"), StartsWith("f.yaml:2: "));
  EXPECT_THAT(refusal("? {a: 1}\n: 2\n"), HasSubstr("a key must be a plain text"));
  EXPECT_THAT(refusal("a: &x [*x]\n"), HasSubstr("alias"));
}

TEST(Yaml, RefusesBytesThatAreNoText) {
  EXPECT_THAT(refusal(std::string_view("a: 1\nb: \0x\n", 11)), StartsWith("f.yaml:2: a control"));
  EXPECT_THAT(refusal("a: 1\n\x04\nb: 2\n"), StartsWith("f.yaml:2: a control"))
      << "yaml-cpp would end the file there";
  for (const auto* bad : {"\x80", "\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF",
                          "\xE3\x81", "\xE0\x80\x80", "\x8D\xB3"}) {
    EXPECT_THAT(refusal("a: 1\nb: " + std::string(bad) + "\n"), StartsWith("f.yaml:2: not UTF-8"));
  }
  EXPECT_EQ(parsed("\xEF\xBB\xBF"
                   "a: 1\n")
                .key_line("a"),
            1);
}

TEST(Yaml, StopsAnAliasBomb) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before +
            ", " + before + "]\n";
  }
  EXPECT_THAT(refusal(bomb), HasSubstr("more than 100000 values"));
}

TEST(Yaml, SharesWhatAnAliasStandsFor) {
  const auto root = parsed("a: &x {k: v}\nb: *x\n");
  YamlProblems p("f.yaml");
  EXPECT_EQ(root.get("b").get("k").text(p, "k"), "v");
}

TEST(Yaml, BoundsDepthSizeAndCount) {
  const auto nested = [](int levels) {
    return std::string(static_cast<std::size_t>(levels), '[') +
           std::string(static_cast<std::size_t>(levels), ']');
  };
  EXPECT_EQ(refusal(nested(64)), "accepted");
  EXPECT_THAT(refusal(nested(65)), HasSubstr("deeper than 64"));
  EXPECT_THAT(refusal(nested(100'000)), StartsWith("f.yaml:1: "));
  std::string maps;
  for (int i = 0; i < 100'000; ++i) maps += "{a: ";
  EXPECT_THAT(refusal(maps), StartsWith("f.yaml:1: "));
  EXPECT_THAT(refusal("a: 12345\n", {.bytes = 4}), HasSubstr("9 bytes, more than 4"));
  EXPECT_THAT(refusal("[1, 2, 3]\n", {.nodes = 3}), HasSubstr("more than 3 values"));
  EXPECT_EQ(refusal("[1, 2]\n", {.nodes = 3}), "accepted");
}

TEST(Yaml, AnEmptyFileIsANullDocument) {
  for (const auto* empty : {"", "\n\n", "# only a comment\n", "---\n", "~\n"})
    EXPECT_TRUE(parsed(empty).is_null()) << empty;
}

TEST(Yaml, EveryCutOfAGoodFileIsReadOrRefused) {
  const std::string good =
      "parties:\n  - {id: kou, name: 甲通信株式会社}\nlist: &l [1, \"二\", '三']\nagain: *l\n"
      "text: |\n  a\n  b\n";
  for (std::size_t cut = 0; cut <= good.size(); ++cut) {
    auto root = YamlNode::parse(std::string_view(good).substr(0, cut), "f.yaml");
    EXPECT_TRUE(root || root.error().detail.starts_with("f.yaml:")) << cut;
  }
}

TEST(Yaml, OutlivesItsDocument) {
  auto kept = [] { return parsed("a: {b: {c: 1}}\n").get("a").get("b"); }();
  YamlProblems p("f.yaml");
  EXPECT_EQ(kept.get("c").integer(p, "c", 0, 9), 1);
}

TEST(YamlProblems, TellsAHundredAndCountsTheRest) {
  YamlProblems p("f.yaml");
  for (int i = 0; i < 150; ++i) p.add(i, {"wrong", "誤り"});
  const auto error = p.result().error();
  EXPECT_THAT(error.detail, HasSubstr("f.yaml:99: wrong\nf.yaml: and 50 more"));
  EXPECT_THAT(error.detail_ja, HasSubstr("f.yaml:99: 誤り\nf.yaml: 他 50 件"));
}

TEST(YamlProblems, AreToldInJapaneseToo) {
  YamlProblems p("f.yaml");
  const auto root = parsed("a: x\nb: '7'\nd: [x, x]\nodd: 1\n");
  (void)root.get("a").integer(p, "a", 0, 9);
  (void)root.get("b").integer(p, "b", 0, 9);
  (void)root.get("c").boolean(p, "c");
  (void)root.get("d").texts(p, "d");
  root.refuse_unknown(p);
  EXPECT_EQ(p.result().error().text(Language::kJapanese),
            "f.yaml:1: a: 0 から 9 までの整数を指定\n"
            "f.yaml:1: c がありません: true か false のどちらかを指定\n"
            "f.yaml:2: b: 引用符を付けずに、0 から 9 までの整数を指定\n"
            "f.yaml:3: d: \"x\" が重複しています\n"
            "f.yaml:4: 知らないキー \"odd\"（使えるもの: a, b, c, d）");
  const auto broken = YamlNode::parse("a: [1\n", "f.yaml").error();
  EXPECT_THAT(broken.detail_ja, testing::StartsWith("f.yaml:"));
  EXPECT_THAT(broken.detail_ja, HasSubstr("YAML として読めません"));
}

}  // namespace
}  // namespace hitokoe::text
