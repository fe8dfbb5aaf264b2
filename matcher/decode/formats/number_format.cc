#include "matcher/decode/formats/number_format.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>
#include <vector>

namespace hitokoe::matcher {

namespace {

constexpr double kExact = 9007199254740992.0;  // 2^53: integers up to here are exact

std::optional<double> parsed(std::string_view number) {
  double value = 0;
  if (number.starts_with('+')) number.remove_prefix(1);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc() || end != number.data() + number.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::vector<std::string> sections_of(std::string_view code) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '\\' && i + 1 < code.size()) {
      out.back() += c;
      out.back() += code[++i];
      continue;
    }
    if (c == '"') quoted = !quoted;
    if (c == ';' && !quoted) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

// "[<=99999999]" at the beginning of a section.
bool condition_holds(std::string_view section, double value, bool& conditional) {
  conditional = false;
  const std::size_t open = section.find('[');
  if (open == std::string_view::npos) return true;
  std::string_view inside = section.substr(open + 1);
  inside = inside.substr(0, inside.find(']'));
  std::size_t signs = 0;
  while (signs < inside.size() &&
         (inside[signs] == '<' || inside[signs] == '>' || inside[signs] == '=')) {
    ++signs;
  }
  const std::string_view sign = inside.substr(0, signs);
  const auto limit = parsed(inside.substr(signs));
  if (signs == 0 || !limit) return true;
  conditional = true;
  if (sign == "<=") return value <= *limit;
  if (sign == ">=") return value >= *limit;
  if (sign == "<") return value < *limit;
  if (sign == ">") return value > *limit;
  if (sign == "<>") return value != *limit;
  return value == *limit;
}

// What is left of a section: placeholders and literal characters, these marked by a NUL before
// them. Nothing for what is no plain pattern of digits.
struct Pattern {
  std::string text;
  bool date = false, time = false, digits = true;
  std::size_t zeros = 0, places = 0;
};

Pattern pattern_of(std::string_view section) {
  Pattern p;
  const auto literal = [&](std::string_view c) {
    p.text += '\0';
    p.text += c;
  };
  for (std::size_t i = 0; i < section.size(); ++i) {
    const char c = section[i];
    if (c == '\\' && i + 1 < section.size()) {
      literal(section.substr(++i, 1));
    } else if (c == '"') {
      for (++i; i < section.size() && section[i] != '"'; ++i) literal(section.substr(i, 1));
    } else if (c == '[') {
      const std::size_t end = section.find(']', i);
      if (end == std::string_view::npos) break;
      const std::string_view inside = section.substr(i + 1, end - i - 1);
      // [h], [mm], [ss] count hours and more: a duration.
      if (!inside.empty() && inside.find_first_not_of("hHmMsS") == std::string_view::npos) {
        p.time = true;
      }
      i = end;
    } else if (c == '_' || c == '*') {
      ++i;  // a space as wide as, or filled with, the next character
    } else if (c == '0' || c == '#' || c == '?') {
      p.text += c;
      ++p.places;
      p.zeros += c == '0' ? 1 : 0;
    } else if (std::string_view("yYmMdDgGeEbB").find(c) != std::string_view::npos) {
      // "E+00" is an exponent, "e" an era's year; "General" is no date.
      const bool exponent = (c == 'E' || c == 'e') && i + 1 < section.size() &&
                            (section[i + 1] == '+' || section[i + 1] == '-');
      const std::string_view rest = section.substr(i);
      if (rest.starts_with("General") || rest.starts_with("GENERAL") ||
          rest.starts_with("general") || rest.starts_with("G/標準") || exponent) {
        p.digits = false;
        i += exponent ? 1 : 6;
      } else {
        p.date = true;
      }
    } else if (std::string_view("hHsS").find(c) != std::string_view::npos) {
      p.time = true;
    } else if (c == '.' || c == ',' || c == '%' || c == '/' || c == '@') {
      p.digits = false;
    } else {
      literal(section.substr(i, 1));
    }
  }
  return p;
}

std::string whole_number(double value) {
  std::array<char, 400> out{};
  const int n = std::snprintf(out.data(), out.size(), "%.0f", value);
  return {out.data(), static_cast<std::size_t>(n)};
}

std::string plain(std::string_view number, double value) {
  if (std::fabs(value) < 1e21 && value == std::floor(value)) return whole_number(value);
  if (number.find_first_of("eE") == std::string_view::npos) return std::string(number);
  std::array<char, 400> out{};
  const auto end =
      std::to_chars(out.data(), out.data() + out.size(), value, std::chars_format::fixed).ptr;
  return {out.data(), static_cast<std::size_t>(end - out.data())};
}

// Digits into the places of the pattern, from the right.
std::string placed(const std::string& pattern, const std::string& digits) {
  std::string reversed;
  std::size_t left = digits.size();
  std::size_t places = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\0') {
      ++i;
    } else {
      ++places;
    }
  }
  for (std::size_t i = pattern.size(); i-- > 0;) {
    if (i > 0 && pattern[i - 1] == '\0') {
      // A literal before the first digit that is there stands all the same.
      reversed += pattern[i];
      --i;
      continue;
    }
    --places;
    if (left > 0) {
      reversed += digits[--left];
    } else if (pattern[i] == '0') {
      reversed += '0';
    }
    if (places == 0) {
      while (left > 0) reversed += digits[--left];
    }
  }
  return {reversed.rbegin(), reversed.rend()};
}

}  // namespace

std::string date_of_serial(double serial, bool since_1904) {
  if (!(serial >= 0) || serial >= 2958466) return {};
  auto day = static_cast<int>(serial);
  using namespace std::chrono;
  sys_days from = sys_days(year{1899} / 12 / 30);
  if (since_1904) {
    from = sys_days(year{1904} / 1 / 1);
  } else if (day < 60) {
    from = sys_days(year{1899} / 12 / 31);
    if (day == 0) return {};
  }
  const year_month_day date(from + days{day});
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return out.data();
}

NumberFormat::NumberFormat(std::string_view code) {
  if (code.size() > 1024) return;
  const auto sections = sections_of(code);
  const Pattern first = pattern_of(sections[0]);
  if (first.date) {
    kind_ = Kind::kDate;
  } else if (first.time) {
    kind_ = Kind::kTime;
  } else if (first.digits && first.places > 0 &&
             (first.zeros > 1 || first.text.find('\0') != std::string::npos)) {
    kind_ = Kind::kDigits;
    code_ = code;
  }
}

NumberFormat NumberFormat::built_in(unsigned id) {
  NumberFormat f;
  // 27-36 and 50-58 are dates in the Japanese, Chinese and Korean tables.
  if ((id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 31) || id == 34 || id == 35 ||
      id == 36 || (id >= 50 && id <= 58)) {
    f.kind_ = Kind::kDate;
  } else if ((id >= 18 && id <= 21) || id == 32 || id == 33 || (id >= 45 && id <= 47)) {
    f.kind_ = Kind::kTime;
  }
  return f;
}

std::string NumberFormat::shown(std::string_view number, bool since_1904) const {
  const auto value = parsed(number);
  if (!value) return std::string(number);
  if (kind_ == Kind::kDate) {
    std::string date = date_of_serial(*value, since_1904);
    return date.empty() ? plain(number, *value) : date;
  }
  const bool digits =
      kind_ == Kind::kDigits && *value >= 0 && *value < kExact && *value == std::floor(*value);
  if (!digits) return plain(number, *value);
  const auto sections = sections_of(code_);
  std::string_view chosen = sections[0];
  for (const auto& section : sections) {
    bool conditional = false;
    if (condition_holds(section, *value, conditional)) {
      chosen = section;
      break;
    }
  }
  const Pattern pattern = pattern_of(chosen);
  if (!pattern.digits || pattern.date || pattern.time || pattern.places == 0) {
    return plain(number, *value);
  }
  return placed(pattern.text, whole_number(*value));
}

}  // namespace hitokoe::matcher
