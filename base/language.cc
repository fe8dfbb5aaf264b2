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

}  // namespace hitokoe
