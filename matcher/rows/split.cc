#include "matcher/rows/split.h"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace hitokoe::matcher {

namespace {

constexpr std::string_view kWideSpace = "\u3000";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\0' || c == '\v' || c == '\f'; }

// The first a, LF or CR from `at` on; text.size(): none. Cells are short: 16 bytes at a time.
std::size_t find_stop(std::string_view text, std::size_t at, char a) {
#if defined(__SSE2__)
  const __m128i want = _mm_set1_epi8(a);
  const __m128i lf = _mm_set1_epi8('\n');
  const __m128i cr = _mm_set1_epi8('\r');
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i hit =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, want),
                     _mm_or_si128(_mm_cmpeq_epi8(bytes, lf), _mm_cmpeq_epi8(bytes, cr)));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hit));
    if (mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
  }
#endif
  while (at < text.size() && text[at] != a && text[at] != '\n' && text[at] != '\r') ++at;
  return at;
}

// Where a cell that opens at `from` closes as nearly all do: no line end or other quote in it, and
// the delimiter or a line end right behind it. 0: it is not so simple.
std::size_t plain_close(const Dialect& dialect, std::string_view text, std::size_t from) {
  const std::size_t at = find_stop(text, from + 1, dialect.quote);
  if (at + 1 >= text.size() || at - from >= kMostQuoted || text[at] != dialect.quote) return 0;
  if (dialect.backslash && text[at - 1] == '\\') return 0;
  const char next = text[at + 1];
  const bool ends = next == '\n' || (dialect.delimiter.size() == 1 && next == dialect.delimiter[0]);
  return ends ? at : 0;
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
  const std::size_t at = find_stop(head, 0, '\n');
  if (at == head.size()) {
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

WideCharacter wide_character(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) & 0x3FU : 0U;
  };
  const auto most = [&](std::size_t n) {
    return static_cast<std::uint8_t>(std::min(n, text.size()));
  };
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1, 1};
  WideCharacter c;
  if (lead >= 0xF0) {
    c = {((lead & 7U) << 18) | (byte(1) << 12) | (byte(2) << 6) | byte(3), most(4), 2};
  } else if (lead >= 0xE0) {
    c = {((lead & 15U) << 12) | (byte(1) << 6) | byte(2), most(3), 2};
  } else {
    c = {((lead & 31U) << 6) | byte(1), most(2), 1};
  }
  if (c.point < 0x1100) {
    c.columns = c.point >= 0x300 && c.point <= 0x36F ? 0 : 1;
  } else if ((c.point >= 0xFF61 && c.point <= 0xFFDC) || c.point == 0xFFFD) {
    c.columns = 1;
  } else if ((c.point >= 0xFE00 && c.point <= 0xFE0F) || c.point == 0x200B || c.point == 0xFEFF ||
             c.point == 0x3099 || c.point == 0x309A || (c.point >= 0xE0100 && c.point <= 0xE01EF)) {
    c.columns = 0;
  }
  return c;
}

bool Splitter::split(std::string_view text, std::uint64_t offset, bool last, SplitRow& row,
                     bool one_line) {
  row.cells.clear();
  row.unquoted.clear();
  row.several_lines = false;
  if (one_line && dialect_.cut == Dialect::Cut::kDelimiter) {
    const LineEnd line = line_end(text, last);
    if (line.length == std::string_view::npos) return false;
    return split_delimited(text.substr(0, line.length), offset, true, row);
  }
  return dialect_.cut == Dialect::Cut::kDelimiter ? split_delimited(text, offset, last, row)
                                                  : split_line(text, last, row);
}

bool Splitter::split_line(std::string_view text, bool last, SplitRow& row) const {
  const LineEnd end = line_end(text, last);
  if (end.length == std::string_view::npos) return false;
  row.length = end.length;
  std::string_view line = text.substr(0, end.content);
  if (dialect_.width != 0) {
    std::size_t bytes = 0, columns = 0;
    while (bytes < line.size() && columns < dialect_.width) {
      const WideCharacter c = wide_character(line.substr(bytes));
      columns += c.columns;
      bytes += c.bytes;
    }
    if (bytes < line.size()) {
      line = line.substr(0, bytes);
      row.length = bytes;
    }
  }
  const auto put = [&](std::size_t from, std::size_t to) {
    if (row.cells.size() < kMostCells) row.cells.push_back(trimmed(line.substr(from, to - from)));
  };
  std::size_t column = 0, from = 0, blanks = 0;
  std::size_t next = 1;  // of the stops
  bool begun = false;
  for (std::size_t i = 0; i < line.size();) {
    const WideCharacter c = wide_character(line.substr(i));
    if (dialect_.cut == Dialect::Cut::kStops) {
      while (next < dialect_.stops.size() && column >= dialect_.stops[next]) {
        put(from, i);
        from = i;
        ++next;
      }
    } else {
      const bool blank = c.point == ' ' || c.point == '\t' || c.point == 0x3000;
      if (!blank && begun && blanks >= dialect_.spaces) {
        put(from, i);
        from = i;
      }
      if (!blank && !begun) from = i;
      begun = begun || !blank;
      // A tab or an ideographic space is gap enough.
      blanks = !blank ? 0 : blanks + (c.point == ' ' ? 1 : 2);
    }
    column += c.columns;
    i += c.bytes;
  }
  put(from, line.size());
  if (dialect_.cut == Dialect::Cut::kStops) {
    // A line may end before its last columns.
    while (row.cells.size() < std::min(dialect_.stops.size(), kMostCells)) row.cells.emplace_back();
  }
  return true;
}

// A quote at `at` ends its cell when a delimiter or the line's end follows, spaces between or not.
bool Splitter::ends_cell(std::string_view text, std::size_t at, bool last) const {
  std::size_t next = at + 1;
  while (next < text.size() && text[next] == ' ' && next - at < 8) ++next;
  if (next >= text.size()) return last;
  return text[next] == '\n' || text[next] == '\r' ||
         text.substr(next).starts_with(dialect_.delimiter) ||
         text.substr(at + 1).starts_with(dialect_.delimiter);
}

// Where a quoted cell that opens at `from` closes; npos: it does not.
std::size_t Splitter::closing_quote(std::string_view text, std::size_t from, std::uint64_t offset,
                                    bool last) {
  const std::string_view head = text.substr(0, from + kMostQuoted);
  const bool ends = last && head.size() == text.size();
  std::size_t i = from + 1;
  if (none_before_ > offset + i) i = static_cast<std::size_t>(none_before_ - offset);
  while (i < head.size()) {
    const void* hit = std::memchr(head.data() + i, dialect_.quote, head.size() - i);
    if (hit == nullptr) break;
    i = static_cast<std::size_t>(static_cast<const char*>(hit) - head.data());
    if (i + 1 < text.size() && text[i + 1] == dialect_.quote) {
      // Doubled, unless the cell is empty and ends here.
      i += 2;
      continue;
    }
    const bool escaped = dialect_.backslash && text[i - 1] == '\\';
    if (!escaped && ends_cell(text, i, ends)) return i;
    ++i;  // a quote in the middle of a cell: text that was not escaped
  }
  none_before_ = std::max(none_before_, offset + head.size());
  return std::string_view::npos;
}

// "" → ", and \" → ".
std::string_view Splitter::unescaped(std::string_view cell, SplitRow& row) const {
  if (cell.find(dialect_.quote) == std::string_view::npos) return cell;
  if (row.unquoted.capacity() < kMostRow) row.unquoted.reserve(kMostRow);  // views must not move
  const std::size_t begin = row.unquoted.size();
  for (std::size_t i = 0; i < cell.size(); ++i) {
    const char next = i + 1 < cell.size() ? cell[i + 1] : '\0';
    if (cell[i] == '\\' && next == dialect_.quote && dialect_.backslash) continue;
    row.unquoted += cell[i];
    if (cell[i] == dialect_.quote && next == dialect_.quote) ++i;
  }
  return std::string_view(row.unquoted).substr(begin);
}

bool Splitter::split_delimited(std::string_view text, std::uint64_t offset, bool last,
                               SplitRow& row) {
  const bool whole = last || text.size() > kMostRow;
  const bool ends = last && text.size() <= kMostRow;
  const std::string_view head = text.substr(0, std::min(text.size(), kMostRow));
  const std::string& delimiter = dialect_.delimiter;
  const char first = delimiter[0];
  std::size_t at = 0;
  for (;;) {
    // At the beginning of a cell; spaces before a quote are usual.
    std::size_t open = at;
    while (open < head.size() && head[open] == ' ') ++open;
    std::size_t end = std::string_view::npos;
    std::string_view cell;
    if (dialect_.quote != '\0' && open < head.size() && head[open] == dialect_.quote) {
      // Where a quote was looked for in vain, that counts.
      const bool anew = none_before_ <= offset + open + 1;
      if (const std::size_t plain = anew ? plain_close(dialect_, head, open) : 0; plain != 0) {
        cell = head.substr(open + 1, plain - open - 1);
        end = plain + 1;
      } else if (const std::size_t close = closing_quote(head, open, offset, ends);
                 close != std::string_view::npos) {
        const std::string_view inside = head.substr(open + 1, close - open - 1);
        row.several_lines = row.several_lines || find_stop(inside, 0, '\n') != inside.size();
        cell = unescaped(inside, row);
        end = close + 1;
        while (end < head.size() && head[end] == ' ' && !head.substr(end).starts_with(delimiter)) {
          ++end;
        }
      } else if (!whole) {
        return false;
      }
    }
    if (end == std::string_view::npos) {
      end = find_stop(head, at, first);
      while (delimiter.size() > 1 && end < head.size() && head[end] == first &&
             !head.substr(end).starts_with(delimiter)) {
        end = find_stop(head, end + 1, first);
      }
      cell = head.substr(at, end - at);
    }
    if (row.cells.size() < kMostCells) row.cells.push_back(trimmed(cell));
    if (end >= head.size()) {
      if (!whole) return false;
      row.length = head.size();
      return true;
    }
    if (head.substr(end).starts_with(delimiter)) {
      at = end + delimiter.size();
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
