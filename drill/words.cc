#include "drill/words.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace hitokoe::drill {
namespace {

// The next character's bytes and columns.
std::pair<std::size_t, std::size_t> next(std::string_view utf8) {
  const auto lead = static_cast<unsigned char>(utf8.front());
  const std::size_t bytes = std::min<std::size_t>(utf8.size(), lead < 0x80   ? 1
                                                               : lead < 0xe0 ? 2
                                                               : lead < 0xf0 ? 3
                                                                             : 4);
  if (bytes < 3) return {bytes, 1};
  std::uint32_t point = lead & (bytes == 3 ? 0x0fU : 0x07U);
  for (std::size_t i = 1; i < bytes; ++i) {
    point = point << 6 | (static_cast<unsigned char>(utf8[i]) & 0x3fU);
  }
  // Unicode UAX 11, the ranges that our own texts use: CJK, kana, full-width forms.
  const bool wide = (point >= 0x1100 && point <= 0x115f) || (point >= 0x2e80 && point <= 0xa4cf) ||
                    (point >= 0xac00 && point <= 0xd7a3) || (point >= 0xf900 && point <= 0xfaff) ||
                    (point >= 0xfe30 && point <= 0xfe6f) || (point >= 0xff00 && point <= 0xff60) ||
                    (point >= 0xffe0 && point <= 0xffe6) || point >= 0x20000;
  return {bytes, wide ? 2 : 1};
}

}  // namespace

std::string count(std::uint64_t n) {
  std::string digits = std::to_string(n);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string percent(double probability) {
  // Certainty is never whole: 0.99999 is shown as 99.9.
  const double shown = std::floor(std::clamp(probability, 0.0, 0.9999) * 1000) / 10;
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", shown);
  return text;
}

std::string seconds(double s) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", s);
  return text;
}

std::size_t display_width(std::string_view utf8) {
  std::size_t width = 0;
  while (!utf8.empty()) {
    const auto [bytes, columns] = next(utf8);
    width += columns;
    utf8.remove_prefix(bytes);
  }
  return width;
}

std::string fitted(std::string_view utf8, std::size_t width) {
  const std::size_t whole = display_width(utf8);
  if (whole <= width) return std::string(utf8) + std::string(width - whole, ' ');
  std::string out;
  std::size_t used = 0;
  while (!utf8.empty()) {
    const auto [bytes, columns] = next(utf8);
    if (used + columns + 1 > width) break;
    out += utf8.substr(0, bytes);
    used += columns;
    utf8.remove_prefix(bytes);
  }
  return out + "…" + std::string(width - used - 1, ' ');
}

}  // namespace hitokoe::drill
