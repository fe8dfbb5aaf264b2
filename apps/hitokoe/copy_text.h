// Beside the probability that a holder leaked: that its copy did.
#pragma once

#include <string>

#include "apps/hitokoe/percent.h"
#include "hitokoe/base/language.h"

namespace hitokoe::app {

// Nothing where nobody unregistered comes into question.
inline std::string copy_text(Language l, double itself, double passed_on) {
  if (passed_on < 0.001) return {};
  const std::string whole = percent(itself + passed_on);
  const std::string other = percent(passed_on);
  return l == Language::kJapanese ? "（写しとして " + whole + "、うち未登録の者 " + other + "）"
                                  : " (its copy " + whole + ", of it unregistered " + other + ")";
}

}  // namespace hitokoe::app
