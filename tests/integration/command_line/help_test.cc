// --help of every command of both programs, in both languages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <sstream>

#include "tests/integration/agent/programs.h"

namespace hitokoe {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct Row {
  std::string left;   // "--out 文字列 必須", "add"
  std::string right;  // what is said of it
};
struct Help {
  std::string about;  // what is said of the command
  std::vector<Row> options;
  std::vector<Row> commands;
};

// Kana, kanji, or a sign of Japanese writing.
bool is_japanese(std::string_view utf8) {
  return std::ranges::any_of(utf8, [](char c) { return static_cast<unsigned char>(c) >= 0xe3; });
}

std::string trimmed(const std::string& text) {
  const auto from = text.find_first_not_of(' ');
  return from == std::string::npos ? "" : text.substr(from);
}

// A heading stands at the margin, a row two columns in, and what is too long goes on further in.
Help parse(const std::string& text) {
  Help help;
  std::vector<Row>* rows = nullptr;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    if (line[0] != ' ') {
      if (help.about.empty()) help.about = line;
      const bool commands = line == "Subcommands:" || line == "サブコマンド:";
      if (line.ends_with(':')) rows = commands ? &help.commands : &help.options;
    } else if (rows != nullptr && line.starts_with("   ")) {
      if (!rows->empty()) rows->back().right += trimmed(line);
    } else if (rows != nullptr) {
      const auto gap = line.find("  ", 2);
      rows->push_back({line.substr(2, gap == std::string::npos ? gap : gap - 2),
                       gap == std::string::npos ? "" : trimmed(line.substr(gap))});
    }
  }
  return help;
}

// Of a program and of all its commands. @return how many there are
int walk(const std::string& program, const std::string& language,
         const std::function<void(const std::string& name, const std::string& text,
                                  const Help& help)>& each,
         const std::vector<std::string>& command = {}) {
  std::string name = program;
  for (const auto& word : command) name += " " + word;
  auto arguments = command;
  arguments.push_back("--help");
  const auto ran = run(program, arguments, {"HITOKOE_LANG=" + language});
  EXPECT_EQ(ran.code, 0) << name;
  EXPECT_THAT(ran.err, IsEmpty()) << name;
  const Help help = parse(ran.out);
  each(name, ran.out, help);
  int commands = 1;
  for (const auto& sub : help.commands) {
    auto longer = command;
    longer.push_back(sub.left);
    commands += walk(program, language, each, longer);
  }
  return commands;
}

class HelpTest : public ::testing::TestWithParam<const char*> {};

TEST_P(HelpTest, IsJapaneseFromTheFirstToTheLastWord) {
  walk(GetParam(), "ja", [](const std::string& name, const std::string& text, const Help& help) {
    EXPECT_TRUE(is_japanese(help.about)) << name << ": " << help.about;
    EXPECT_THAT(help.options, Not(IsEmpty())) << name << ": there is at least --help";
    for (const auto* rows : {&help.options, &help.commands}) {
      for (const auto& row : *rows) {
        EXPECT_TRUE(is_japanese(row.right)) << name << ": " << row.left << ": " << row.right;
      }
    }
    for (const char* english :
         {"Usage", "Options", "OPTIONS", "Subcommand", "SUBCOMMAND", "Positionals", "REQUIRED",
          " TEXT", " INT", " UINT", "Print", "Excludes", "Needs"}) {
      EXPECT_THAT(text, Not(HasSubstr(english))) << name;
    }
  });
}

TEST_P(HelpTest, IsEnglishFromTheFirstToTheLastWord) {
  walk(GetParam(), "en", [](const std::string& name, const std::string& text, const Help& help) {
    EXPECT_FALSE(is_japanese(text)) << name << ":\n" << text;
    EXPECT_THAT(help.about, Not(IsEmpty())) << name;
    EXPECT_THAT(help.options, Not(IsEmpty())) << name << ": there is at least --help";
    for (const auto* rows : {&help.options, &help.commands}) {
      for (const auto& row : *rows)
        EXPECT_THAT(row.right, Not(IsEmpty())) << name << ": " << row.left;
    }
  });
}

TEST_P(HelpTest, HasTheSameCommandsAndOptionsInBothLanguages) {
  std::vector<std::string> names[2];
  for (const int l : {0, 1}) {
    walk(GetParam(), l == 0 ? "ja" : "en",
         [&](const std::string& name, const std::string&, const Help& help) {
           for (const auto& row : help.options) {
             names[l].push_back(name + " " + row.left.substr(0, row.left.find(' ')));
           }
         });
  }
  EXPECT_EQ(names[0], names[1]);
}

TEST_P(HelpTest, SaysWhatIsWrongWithAnArgumentInTheLanguageOfThePerson) {
  const auto said = [&](const char* language) {
    const auto ran = run(GetParam(), {"--colour"}, {std::string("LANG=") + language});
    EXPECT_EQ(ran.code, 2);
    EXPECT_THAT(ran.out, IsEmpty());
    return ran.err;
  };
  EXPECT_EQ(said("ja_JP.UTF-8"), "サブコマンドを指定してください\n--help で使い方を表示します。\n");
  EXPECT_EQ(said("C.UTF-8"), "A subcommand is required\nRun with --help for more information.\n");
}

INSTANTIATE_TEST_SUITE_P(Programs, HelpTest, ::testing::Values("hitokoe", "hitokoe-agent"),
                         [](const auto& p) {
                           return std::string(p.param) == "hitokoe" ? "Service" : "Agent";
                         });

TEST(Help, IsThereForEveryCommand) {
  const auto nothing = [](const std::string&, const std::string&, const Help&) {};
  EXPECT_GT(walk("hitokoe", "en", nothing), 60);
  EXPECT_GT(walk("hitokoe-agent", "en", nothing), 6);
}

}  // namespace
}  // namespace hitokoe
