// The two languages of everything that a person reads.
#pragma once

#include <string>
#include <string_view>

namespace hitokoe {

enum class Language { kJapanese, kEnglish };

// HITOKOE_LANG, else LC_ALL, LC_MESSAGES, LANG: "ja…" is Japanese, everything else English.
Language language_from_environment();

constexpr std::string_view say(Language l, std::string_view ja, std::string_view en) {
  return l == Language::kJapanese ? ja : en;
}

// A text in both languages. What is joined to it as plain text is the same in both: a name, a
// path, a number.
struct Words {
  std::string en;
  std::string ja;

  static Words same(const std::string& text);
  std::string_view in(Language l) const { return say(l, ja, en); }

  friend bool operator==(const Words&, const Words&) = default;
};

Words operator+(Words a, const Words& b);
Words operator+(Words a, std::string_view same);
Words operator+(std::string_view same, const Words& b);

}  // namespace hitokoe
