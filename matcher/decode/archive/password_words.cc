#include <algorithm>
#include <array>

#include "matcher/decode/archive/archive_keys.h"

namespace hitokoe::matcher {

namespace {

using namespace std::literals;

// Longer ones first: "password" is no "pass" followed by "word".
constexpr std::array kLabels = {
    "passphrase"sv, "password"sv, "passcode"sv, "passwort"sv,   "passwd"sv,  "pass"sv,
    "pwd"sv,        "pw"sv,       "key"sv,      "パスワード"sv, "ﾊﾟｽﾜｰﾄﾞ"sv, "ぱすわーど"sv,
    "パス"sv,       "ﾊﾟｽ"sv,      "解凍キー"sv, "展開キー"sv,   "合言葉"sv,  "ＰＡＳＳ"sv,
    "ＰＷ"sv,       "暗証番号"sv, "キー"sv};

constexpr std::array kBetween = {
    ":"sv,  "="sv,  "："sv, "＝"sv, "->"sv, "→"sv, "⇒"sv,  "は"sv, "が"sv, "is"sv, "("sv,
    "（"sv, "「"sv, "『"sv, "["sv,  "【"sv, "]"sv, "】"sv, "）"sv, ")"sv,  " "sv,  "\t"sv,
    "　"sv, "-"sv,  "_"sv,  "\""sv, "'"sv,  "`"sv, "“"sv,  "；"sv, ";"sv,  ">"sv,  "＞"sv};

constexpr std::array kClosing = {"」"sv, "』"sv, "】"sv,   "）"sv,     "”"sv,      "。"sv,
                                 "、"sv, "　"sv, "です"sv, "でした"sv, "となり"sv, "になり"sv};

constexpr std::size_t kMostBytes = 64;

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool letter(char c) { return (small(c) >= 'a' && small(c) <= 'z'); }

// Ｐ１２３ → P123; other characters stay.
std::string half_width(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto at = [&](std::size_t k) { return static_cast<unsigned char>(text[i + k]); };
    if (i + 2 < text.size() && at(0) == 0xEF && (at(1) == 0xBC || at(1) == 0xBD)) {
      const unsigned code = 0xF000U | (at(1) & 0x3FU) << 6 | (at(2) & 0x3FU);
      if (code >= 0xFF01 && code <= 0xFF5E) {
        out += static_cast<char>(code - 0xFEE0);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

std::size_t skip_between(std::string_view text, bool& something) {
  std::size_t at = 0;
  for (bool more = true; more;) {
    more = false;
    for (const auto word : kBetween) {
      if (!text.substr(at).starts_with(word)) continue;
      // "is" is a word of its own here, not the start of "island".
      if (word == "is" && at + 2 < text.size() && letter(text[at + 2])) continue;
      at += word.size();
      more = something = true;
      break;
    }
  }
  return at;
}

void add(std::vector<std::string>& out, std::string_view word) {
  while (!word.empty() && (word.back() == ' ' || word.back() == '\r' || word.back() == '\t')) {
    word.remove_suffix(1);
  }
  if (word.empty() || word.size() > kMostBytes) return;
  if (std::ranges::find(out, word) == out.end()) out.emplace_back(word);
}

// The token at the start of `text`, and what it may be without what closes it.
void take(std::string_view text, std::vector<std::string>& out) {
  std::size_t end = text.find_first_of(" \t\r\n");
  const std::string_view whole = text.substr(0, end);
  std::size_t close = whole.size();
  for (const auto word : kClosing) close = std::min(close, whole.find(word));
  close = std::min(close, whole.find_first_of("\"'`<>"));
  std::string_view bare = whole.substr(0, close);
  add(out, bare);
  if (const auto bracket = bare.find_first_of("])}"); bracket != std::string_view::npos) {
    add(out, bare.substr(0, bracket));
  }
  while (!bare.empty() && ".,;:!?*"sv.find(bare.back()) != std::string_view::npos) {
    bare.remove_suffix(1);
    add(out, bare);
  }
  add(out, whole);
  // With spaces in it: up to what closes a quotation, or the whole.
  std::size_t quoted = text.size();
  for (const auto word : kClosing) quoted = std::min(quoted, text.find(word));
  quoted = std::min(quoted, text.find('"'));
  add(out, text.substr(0, quoted));
  add(out, text);
  for (std::size_t i = 0, n = out.size(); i < n; ++i) {
    if (auto half = half_width(out[i]); half != out[i]) add(out, half);
  }
}

}  // namespace

std::vector<std::string> passwords_in(std::string_view line, std::string_view next) {
  std::vector<std::string> out;
  std::string lower(line);
  std::ranges::transform(lower, lower.begin(), small);
  for (std::size_t at = 0; at < lower.size();) {
    const std::string_view here = std::string_view(lower).substr(at);
    const auto label = std::ranges::find_if(kLabels, [&](auto l) { return here.starts_with(l); });
    if (label == kLabels.end() || (letter(label->front()) && at > 0 && letter(lower[at - 1]))) {
      ++at;
      continue;
    }
    at += label->size();
    bool something = false;
    std::size_t value = at + skip_between(std::string_view(lower).substr(at), something);
    std::vector<std::string> found;
    if (value >= line.size()) {
      take(next.substr(skip_between(next, something)), found);
    } else if (something || !letter(line[at])) {
      take(line.substr(value), found);
      // "the password of the archive is: x", "パスワード（解凍用）は x".
      for (const auto verb : {" is "sv, " is:"sv, "は"sv, ": "sv, "："sv, "="sv}) {
        const auto is = std::string_view(lower).substr(value).find(verb);
        if (is > 60) continue;  // not there, or about something else
        std::size_t from = value + is + verb.size();
        from += skip_between(std::string_view(lower).substr(from), something);
        if (from < line.size()) take(line.substr(from), found);
      }
    }
    for (auto& word : found) add(out, word);
    at = std::max(at, value);
  }
  return out;
}

}  // namespace hitokoe::matcher
