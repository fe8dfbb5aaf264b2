#include "apps/command_line/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>

#include "apps/command_line/columns.h"

namespace hitokoe::command_line {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A command line with one of each kind.
struct Made {
  explicit Made(Language language) : app("about", "program") {
    speak(app, language, "program 1");
    app.require_subcommand(1);
    auto* command = app.add_subcommand("copy", "copies");
    command->add_option("--out", out, "a target")->required();
    command->add_option("--samples", samples, "how many")
        ->capture_default_str()
        ->check(CLI::Range(1, 100));
    command->add_option("--side", side, "which")->check(CLI::IsMember({"leak", "holder"}));
    auto* agree = command->add_flag("--yes", yes, "no question");
    command->add_flag("--ask", ask, "a question")->excludes(agree);
    command->add_flag("--twice", twice, "again")->needs(agree);
    command->add_option("FILE", files, "sources");
  }
  std::string wrong(const std::string& arguments) {
    try {
      app.parse(arguments);
    } catch (const CLI::ParseError& e) {
      std::ostringstream out_text, error_text;
      app.exit(e, out_text, error_text);
      EXPECT_EQ(out_text.str(), "");
      return error_text.str();
    }
    return "nothing";
  }
  CLI::App app;
  std::filesystem::path out;
  std::vector<std::string> files;
  std::size_t samples = 3;
  std::string side;
  bool yes = false, ask = false, twice = false;
};

std::string japanese(const std::string& arguments) {
  const std::string end = "\n--help で使い方を表示します。\n";
  const auto text = Made(Language::kJapanese).wrong(arguments);
  EXPECT_TRUE(text.ends_with(end)) << text;
  return text.substr(0, text.size() - std::min(text.size(), end.size()));
}

TEST(Words, NameWhatIsWrongWithAnArgumentInJapanese) {
  EXPECT_EQ(japanese(""), "サブコマンドを指定してください");
  EXPECT_EQ(japanese("copy"), "--out を指定してください（必須）");
  EXPECT_EQ(japanese("copy --out"), "--out に値を付けてください");
  EXPECT_EQ(japanese("copy --out a --colour"), "知らない引数: --colour");
  EXPECT_THAT(japanese("copy --out a --colour --size"),
              AllOf(HasSubstr("知らない引数: "), HasSubstr("--colour"), HasSubstr("--size")));
  EXPECT_EQ(japanese("copy --out a --samples 101"),
            "--samples: 101 は 1 から 100 までの値ではありません");
  EXPECT_EQ(japanese("copy --out a --side both"),
            "--side: both は使えません。{leak,holder} のどれかです");
  EXPECT_EQ(japanese("copy --out a --yes --ask"), "--yes と --ask は一緒に指定できません");
  EXPECT_EQ(japanese("copy --out a --twice"), "--twice には --yes も指定してください");
  EXPECT_EQ(japanese("copy --out a --yes=maybe"), "--yes の値として読めません: maybe");
  EXPECT_EQ(japanese("copy --out a --out b"), "--out の値は 1 個までです（今は 2 個）");
}

TEST(Words, OfEveryKindOfErrorAreJapanese) {
  const auto told = [](const CLI::Error& e) { return explain(e, Language::kJapanese); };
  EXPECT_EQ(told(CLI::ConversionError("--n", std::vector<std::string>{"x"})),
            "--n の値として読めません: x");
  EXPECT_EQ(told(CLI::ConversionError("x", "--n")), "--n の値として読めません: x");
  EXPECT_EQ(told(CLI::ConversionError::TrueFalse("--f")),
            "--f に付けられる値は true か false です");
  EXPECT_EQ(told(CLI::ConversionError::TooManyInputsFlag("--f")), "--f に値は付けられません");
  EXPECT_EQ(told(CLI::ArgumentMismatch::AtLeast("--n", 2, 1)),
            "--n には値が 2 個以上要ります（今は 1 個）");
  EXPECT_EQ(told(CLI::ArgumentMismatch::FlagOverride("--f")), "--f に値は付けられません");
  EXPECT_EQ(told(CLI::ArgumentMismatch("--n", 2, 1)), "--n には値が 2 個要ります（今は 1 個）");
  EXPECT_EQ(told(CLI::ArgumentMismatch("--n", -2, 1)),
            "--n には値が 2 個以上要ります（今は 1 個）");
  EXPECT_EQ(told(CLI::ValidationError("--n", "what only a validator knows")),
            "--n の値として使えません: what only a validator knows");
  EXPECT_THAT(told(CLI::HorribleError("??")), HasSubstr("引数を読めません"));
}

TEST(Words, OfErrorsAreTheLibrarysInEnglish) {
  EXPECT_EQ(Made(Language::kEnglish).wrong("copy"),
            "--out is required\nRun with --help for more information.\n");
}

TEST(Words, OfHelpAreInOneLanguage) {
  Made ja(Language::kJapanese);
  const auto* command = ja.app.get_subcommand("copy");
  const std::string japanese_help = ja.app.help() + command->help();
  for (const char* english : {"Usage", "Options", "OPTIONS", "Subcommand", "SUBCOMMAND", "REQUIRED",
                              "Positionals", "TEXT", "INT", "Print"}) {
    EXPECT_THAT(japanese_help, Not(HasSubstr(english)));
  }
  for (const char* wanted :
       {"使い方: ", "\nオプション:\n", "\nサブコマンド:\n", "\n引数:\n", "--out 文字列 必須",
        "--samples 整数 [1 - 100]=3", "--side 文字列 {leak,holder}", "FILE 文字列 ...",
        "この説明を表示する", "版を表示する"}) {
    EXPECT_THAT(japanese_help, HasSubstr(wanted));
  }
  Made en(Language::kEnglish);
  const std::string english_help = en.app.help() + en.app.get_subcommand("copy")->help();
  for (const char c : english_help) ASSERT_LT(static_cast<unsigned char>(c), 0x80) << english_help;
  EXPECT_THAT(english_help, HasSubstr("--samples UINT [1 - 100]=3"));
}

TEST(Words, DescriptionsStandInOneColumn) {
  Made made(Language::kJapanese);
  std::istringstream lines(made.app.get_subcommand("copy")->help());
  std::optional<std::size_t> column;
  int found = 0;
  for (std::string line; std::getline(lines, line);) {
    for (const char* text : {"a target", "how many", "which", "sources", "no question"}) {
      const auto at = line.find(text);
      if (at == std::string::npos) continue;
      ++found;
      const std::size_t here = columns(line.substr(0, at));
      EXPECT_EQ(here, column.value_or(here)) << line;
      column = here;
    }
  }
  EXPECT_EQ(found, 5);
}

}  // namespace
}  // namespace hitokoe::command_line
