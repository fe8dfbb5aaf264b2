#include "matcher/rows/labels.h"

#include <algorithm>

#include "matcher/rows/aligned.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kLongestLabel = 72;
constexpr std::size_t kLongestValue = 512;
constexpr std::size_t kMostLabels = 32;

// What stands between a label and its value: bytes, 0: nothing of the kind.
std::size_t colon_at(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == ':' || c == '=' || c == '\t' || c == '|') {
    return at + 1 < text.size() && c == '=' && text[at + 1] == '>' ? 2 : 1;
  }
  if (static_cast<unsigned char>(c) < 0xE2) return 0;
  switch (wide_character(text.substr(at)).point) {
    case 0xFF1A:  // ：
    case 0xFF1D:  // ＝
    case 0x3011:  // 】
    case 0xFF3D:  // ］
    case 0x2192:  // →
    case 0x2502:  // │
      return 3;
    default:
      return 0;
  }
}

// Where a label cannot reach across.
std::size_t wall_at(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == ',' || c == '/' || c == '|' || c == ';' || c == '&' || c == '\t') return 1;
  if (static_cast<unsigned char>(c) < 0xE2) return 0;
  switch (wide_character(text.substr(at)).point) {
    case 0x3001:  // 、
    case 0x3002:  // 。
    case 0xFF0C:  // ，
    case 0xFF0F:  // ／
    case 0x3010:  // 【
    case 0xFF3B:  // ［
    case 0xFF5C:  // ｜
      return 3;
    default:
      return 0;
  }
}

// False: colon_at(), wall_at() and is_gap() all find nothing here. Two bytes tell.
bool may_divide(std::string_view text, std::size_t at) {
  switch (static_cast<unsigned char>(text[at])) {
    case ':':
    case '=':
    case '\t':
    case '|':
    case ',':
    case '/':
    case ';':
    case '&':
    case ' ':
      return true;
    case 0xE2:  // → │
    case 0xE3:  // 、 。 【 】 and the wide space
    case 0xEF:  // full-width signs
      break;
    default:
      return false;
  }
  const auto next = at + 1 < text.size() ? static_cast<unsigned char>(text[at + 1]) : 0U;
  return next == 0x86 || next == 0x94 || next == 0x80 || next == 0xBC || next == 0xBD;
}

bool is_gap(std::string_view text, std::size_t at) {
  return text[at] == ' ' || text[at] == '\t' || text.substr(at).starts_with("\u3000");
}

// Of quotes and commas that stand around values in code, and of what separates one from the next.
std::string_view value_of(std::string_view text) {
  text = trimmed(text);
  constexpr std::string_view kEnds[] = {",", ";", "、", "／", "/>", "/", "|", "，", "&"};
  for (const std::string_view end : kEnds) {
    while (!text.empty() && text.back() == end.back() && text.ends_with(end)) {
      text = trimmed(text.substr(0, text.size() - end.size()));
    }
  }
  for (const char quote : {'"', '\''}) {
    if (text.size() >= 2 && text.front() == quote && text.back() == quote) {
      return trimmed(text.substr(1, text.size() - 2));
    }
  }
  if (text.starts_with("「") && text.ends_with("」"))
    return trimmed(text.substr(3, text.size() - 6));
  return text;
}

// A number ends where something else begins: "090-1234-5678 / taro@example.jp".
std::string_view number_of(std::string_view value) {
  std::size_t end = value.size();
  for (const std::string_view stop : {"/", "／", "、", ",", "&", ";", "|", "<", "\u3000"}) {
    // 1980/1/2 is one value.
    const std::size_t at = value.find(stop);
    if (at != std::string_view::npos && !(stop == "/" && at < 5)) end = std::min(end, at);
  }
  return trimmed(value.substr(0, end));
}

bool known(const NameReading& name) { return name.meaning || name.other; }

}  // namespace

void labels_in(std::string_view line, NameMemory& names, std::vector<Labelled>& out) {
  out.clear();
  std::size_t wall = 0;   // behind the last thing that a label cannot reach across
  std::size_t gap = 0;    // behind the last space
  std::size_t value = 0;  // where the value of the last label begins
  const auto begin_label = [&](std::size_t from, std::size_t colon, std::size_t size) {
    if (colon - from > kLongestLabel || out.size() >= kMostLabels) return false;
    const std::string_view label = trimmed(line.substr(from, colon - from));
    if (!may_be_name(label)) return false;
    const NameReading& name = names.read(label);
    // Of several words only a known meaning makes a label: "山田太郎 ip" is none.
    const bool words =
        label.find(' ') != std::string_view::npos || label.find("\u3000") != std::string_view::npos;
    if (!known(name) || (words && !name.meaning)) return false;
    if (!out.empty()) out.back().end = from;
    out.push_back({label, name.meaning, {}, colon + size, line.size()});
    value = colon + size;
    return true;
  };
  for (std::size_t at = 0; at < line.size() && at < 8192;) {
    if (!may_divide(line, at)) {
      ++at;
      continue;
    }
    if (const std::size_t size = colon_at(line, at)) {
      // As far back as nothing stands between, else the last word.
      const bool whole = begin_label(std::max(wall, value), at, size);
      if (!whole && gap > std::max(wall, value)) begin_label(gap, at, size);
      at += size;
      wall = std::max(wall, at);
      gap = std::max(gap, at);
      continue;
    }
    const std::size_t block = wall_at(line, at);
    if (block > 0) {
      at += block;
      wall = gap = at;
      continue;
    }
    if (is_gap(line, at)) {
      const std::size_t size = line[at] == ' ' || line[at] == '\t' ? 1 : 3;
      // "電話番号　090…": a space is enough at the beginning of a line.
      at += size;
      gap = at;
      continue;
    }
    ++at;
  }
  if (out.empty()) {
    const std::size_t first = line.find_first_not_of(" \t");
    if (first != std::string_view::npos) {
      std::size_t space = std::min(line.find(' ', first), line.find("\u3000", first));
      if (space != std::string_view::npos && space - first <= kLongestLabel) {
        const std::string_view label = line.substr(first, space - first);
        const NameReading name = may_be_name(label) ? names.read(label) : NameReading{};
        if (name.meaning) out.push_back({label, name.meaning, {}, space, line.size()});
      }
    }
  }
  for (auto& l : out) {
    const std::string_view raw = line.substr(l.begin, l.end - l.begin);
    l.value = value_of(raw);
    if (l.value.size() > kLongestValue) l.value = {};
    if (l.meaning && l.meaning->part == 0 &&
        (l.meaning->field == identity::FieldId::kPhone ||
         l.meaning->field == identity::FieldId::kPostal)) {
      l.value = number_of(l.value);
    }
  }
}

std::size_t item_mark(std::string_view line) {
  std::size_t at = 0;
  while (at < line.size() && (line[at] == ' ' || line.substr(at).starts_with("\u3000"))) {
    at += line[at] == ' ' ? 1U : 3U;
  }
  const auto starts = [&](std::string_view what) {
    return at < line.size() && line[at] == what[0] && line.substr(at).starts_with(what);
  };
  constexpr std::string_view kMarks[] = {"(", "（", "【", "[", "No.", "no.", "NO.", "#", "＃", "№"};
  bool open = false;
  for (const std::string_view mark : kMarks) {
    if (starts(mark)) {
      at += mark.size();
      open = true;
      break;
    }
  }
  if (!open && at + 3 <= line.size()) {
    const WideCharacter c = wide_character(line.substr(at));
    if (c.point >= 0x2460 && c.point <= 0x2473) return at + 3;  // ①
  }
  std::size_t digits = 0;
  while (at < line.size() && digits < 5) {
    const WideCharacter c = wide_character(line.substr(at));
    if (!(c.point >= '0' && c.point <= '9') && !(c.point >= 0xFF10 && c.point <= 0xFF19)) break;
    at += c.bytes;
    ++digits;
  }
  if (digits == 0 || digits > 4) return 0;
  for (const std::string_view end :
       {")", "）", "】", "]", ".", "．", "、", "件目", "人目", ":", "："}) {
    if (!starts(end)) continue;
    // 1.5 and 10:30 are no marks.
    const std::size_t next = at + end.size();
    if (next < line.size() && line[next] >= '0' && line[next] <= '9' && !open) return 0;
    return next;
  }
  return open && at < line.size() && (line[at] == ' ' || starts("\u3000")) ? at : 0;
}

bool is_separator(std::string_view line) {
  const std::string_view text = trimmed(line);
  if (text.size() < 3) return false;
  if (is_ruled(text)) return true;
  if (text.starts_with("-[ RECORD")) return true;
  constexpr std::string_view kMarks[] = {"***", "---",  "===", "###", "━━",
                                         "──",  "＊＊", "■■",  "◆◆"};
  for (const std::string_view mark : kMarks) {
    if (text[0] == mark[0] && text.starts_with(mark) && (text.ends_with(mark) || text.size() < 4))
      return true;
  }
  return text.starts_with("■") && text.find_first_not_of("■") == std::string_view::npos;
}

std::optional<Mailbox> mailbox_in(std::string_view text) {
  const std::size_t open = text.find('<');
  const std::size_t close = open == std::string_view::npos ? open : text.find('>', open);
  if (close == std::string_view::npos) return std::nullopt;
  const std::string_view address = trimmed(text.substr(open + 1, close - open - 1));
  if (address.find('@') == std::string_view::npos || address.find(' ') != std::string_view::npos) {
    return std::nullopt;
  }
  return Mailbox{value_of(text.substr(0, open)), address};
}

}  // namespace hitokoe::matcher
