#include "crawler/robots.h"

#include <algorithm>
#include <charconv>

namespace hitokoe::crawler {

namespace {

constexpr std::size_t kMostText = 500u << 10;
constexpr std::size_t kMostRules = 1000;
constexpr std::size_t kMostPatterns = 64u << 10;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const auto from = text.find_first_not_of(kSpace);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kSpace) - from + 1);
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// One spelling for both sides of a comparison (2.2.2): unreserved characters plain, octets outside
// ASCII and everything else that was encoded as %XX in upper case.
std::string normal(std::string_view path) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto unreserved = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
  };
  std::string out;
  out.reserve(path.size());
  const auto encode = [&](unsigned char c) {
    out += '%';
    out += kDigits[c >> 4];
    out += kDigits[c & 15];
  };
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto c = static_cast<unsigned char>(path[i]);
    if (c == '%' && i + 2 < path.size() && hex(path[i + 1]) >= 0 && hex(path[i + 2]) >= 0) {
      const auto byte = static_cast<unsigned char>(hex(path[i + 1]) * 16 + hex(path[i + 2]));
      if (unreserved(byte)) {
        out += static_cast<char>(byte);
      } else {
        encode(byte);
      }
      i += 2;
    } else if (c >= 0x80) {
      encode(c);
    } else {
      out += static_cast<char>(c);
    }
  }
  return out;
}

// `*` stands for anything, a `$` at the end for the end; otherwise a prefix is enough.
bool matches(std::string_view pattern, std::string_view path) {
  const bool whole = pattern.ends_with('$');
  if (whole) pattern.remove_suffix(1);
  bool first = true;
  for (;;) {
    const auto star = pattern.find('*');
    const auto piece = pattern.substr(0, star);
    const bool last = star == std::string_view::npos;
    if (first) {
      if (!path.starts_with(piece)) return false;
      path.remove_prefix(piece.size());
    } else if (last && whole) {
      return path.ends_with(piece);
    } else {
      const auto at = path.find(piece);
      if (at == std::string_view::npos) return false;
      path.remove_prefix(at + piece.size());
    }
    if (last) return !(whole && first) || path.empty();
    pattern.remove_prefix(star + 1);
    first = false;
  }
}

}  // namespace

std::string_view product_token(std::string_view user_agent) {
  const auto end = std::ranges::find_if_not(user_agent, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
  return user_agent.substr(0, static_cast<std::size_t>(end - user_agent.begin()));
}

Robots Robots::parse(std::string_view text, std::string_view agent) {
  text = text.substr(0, kMostText);
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  Robots named;
  Robots others;
  bool names_agent = false;     // some group does
  bool for_named = false;       // the group that is being read is for us,
  bool for_others = false;      // or for everyone
  bool reading_agents = false;  // consecutive User-agent lines share the group
  std::size_t patterns = 0;
  while (!text.empty()) {
    const auto end = text.find_first_of("\r\n");
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    line = trimmed(line.substr(0, line.find('#')));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const auto key = trimmed(line.substr(0, colon));
    const auto value = trimmed(line.substr(colon + 1));
    if (same(key, "user-agent")) {
      if (!reading_agents) for_named = for_others = false;
      reading_agents = true;
      if (value == "*") {
        for_others = true;
      } else if (same(product_token(value), agent) && !agent.empty()) {
        for_named = names_agent = true;
      }
      continue;
    }
    const bool allow = same(key, "allow");
    if (allow || same(key, "disallow")) {
      reading_agents = false;
      if (value.empty()) continue;
      for (auto* group : {for_named ? &named : nullptr, for_others ? &others : nullptr}) {
        if (group == nullptr || group->rules_.size() >= kMostRules) continue;
        auto pattern = normal(value);
        patterns += pattern.size();
        if (patterns > kMostPatterns) break;
        group->rules_.push_back({allow, std::move(pattern)});
      }
    } else if (same(key, "crawl-delay")) {
      reading_agents = false;
      double seconds = 0;
      const auto [stop, error] =
          std::from_chars(value.data(), value.data() + value.size(), seconds);
      if (error != std::errc{} || !(seconds >= 0) || seconds > 1e6) continue;
      const auto delay =
          std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
      if (for_named) named.crawl_delay_ = delay;
      if (for_others) others.crawl_delay_ = delay;
    }
  }
  return names_agent ? named : others;
}

Robots Robots::refuse_all() {
  Robots out;
  out.rules_.push_back({false, "/"});
  return out;
}

bool Robots::allows(std::string_view target) const {
  if (target == "/robots.txt") return true;
  const auto path = normal(target);
  bool allowed = true;
  std::size_t longest = 0;
  for (const auto& rule : rules_) {
    const auto length = rule.pattern.size();
    if (length < longest || (length == longest && (allowed || !rule.allow))) continue;
    if (!matches(rule.pattern, path)) continue;
    longest = length;
    allowed = rule.allow;
  }
  return allowed;
}

}  // namespace hitokoe::crawler
