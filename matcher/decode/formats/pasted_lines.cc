#include "matcher/decode/formats/pasted_lines.h"

#include <algorithm>
#include <span>
#include <vector>

#include "matcher/rows/layout.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

constexpr std::string_view kDelimiters[] = {",", ";", "\t", "|", "，", "；", "、", "｜"};
constexpr std::size_t kMostHeader = 512;

// After the quoted cell that `line` begins with; 0: it begins with none.
std::size_t end_of_quoted(std::string_view line, std::string_view delimiter) {
  if (!line.starts_with('"')) return 0;
  for (std::size_t at = line.find('"', 1); at != std::string_view::npos;
       at = line.find('"', at + 1)) {
    const std::string_view rest = trimmed(line.substr(at + 1));
    if (rest.empty() || rest.starts_with(delimiter)) return at + 1;
  }
  return 0;
}

std::vector<std::string_view> cut(std::string_view line, std::string_view delimiter) {
  std::vector<std::string_view> cells;
  for (;;) {
    line = trimmed(line);
    const std::size_t at = line.find(delimiter, end_of_quoted(line, delimiter));
    std::string_view cell = trimmed(line.substr(0, at));
    if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') {
      cell = trimmed(cell.substr(1, cell.size() - 2));
    }
    cells.push_back(cell);
    if (at == std::string_view::npos) return cells;
    line.remove_prefix(at + delimiter.size());
  }
}

// At two blanks and more, of which an ideographic one counts for two.
std::vector<std::string_view> cut_at_gaps(std::string_view line) {
  constexpr std::string_view kGaps[] = {"  ", "\u3000"};
  std::vector<std::string_view> cells;
  for (line = trimmed(line); !line.empty(); line = trimmed(line)) {
    std::size_t at = line.size();
    for (const auto gap : kGaps) at = std::min(at, line.find(gap));
    cells.push_back(line.substr(0, at));
    line.remove_prefix(at);
  }
  return cells;
}

std::size_t count_of(std::string_view line, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = line.find(what); at != std::string_view::npos;
       at = line.find(what, at + what.size())) {
    ++found;
  }
  return found;
}

bool tells_who(std::string_view line) {
  return line.find('@') != std::string_view::npos ||
         std::ranges::count_if(line, [](char c) { return c >= '0' && c <= '9'; }) >= 9;
}

}  // namespace

bool is_header_line(std::string_view line) {
  if (line.size() > kMostHeader) return false;
  if (const auto cells = cut_at_gaps(line); cells.size() > 1 && !layout_of_header(cells).empty()) {
    return true;
  }
  return std::ranges::any_of(kDelimiters, [&](std::string_view delimiter) {
    if (line.find(delimiter) == std::string_view::npos) return false;
    const auto cells = cut(line, delimiter);
    return !layout_of_header(cells).empty();
  });
}

bool is_row_line(std::string_view line) {
  const std::size_t at = line.find('@');
  if (at != std::string_view::npos && line.find(':', at) != std::string_view::npos) return true;
  return tells_who(line) && std::ranges::any_of(kDelimiters, [&](std::string_view delimiter) {
           return count_of(line, delimiter) >= 2;
         });
}

bool is_label_line(std::string_view line) {
  constexpr std::size_t kMost = 48;
  if (line.size() > kMost) return false;
  std::string_view name = trimmed(line);
  for (const std::string_view colon : {":", "："}) {
    if (name.ends_with(colon)) name.remove_suffix(colon.size());
  }
  // "電話：090-…" has its value already.
  if (name.find(':') != std::string_view::npos || name.find("：") != std::string_view::npos) {
    return false;
  }
  return meaning_of(line).has_value() && !is_header_line(line);
}

namespace {

// Rows below a header line, which `cells_of` cuts. One row of two cells may be a person's own, with
// the names of both above them ("電話、メール"): as a list it has two rows or three columns.
template <class CellsOf>
bool heads_rows(std::span<const std::string_view> lines, const CellsOf& cells_of) {
  const auto header = cells_of(lines.front());
  if (header.size() < 2 || layout_of_header(header).empty()) return false;
  const auto below = lines.subspan(1);
  const auto first_other = std::ranges::find_if(
      below, [&](std::string_view line) { return cells_of(line).size() != header.size(); });
  const std::size_t wanted = header.size() > 2 ? 1 : 2;
  return static_cast<std::size_t>(first_other - below.begin()) >= wanted;
}

bool begins_with_header(std::span<const std::string_view> lines) {
  if (lines.front().size() > kMostHeader) return false;
  return heads_rows(lines, cut_at_gaps) ||
         std::ranges::any_of(kDelimiters, [&](std::string_view delimiter) {
           return heads_rows(lines, [&](std::string_view line) { return cut(line, delimiter); });
         });
}

}  // namespace

Pasted pasted_rows(std::string_view lines) {
  std::vector<std::string_view> each;
  while (!lines.empty()) {
    const std::string_view line = trimmed(lines.substr(0, lines.find('\n')));
    lines.remove_prefix(std::min(lines.size(), lines.find('\n')));
    if (!lines.empty()) lines.remove_prefix(1);
    if (!line.empty()) each.push_back(line);
  }
  if (each.size() < 2) return Pasted::kNo;
  if (begins_with_header(each)) return Pasted::kUnderHeader;
  return std::ranges::all_of(each, is_row_line) ? Pasted::kAlike : Pasted::kNo;
}

}  // namespace hitokoe::matcher
