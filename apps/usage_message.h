// What is wrong with a command line, in the reader's language. CLI11 speaks English only.
#pragma once

#include <CLI/CLI.hpp>
#include <array>
#include <string>
#include <string_view>

#include "hitokoe/base/language.h"

namespace hitokoe::app {

// CLI11's text where it is one of those it is known to write; else with a heading, as it is. What
// the caller typed stands in both.
inline std::string in_japanese(std::string text) {
  constexpr std::string_view kValue = ": Value ";  // of a range
  if (const auto at = text.find(kValue); at != text.npos) text.erase(at + 2, kValue.size() - 2);
  struct Form {
    std::string_view before, between, after;     // CLI11's, around one or two names
    std::string_view ja_before, ja_between, ja;  // ours
  };
  static constexpr std::array<Form, 13> kForms = {{
      {"A subcommand is required", "", "", "コマンドが必要", "", ""},
      {"The following argument was not expected: ", "", "", "知らない引数: ", "", ""},
      {"The following arguments were not expected: ", "", "", "知らない引数: ", "", ""},
      {"The value ", " is not an allowed value for ", "", "値 ", " を使えないもの: ", ""},
      {"Could not convert: ", " = ", "", "値の形が違います: ", " = ", ""},
      {"", ": At least ", "", "", ": 数が足りません: ", ""},
      {"", ": At Most ", "", "", ": 多すぎます: ", ""},
      {"", " is required", "", "", " が必要", ""},
      {"", " requires ", "", "", " に必要なもの: ", ""},
      {"", " excludes ", "", "", " と併用できないもの: ", ""},
      {"", ": 1 required ", " missing", "", ": 値が必要: ", ""},
      {"", " not in range ", "", "", " は範囲外。範囲: ", ""},
      {"", " not in ", "", "", " は次のどれでもありません: ", ""},
  }};
  for (const auto& f : kForms) {
    if (!text.starts_with(f.before) || !text.ends_with(f.after)) continue;
    std::string_view rest = std::string_view(text).substr(f.before.size());
    rest.remove_suffix(f.after.size());
    const auto at = rest.find(f.between);
    if (at == std::string_view::npos) continue;
    std::string out(f.ja_before);
    out += rest.substr(0, at);
    out += f.ja_between;
    out += rest.substr(at + f.between.size());
    out += f.ja;
    return out;
  }
  return "使い方の誤り: " + text;
}

// For CLI::App::failure_message.
inline auto usage_message(Language language) {
  return [language](const CLI::App* app, const CLI::Error& e) {
    if (language == Language::kEnglish) return CLI::FailureMessage::simple(app, e);
    return in_japanese(e.what()) + "\n使い方は --help で表示されます。\n";
  };
}

}  // namespace hitokoe::app
