#include "matcher/rows/table_finder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

#include "matcher/rows/aligned.h"
#include "matcher/rows/board_tags.h"
#include "matcher/rows/cell_shape.h"
#include "matcher/rows/labels.h"

namespace hitokoe::matcher {

namespace {

using identity::FieldId;

constexpr std::size_t kSampleRows = 24;
constexpr std::size_t kOpenQuotes = 64;     // lines with an open quote that are let pass
constexpr std::size_t kShortestQuiet = 12;  // lines
constexpr std::size_t kLongestQuiet = 192;
constexpr std::size_t kLongestLine = 4096;  // of a table that is aligned

// The longer ones stand before those that they hold.
constexpr std::string_view kDelimiters[] = {
    ",",    "\t",   ";;",   ";",  "----", "---",      "||", "|",  "\x01", "\x1f", "\x02",    "␟",
    "│",    "┃",    "¦",    "<>", "<->",  "=>",       "->", "::", " - ",  " / ",  "^^",      "^",
    "~~",   "~",    "##",   "#",  "@@",   "$$",       "%%", "：", ":",    "，",   "、",      "；",
    "｜",   "／",   "//",   "--", "&&",   "&",        "==", "=",  "!",    "*",    "\" - \"", "・",
    "\x1e", "\x07", "\x03", "§",  "¶",    "\xC2\xB7", "★",  "●",  "→",    "◆"};

// Identifiers count for nothing, unless a carrier's pattern tells them: what is a number and
// nothing else may be one.
std::size_t own_fields(const Layout& layout) {
  std::uint64_t seen = 0;
  for (const auto& c : layout.columns) {
    if (c.meaning.field == FieldId::kRef || c.meaning.field == FieldId::kContract) continue;
    seen |= std::uint64_t{1} << static_cast<unsigned>(c.meaning.field);
  }
  return static_cast<std::size_t>(std::popcount(seen)) + (layout.own_numbers ? 1 : 0);
}

// A cell that a row without a header is known by.
bool shows_a_table(std::string_view raw) {
  const std::string_view cell = clean(raw);
  if (cell.size() < 6 || cell.size() > 512) return false;
  if (plain_field(cell)) return true;
  const CellShape s = shape_of(cell);
  if (s.kana_only() && s.chars <= 20) return true;
  if (s.digits >= 6 && s.letters <= 3 && !s.japanese() && s.digits * 2 >= s.chars) return true;
  return is_prefecture(cell) || (s.japanese() && s.digits >= 4);
}

bool is_blank(std::string_view line) { return trimmed(line).empty(); }

// As the reader of rows will see it.
std::string_view within_tags(std::string_view line) {
  return may_have_board_tags(trimmed(line)) ? without_board_tags(line) : line;
}

// How often each byte stands in a line: counted once for all that is asked of it.
class ByteCounts {
 public:
  explicit ByteCounts(std::string_view line) {
    for (const char c : line) ++counts_[static_cast<unsigned char>(c)];
  }
  std::uint32_t of(char c) const { return counts_[static_cast<unsigned char>(c)]; }
  std::uint32_t digits() const {
    return std::accumulate(counts_.begin() + '0', counts_.begin() + '9' + 1, 0U);
  }
  bool ascii() const {
    return std::all_of(counts_.begin() + 0x80, counts_.end(), [](auto n) { return n == 0; });
  }

 private:
  std::array<std::uint32_t, 256> counts_{};
};

std::uint64_t likeness(const ByteCounts& bytes) {
  // How often the usual marks stand in it.
  std::uint64_t like = 1469598103934665603ULL;
  for (const char mark : std::string_view(",\t;|: -=@")) {
    like = (like ^ std::uint64_t{bytes.of(mark)}) * 1099511628211ULL;
  }
  return like;
}

// A line without other quotes than '"' is cut the same whatever stands around it.
bool plain_quotes(std::string_view line, const ByteCounts& bytes) {
  return bytes.of('\\') == 0 && (bytes.of('\'') == 0 || !trimmed(line).starts_with('\''));
}

// False: no cell of the line shows_a_table(), which each asks for one of these.
bool may_tell(const ByteCounts& bytes) {
  return bytes.of('@') > 0 || bytes.of('"') > 0 || bytes.digits() >= 6 || !bytes.ascii();
}

// Single quotes around cells, backslashes before quotes.
Dialect quotes_of(Dialect dialect, std::string_view ahead, std::string_view line) {
  if (dialect.cut != Dialect::Cut::kDelimiter) return dialect;
  const std::string_view start = trimmed(line);
  if (start.starts_with('\'') && start.find("'" + dialect.delimiter) != std::string_view::npos) {
    dialect.quote = '\'';
  }
  const char escaped[] = {'\\', dialect.quote};
  const char doubled[] = {dialect.quote, dialect.quote};
  dialect.backslash = ahead.find(std::string_view(escaped, 2)) != std::string_view::npos &&
                      ahead.find(std::string_view(doubled, 2)) == std::string_view::npos;
  return dialect;
}

// Rows that are as wide as the first; ruled and blank lines do not count, and a few others are let
// pass. Empty: too few are.
std::vector<CellRow> sample_rows(std::string_view ahead, bool ends, const Dialect& dialect,
                                 std::size_t width) {
  std::vector<CellRow> rows;
  Splitter splitter(dialect);
  SplitRow row;
  std::size_t at = 0, others = 0;
  while (rows.size() < kSampleRows && at < ahead.size()) {
    const LineEnd line = line_end(ahead.substr(at), ends);
    if (line.length == std::string_view::npos) break;
    const std::string_view content = ahead.substr(at, line.content);
    const std::string_view inside = within_tags(content);
    if (is_blank(inside) || is_ruled(inside)) {
      at += line.length;
      continue;
    }
    at += static_cast<std::size_t>(inside.data() - content.data());
    if (!splitter.split(ahead.substr(at), at, ends, row)) break;
    if (row.several_lines && width != 0 && row.cells.size() != width) {
      if (!splitter.split(ahead.substr(at), at, ends, row, true)) break;
    }
    at += row.length;
    if (width == 0) width = row.cells.size();
    if (row.cells.size() != width) {
      if (++others > 2 + rows.size() / 2) break;
      continue;
    }
    if (!row.cells.empty()) row.cells.back() = trimmed(within_tags(row.cells.back()));
    rows.emplace_back(row.cells.begin(), row.cells.end());
  }
  return rows;
}

std::vector<std::string_view> sample_lines(std::string_view ahead, bool ends) {
  std::vector<std::string_view> lines;
  std::size_t at = 0;
  while (lines.size() < kSampleRows && at < ahead.size()) {
    const LineEnd line = line_end(ahead.substr(at), ends);
    if (line.length == std::string_view::npos) break;
    const std::string_view whole = ahead.substr(at, line.content);
    const std::string_view content = within_tags(whole);
    at += line.length;
    if (content.size() > kLongestLine) break;
    if (is_blank(content)) {
      if (content.size() != whole.size()) continue;
      if (lines.empty()) continue;
      break;
    }
    if (!is_ruled(content)) lines.push_back(content);
  }
  return lines;
}

void put_candidates(std::string_view line, const ByteCounts& bytes, std::vector<Dialect>& out) {
  out.clear();
  const auto stands = [&](std::string_view delimiter) {
    return std::ranges::all_of(delimiter, [&](char c) { return bytes.of(c) > 0; });
  };
  for (const auto delimiter : kDelimiters) {
    if (!stands(delimiter)) continue;
    if (delimiter.size() > 1 && line.find(delimiter) == std::string_view::npos) continue;
    Dialect d;
    d.delimiter = delimiter;
    out.push_back(std::move(d));
  }
  const bool wide = stands("\u3000") && line.find("\u3000") != std::string_view::npos;
  if (wide || bytes.of(' ') > 0) {
    Dialect d;
    d.cut = Dialect::Cut::kSpaces;
    if (wide || line.find("  ") != std::string_view::npos) out.push_back(d);
    d.spaces = 1;
    out.push_back(std::move(d));
  }
}

bool enough(const Layout& layout, std::size_t rows, const Dialect& dialect) {
  const std::size_t fields = own_fields(layout);
  if (rows >= 3 && fields >= 2) return true;
  // One line of words may be a sentence with an address in it.
  if (fields >= 3) return rows >= 2 || dialect.cut != Dialect::Cut::kSpaces;
  if (rows == 2 && fields >= 2) return dialect.cut == Dialect::Cut::kDelimiter;
  if (rows < 4 || fields != 1 || dialect.cut != Dialect::Cut::kDelimiter) return false;
  // mail:password
  return layout.own_numbers || std::ranges::any_of(layout.columns, [](const Layout::Column& c) {
           return c.meaning.field == FieldId::kEmail || c.meaning.field == FieldId::kPhone;
         });
}

}  // namespace

bool TableFinder::telling(std::string_view cell) const {
  return shows_a_table(cell) || !numbers_.fields_of(clean(cell)).empty();
}

bool TableFinder::known_name(std::string_view cell) {
  return may_be_name(cell) && names_.read(cell).meaning.has_value();
}

// What layout_of_header() asks for at least, from memory.
bool TableFinder::may_be_header(std::span<const std::string_view> cells) {
  std::size_t known = 0, open = 0;
  for (const auto cell : cells) {
    if (looks_like_data(cell)) return false;
    const NameReading& name = names_.read(cell);
    known += name.meaning.has_value() ? 1U : 0U;
    open += !name.meaning && !name.other ? 1U : 0U;
  }
  return known >= 2 || (known == 1 && open == 0);
}

std::optional<FoundTable> TableFinder::with_header(std::string_view ahead, std::string_view line,
                                                   bool ends) {
  if (line.size() > kMostRow / 2) return std::nullopt;
  std::optional<FoundTable> best;
  SplitRow row;
  for (const Dialect& candidate : candidates_) {
    Splitter first(candidate);
    if (!first.split(ahead, 0, ends, row, one_line_) || row.cells.size() < 2) continue;
    if (plain_ && !may_be_header(row.cells)) continue;
    if (std::ranges::none_of(row.cells, [&](std::string_view c) { return known_name(c); })) {
      continue;
    }
    const Dialect dialect = quotes_of(candidate, ahead, line);
    if (dialect != candidate) Splitter(dialect).split(ahead, 0, ends, row, one_line_);
    Layout header = layout_of_header(row.cells);
    if (header.empty() || (best && best->layout.columns.size() >= header.columns.size())) continue;
    // A sentence with two such words is no header: its other words say nothing.
    if (dialect.cut == Dialect::Cut::kSpaces && header.columns.size() * 2 < header.cells) continue;
    best = FoundTable{dialect, std::move(header), row.length, false};
  }
  if (!best) return std::nullopt;
  const std::string_view below = ahead.substr(std::min(best->header, ahead.size()));
  auto rows = sample_rows(below, ends, best->dialect, best->layout.cells);
  if (best->dialect.cut == Dialect::Cut::kSpaces) {
    // Cells that are empty or have spaces in them: perhaps the columns stand below each other.
    auto lines = sample_lines(below, ends);
    if (!lines.empty()) {
      lines.insert(lines.begin(), line);
      Dialect stops;
      stops.cut = Dialect::Cut::kStops;
      stops.stops = aligned_stops(lines);
      if (stops.stops.size() >= 2 && Splitter(stops).split(ahead, 0, ends, row)) {
        // What has no name belongs to the column before: 山田 太郎.
        for (std::size_t i = std::min(row.cells.size(), stops.stops.size()); i-- > 1;) {
          if (row.cells[i].empty()) {
            stops.stops.erase(stops.stops.begin() + static_cast<std::ptrdiff_t>(i));
          }
        }
        Splitter(stops).split(ahead, 0, ends, row);
        Layout header = layout_of_header(row.cells);
        auto stood = sample_rows(below, ends, stops, header.cells);
        if (header.columns.size() >= best->layout.columns.size() && stood.size() >= rows.size()) {
          best->dialect = std::move(stops);
          best->layout = std::move(header);
          rows = std::move(stood);
        }
      }
    }
  }
  complete_layout(best->layout, rows, numbers_);
  return best;
}

std::optional<FoundTable> TableFinder::headless(std::string_view ahead, std::string_view line,
                                                bool ends, std::size_t least_rows) {
  std::optional<FoundTable> best;
  std::size_t most = 0;
  SplitRow row;
  for (const Dialect& candidate : candidates_) {
    Splitter first(candidate);
    if (!first.split(ahead, 0, ends, row, one_line_) || row.cells.size() < 2) continue;
    if (plain_ && known_name(row.cells[0])) continue;
    if (std::ranges::none_of(row.cells, [&](std::string_view c) { return telling(c); })) continue;
    const Dialect dialect = quotes_of(candidate, ahead, line);
    if (dialect != candidate) Splitter(dialect).split(ahead, 0, ends, row, one_line_);
    if (known_name(row.cells[0])) continue;  // 電話番号: 090…
    looked_ = true;
    const auto rows = sample_rows(ahead, ends, dialect, row.cells.size());
    Layout layout = layout_of_rows(rows, 1, numbers_);
    if (rows.size() < least_rows || layout.columns.empty()) continue;
    if (!enough(layout, rows.size(), dialect)) continue;
    const std::size_t fields = own_fields(layout) * 64 + rows.size();
    if (fields <= most) continue;
    most = fields;
    best = FoundTable{dialect, std::move(layout), 0, false};
  }
  return best;
}

std::optional<FoundTable> TableFinder::aligned(std::string_view ahead, std::string_view line,
                                               bool ends) {
  if (line.size() < 16 || line.size() > kLongestLine) return std::nullopt;
  auto lines = sample_lines(ahead, ends);
  if (lines.size() < 4) return std::nullopt;
  std::optional<FoundTable> best;
  std::size_t most = 1;
  for (const bool packed : {false, true}) {
    Dialect dialect;
    dialect.cut = Dialect::Cut::kStops;
    dialect.stops = packed ? packed_stops(lines) : aligned_stops(lines);
    if (dialect.stops.size() < 2) continue;
    const auto rows = sample_rows(ahead, ends, dialect, dialect.stops.size());
    if (rows.size() < 4) continue;
    Layout layout = layout_of_rows(rows, 2, numbers_);
    if (own_fields(layout) <= most) continue;
    most = own_fields(layout);
    best = FoundTable{std::move(dialect), std::move(layout), 0, false};
  }
  return best;
}

std::optional<FoundTable> TableFinder::find(std::string_view text, bool last, bool in_table) {
  const bool ends = last && text.size() <= kSampleBytes;
  const std::string_view ahead = text.substr(0, kSampleBytes);
  const LineEnd end = line_end(ahead, ends);
  const std::string_view line = ahead.substr(0, std::min(end.content, ahead.size()));
  if (auto bank = bank_file_at(ahead)) {
    return FoundTable{std::move(bank->dialect), std::move(bank->layout), 0, true};
  }
  // A quote that stays open is looked for far ahead; where that was in vain it is not at once done
  // again.
  const ByteCounts bytes(line);
  const bool open = bytes.of('"') % 2 != 0;
  one_line_ = !open || open_quotes_ > 0;
  if (open) open_quotes_ = open_quotes_ > 0 ? open_quotes_ - 1 : kOpenQuotes;
  put_candidates(line, bytes, candidates_);
  plain_ = plain_quotes(line, bytes);
  if (auto found = with_header(ahead, line, ends)) return found;
  const std::uint64_t like = likeness(bytes);
  Quiet& quiet = quiet_[(like ^ (like >> 32)) % quiet_.size()];
  if (quiet.lines > 0 && like == quiet.like) {
    --quiet.lines;
    return std::nullopt;
  }
  looked_ = false;
  std::optional<FoundTable> found;
  if (!numbers_.empty() || may_tell(bytes)) found = headless(ahead, line, ends, in_table ? 3 : 1);
  const bool gaps =
      line.find("  ") != std::string_view::npos || line.find("\u3000") != std::string_view::npos;
  const bool dense = bytes.of(' ') == 0 && line.size() >= 24;
  const bool numbers = bytes.digits() >= 6;
  if (((gaps || dense) && numbers) || found) {
    const bool spaces = found && found->dialect.cut == Dialect::Cut::kSpaces;
    std::vector<Labelled> labels;
    labels_in(line, names_, labels);
    if ((!found || spaces) && labels.empty()) {
      looked_ = true;
      auto by_stops = aligned(ahead, line, ends);
      if (by_stops && (!found || own_fields(by_stops->layout) > own_fields(found->layout))) {
        found = std::move(by_stops);
      }
    }
  }
  if (found) {
    // "2026-01-02 user=a@b.jp tel=0901…": a line of labels, not of cells.
    std::vector<Labelled> labels;
    labels_in(line, names_, labels);
    if (std::ranges::count_if(labels, [](const Labelled& l) { return l.meaning.has_value(); }) >=
        2) {
      found.reset();
    }
  }
  if (!found && looked_) {
    // Twice as long each time that the same comes to nothing.
    quiet.length = like == quiet.like ? std::min(2 * quiet.length, kLongestQuiet) : kShortestQuiet;
    quiet.like = like;
    quiet.lines = quiet.length;
  }
  return found;
}

}  // namespace hitokoe::matcher
