#include "hitokoe/base/language.h"

#include <cstdlib>

namespace hitokoe {

Language language_from_environment() {
  for (const char* name : {"HITOKOE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    return std::string_view(value).starts_with("ja") ? Language::kJapanese : Language::kEnglish;
  }
  return Language::kEnglish;
}

Words Words::same(const std::string& text) { return {text, text}; }

Words operator+(Words a, const Words& b) {
  a.en += b.en;
  a.ja += b.ja;
  return a;
}

Words operator+(Words a, std::string_view same) {
  a.en += same;
  a.ja += same;
  return a;
}

Words operator+(std::string_view same, const Words& b) {
  return Words::same(std::string(same)) + b;
}

}  // namespace hitokoe
