// A probability for people.
#pragma once

#include <cstdio>
#include <string>

namespace hitokoe::app {

inline std::string percent(double p) {
  char text[16];
  std::snprintf(text, sizeof text, "%.1f%%", 100 * p);
  return text;
}

}  // namespace hitokoe::app
