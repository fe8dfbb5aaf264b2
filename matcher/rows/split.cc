#include "matcher/rows/split.h"

#include <algorithm>
#include <cstring>

namespace hitokoe::matcher {

namespace {

constexpr std::string_view kWideSpace = "\u3000";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\0' || c == '\v' || c == '\f'; }

// Where a quoted cell that opens at `from` closes: the quote that a delimiter, a line end or the
// end of the text follows. npos: it does not within the text.
std::size_t closing_quote(std::string_view text, std::size_t from, char delimiter, bool last) {
  for (std::size_t i = from + 1; i < text.size(); ++i) {
    if (text[i] != '"') continue;
    if (i + 1 == text.size()) return last ? i : std::string_view::npos;
    const char next = text[i + 1];
    if (next == '"') {
      ++i;
      continue;
    }
    if (next == delimiter || next == '\n' || next == '\r') return i;
    // A quote in the middle of a cell: text that was not escaped. Go on.
  }
  return std::string_view::npos;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  for (;;) {
    if (!text.empty() && is_space(text.front())) {
      text.remove_prefix(1);
    } else if (text.starts_with(kWideSpace)) {
      text.remove_prefix(kWideSpace.size());
    } else {
      break;
    }
  }
  for (;;) {
    if (!text.empty() && is_space(text.back())) {
      text.remove_suffix(1);
    } else if (text.ends_with(kWideSpace)) {
      text.remove_suffix(kWideSpace.size());
    } else {
      break;
    }
  }
  return text;
}

LineEnd line_end(std::string_view text, bool last) {
  const std::string_view head = text.substr(0, kMostRow);
  const std::size_t at = head.find_first_of("\n\r");
  if (at == std::string_view::npos) {
    // A character is not cut in two.
    std::size_t cut = head.size();
    if (text.size() > kMostRow) {
      while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
      if (cut == 0) cut = head.size();
    }
    if (last || text.size() > kMostRow) return {cut, cut};
    return {};
  }
  if (head[at] == '\n') return {at, at + 1};
  if (at + 1 < text.size()) return {at, text[at + 1] == '\n' ? at + 2 : at + 1};
  return last ? LineEnd{at, at + 1} : LineEnd{};
}

bool split_row(std::string_view text, char delimiter, bool last, SplitRow& row) {
  row.cells.clear();
  row.unquoted.clear();
  const bool whole = last || text.size() > kMostRow;
  const bool ends = last && text.size() <= kMostRow;
  const std::string_view head = text.substr(0, std::min(text.size(), kMostRow));
  row.unquoted.reserve(head.size());  // views into it must not move
  std::size_t at = 0;
  for (;;) {
    // At the beginning of a cell; spaces before a quote are usual.
    std::size_t open = at;
    while (open < head.size() && head[open] == ' ') ++open;
    std::size_t end = std::string_view::npos;
    std::string_view cell;
    if (open < head.size() && head[open] == '"') {
      const std::size_t close = closing_quote(head, open, delimiter, ends);
      if (close != std::string_view::npos) {
        cell = head.substr(open + 1, close - open - 1);
        if (cell.find('"') != std::string_view::npos) {
          const std::size_t begin = row.unquoted.size();
          for (std::size_t i = 0; i < cell.size(); ++i) {
            row.unquoted += cell[i];
            if (cell[i] == '"' && i + 1 < cell.size() && cell[i + 1] == '"') ++i;
          }
          cell = std::string_view(row.unquoted).substr(begin);
        }
        end = close + 1;
      } else if (!whole) {
        return false;
      }
    }
    if (end == std::string_view::npos) {
      end = at;
      while (end < head.size() && head[end] != delimiter && head[end] != '\n' &&
             head[end] != '\r') {
        ++end;
      }
      cell = head.substr(at, end - at);
    }
    if (row.cells.size() < kMostCells) row.cells.push_back(trimmed(cell));
    if (end >= head.size()) {
      if (!whole) return false;
      row.length = head.size();
      return true;
    }
    if (head[end] == delimiter) {
      at = end + 1;
      continue;
    }
    if (head[end] == '\n') {
      row.length = end + 1;
      return true;
    }
    if (end + 1 < text.size()) {
      row.length = text[end + 1] == '\n' ? end + 2 : end + 1;
      return true;
    }
    if (!last) return false;
    row.length = end + 1;
    return true;
  }
}

}  // namespace hitokoe::matcher
