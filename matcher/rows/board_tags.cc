#include "matcher/rows/board_tags.h"

#include <algorithm>
#include <cstdint>

#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kMostTag = 256;  // bytes, with its brackets

enum class Attribute : std::uint8_t { kNone, kEquals, kBlank };  // "=…"; also " …"

struct Known {
  std::string_view name;
  Attribute attribute;
};
constexpr Known kKnown[] = {
    {"*", Attribute::kNone},      {"b", Attribute::kNone},      {"i", Attribute::kNone},
    {"u", Attribute::kNone},      {"s", Attribute::kNone},      {"html", Attribute::kNone},
    {"pre", Attribute::kNone},    {"center", Attribute::kNone}, {"left", Attribute::kNone},
    {"php", Attribute::kEquals},  {"url", Attribute::kEquals},  {"hide", Attribute::kEquals},
    {"code", Attribute::kBlank},  {"list", Attribute::kBlank},  {"size", Attribute::kBlank},
    {"color", Attribute::kBlank}, {"font", Attribute::kBlank},  {"spoiler", Attribute::kBlank},
    {"quote", Attribute::kBlank},
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// The digit that `text` begins with, narrow or wide; -1: none. `size`: its bytes.
int digit_at(std::string_view text, std::size_t& size) {
  const WideCharacter c = wide_character(text);
  size = c.bytes;
  if (c.point >= '0' && c.point <= '9') return static_cast<int>(c.point - '0');
  if (c.point >= 0xFF10 && c.point <= 0xFF19) return static_cast<int>(c.point - 0xFF10);
  return -1;
}

// Nine digits and more in a row, of a number that begins as a telephone number does: 0, +, 81.
// Other long numbers are the board's own: the post, the time ("dateline='1600000000'").
bool has_phone(std::string_view text) {
  std::size_t digits = 0, size = 1;
  int first = -1;
  bool phone = false, plus = false;
  for (std::size_t i = 0; i < text.size(); i += size) {
    const int digit = digit_at(text.substr(i), size);
    if (digit >= 0) {
      ++digits;
      if (digits == 1) {
        first = digit;
        phone = plus || digit == 0;
      }
      if (digits == 2) phone = phone || (first == 8 && digit == 1);
      if (phone && digits >= 9) return true;
      continue;
    }
    const unsigned point = wide_character(text.substr(i)).point;
    plus = point == '+' || point == 0xFF0B;
    const bool between = point == '-' || point == ' ' || point == '(' || point == ')' ||
                         point == '.' || point == 0xFF0D || point == 0x30FC || point == 0x2010 ||
                         point == 0x2212;
    if (!between) digits = 0;
  }
  return false;
}

bool tells_somebody(std::string_view attribute) {
  for (const std::string_view at : {"@", "＠", "%40"}) {
    if (attribute.find(at) != std::string_view::npos) return true;
  }
  return has_phone(attribute);
}

// What stands between the brackets.
bool is_tag(std::string_view inside) {
  const bool closing = inside.starts_with('/');
  if (closing) inside.remove_prefix(1);
  const std::string_view name = inside.substr(0, inside.find_first_of("= "));
  const auto* const known = std::ranges::find_if(
      kKnown, [&](const Known& one) { return std::ranges::equal(one.name, name, {}, {}, lower); });
  if (known == std::end(kKnown)) return false;
  if (name.size() == inside.size()) return true;
  if (closing || known->attribute == Attribute::kNone) return false;
  if (inside[name.size()] == ' ' && known->attribute != Attribute::kBlank) return false;
  return !tells_somebody(inside.substr(name.size() + 1));
}

// A tag that fills a cell is one: "[code],[name],[tel]" as databases write names.
bool is_delimiter(char c) { return c == ',' || c == ';' || c == '\t' || c == '|'; }

}  // namespace

std::string_view without_board_tags(std::string_view line) {
  for (;;) {
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos || line[begin] != '[') break;
    const std::size_t end = line.substr(begin, kMostTag).find(']');
    if (end == std::string_view::npos) break;
    const std::string_view inside = line.substr(begin + 1, end - 1);
    const std::string_view rest = line.substr(begin + end + 1);
    if (!is_tag(inside) || (inside[0] != '/' && !rest.empty() && is_delimiter(rest[0]))) break;
    line = rest;
  }
  for (;;) {
    const std::size_t end = line.find_last_not_of(" \t\r");
    if (end == std::string_view::npos || line[end] != ']') break;
    const std::size_t from = end < kMostTag ? 0 : end - kMostTag + 1;
    const std::size_t begin = line.substr(from, end - from).rfind('[');
    if (begin == std::string_view::npos) break;
    const std::string_view inside = line.substr(from + begin + 1, end - from - begin - 1);
    const std::string_view rest = line.substr(0, from + begin);
    if (!is_tag(inside) || (inside[0] != '/' && !rest.empty() && is_delimiter(rest.back()))) break;
    line = rest;
  }
  return line;
}

}  // namespace hitokoe::matcher
