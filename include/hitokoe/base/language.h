// The two languages of everything that a person reads.
#pragma once

#include <string_view>

namespace hitokoe {

enum class Language { kJapanese, kEnglish };

// HITOKOE_LANG, else LC_ALL, LC_MESSAGES, LANG: "ja…" is Japanese, everything else English.
Language language_from_environment();

constexpr std::string_view say(Language l, std::string_view ja, std::string_view en) {
  return l == Language::kJapanese ? ja : en;
}

}  // namespace hitokoe
