#include "matcher/rows/json_text.h"

#include <algorithm>

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kProbe = 2048;

int hex4(std::string_view text) {
  if (text.size() < 4) return -1;
  int n = 0;
  for (const char c : text.substr(0, 4)) {
    const char low = static_cast<char>(c | 32);
    if (c >= '0' && c <= '9') {
      n = n * 16 + (c - '0');
    } else if (low >= 'a' && low <= 'f') {
      n = n * 16 + (low - 'a' + 10);
    } else {
      return -1;
    }
  }
  return n;
}

void append_point(unsigned point, std::string& out) {
  const auto put = [&](unsigned byte) { out += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0U | point >> 6);
    put(0x80U | (point & 63U));
  } else if (point < 0x10000) {
    put(0xE0U | point >> 12);
    put(0x80U | (point >> 6 & 63U));
    put(0x80U | (point & 63U));
  } else {
    put(0xF0U | point >> 18);
    put(0x80U | (point >> 12 & 63U));
    put(0x80U | (point >> 6 & 63U));
    put(0x80U | (point & 63U));
  }
}

// \uD842\uDFB7 is one character; half of one is none. Returns the bytes of the escape.
std::size_t unicode_escape(std::string_view text, std::string& out) {
  const int first = hex4(text.substr(2));
  if (first < 0) {
    out += '\\';
    return 1;
  }
  auto point = static_cast<unsigned>(first);
  if (point >= 0xD800 && point < 0xDC00 && text.substr(6).starts_with("\\u")) {
    const int second = hex4(text.substr(8));
    if (second >= 0xDC00 && second < 0xE000) {
      append_point(0x10000U + ((point - 0xD800U) << 10) + (static_cast<unsigned>(second) - 0xDC00U),
                   out);
      return 12;
    }
  }
  append_point(point >= 0xD800 && point < 0xE000 ? 0xFFFDU : point, out);
  return 6;
}

// What follows a line end within a string says that the string was never closed.
bool member_follows(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t\r\n");
  if (at == std::string_view::npos) return false;
  const char c = text[at];
  if (c == '}' || c == ']') return true;
  if (c == '{') return true;
  if (c != '"') return false;
  const std::size_t end = text.substr(0, at + 80).find('"', at + 1);
  if (end == std::string_view::npos) return false;
  const std::size_t colon = text.find_first_not_of(" \t", end + 1);
  return colon != std::string_view::npos && text[colon] == ':';
}

}  // namespace

bool is_json_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == ',' || c == ';' || c == '(' ||
         c == ')' || c == '\0';
}

bool is_json_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '$' || c == '+' || c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

std::size_t skip_json_space(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    if (is_json_space(text[at])) {
      ++at;
    } else if (text[at] == '/' && at + 1 < text.size() && text[at + 1] == '/') {
      at = std::min(text.find('\n', at), text.size());
    } else {
      break;
    }
  }
  return at;
}

StringEnd json_string_rest(std::string_view text, std::size_t& at, char quote, std::size_t most,
                           std::string& out) {
  const char stops[] = {quote, '\\', '\n'};
  while (at < text.size()) {
    const std::size_t stop =
        std::min(text.find_first_of(std::string_view(stops, 3), at), text.size());
    if (out.size() < most) out += text.substr(at, std::min(stop - at, most - out.size()));
    at = stop;
    if (at >= text.size()) return StringEnd::kOpen;
    const char c = text[at];
    if (c == quote) {
      ++at;
      return StringEnd::kClosed;
    }
    if (c == '\n') {
      if (member_follows(text.substr(at + 1, 512))) {
        return StringEnd::kClosed;
      }
      if (out.size() < most) out += ' ';
      ++at;
      continue;
    }
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    if (next == 'u') {
      at += out.size() < most ? unicode_escape(text.substr(at), out) : 2;
      continue;
    }
    if (out.size() < most) {
      switch (next) {
        case 'n':
        case 'r':
        case 't':
        case 'b':
        case 'f':
          out += ' ';
          break;
        case '\0':
          break;
        default:
          out += next;
      }
    }
    at += next == '\0' ? 1 : 2;
  }
  return StringEnd::kOpen;
}

bool json_begins(std::string_view text) {
  text = text.substr(0, kProbe);
  if (text.empty() || (text[0] != '{' && text[0] != '[')) return false;
  std::size_t at = text.find_first_not_of(" \t\r\n", 1);
  if (at == std::string_view::npos) return false;
  if (text[0] == '[' && (text[at] == '{' || text[at] == '[')) {
    // Only brackets so far: what do they hold?
    return json_begins(text.substr(at));
  }
  if (text[at] == '"' || text[at] == '\'') {
    std::string scratch;
    const char quote = text[at++];
    const bool closed = json_string_rest(text, at, quote, 0, scratch) == StringEnd::kClosed;
    at = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
    if (!closed) return text[0] == '[' && text.size() == kProbe;
    if (at >= text.size()) return false;
    return text[0] == '{' ? text[at] == ':' : text[at] == ',' || text[at] == ']';
  }
  const std::size_t word = at;
  while (at < text.size() && is_json_word(text[at])) ++at;
  if (at == word) return false;
  at = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
  if (at >= text.size()) return false;
  if (text[0] == '[') return text[at] == ',' && text.find(']', at) != std::string_view::npos;
  // {name: "…"}
  at = text[at] == ':' ? text.find_first_not_of(" \t\r\n", at + 1) : std::string_view::npos;
  if (at == std::string_view::npos) return false;
  const char c = text[at];
  if (c == '"' || c == '\'' || c == '{' || c == '[') return true;
  while (at < text.size() && is_json_word(text[at])) ++at;
  return at < text.size() && (text[at] == ',' || text[at] == '}') && is_json_word(c);
}

}  // namespace hitokoe::matcher
