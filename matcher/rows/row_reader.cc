// The text is read line by line with a fixed look-ahead: no decision is made before that much text
// is there (or the end), so that the pieces in which it came do not matter.
#include "matcher/rows/row_reader.h"

#include <algorithm>
#include <string>
#include <vector>

#include "matcher/rows/cell_table.h"
#include "matcher/rows/layout.h"
#include "matcher/rows/prose.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

// One row more than the longest, so that a row's end is always seen.
constexpr std::size_t kLookAhead = kMostRow + 4096;
constexpr std::size_t kSampleRows = 24;
constexpr std::size_t kSampleBytes = 16U << 10;
constexpr int kMostMisses = 8;  // lines that do not fit, before a table has ended

constexpr char kDelimiters[] = {',', '\t', ';', '|'};

bool blank(std::string_view line) { return trimmed(line).empty(); }

}  // namespace

struct RowReader::State {
  OnRow on_row;
  std::string text;
  std::size_t at = 0;
  CellTable table;
  bool in_table = false;
  char delimiter = 0;
  int misses = 0;
  SplitRow row;
  Prose prose;

  explicit State(OnRow f) : on_row(f), table(f), prose(std::move(f)) {}

  std::string_view rest() const { return std::string_view(text).substr(at); }
  Result<void> run(bool last);
  Result<void> step(bool last);
  Result<bool> table_row(bool last);
  bool find_table(bool last);
  Layout headless(char by, bool last);
};

// The rows that follow, when they are of one width and their cells are of known kinds.
Layout RowReader::State::headless(char by, bool last) {
  const std::string_view ahead = rest().substr(0, kSampleBytes);
  const bool ends = last && rest().size() <= kSampleBytes;
  std::vector<std::vector<std::string>> rows;
  std::size_t from = 0;
  while (rows.size() < kSampleRows && from < ahead.size()) {
    SplitRow sample;
    if (!split_row(ahead.substr(from), by, ends, sample)) break;
    if (sample.cells.size() < 2) break;
    if (!rows.empty() && sample.cells.size() != rows[0].size()) break;
    rows.emplace_back(sample.cells.begin(), sample.cells.end());
    from += sample.length;
  }
  if (rows.empty()) return {};
  // A single line has to prove more.
  return layout_of_rows(rows, rows.size() >= 3 ? 2 : 3);
}

bool RowReader::State::find_table(bool last) {
  const LineEnd line = line_end(rest(), last);
  const std::string_view content = rest().substr(0, line.content);
  for (const char by : kDelimiters) {
    if (content.find(by) == std::string_view::npos) continue;
    if (!split_row(rest(), by, last, row)) continue;
    if (row.cells.size() < 2) continue;
    Layout header = layout_of_header(row.cells);
    if (!header.empty()) {
      table.begin(std::move(header));
      at += row.length;
      delimiter = by;
      misses = 0;
      in_table = true;
      return true;
    }
  }
  for (const char by : kDelimiters) {
    if (content.find(by) == std::string_view::npos) continue;
    Layout found = headless(by, last);
    if (!found.empty()) {
      table.begin(std::move(found));
      delimiter = by;
      misses = 0;
      in_table = true;
      return true;
    }
  }
  return false;
}

// False: the line does not fit the table; nothing was consumed.
Result<bool> RowReader::State::table_row(bool last) {
  split_row(rest(), delimiter, last, row);
  TRY(const bool fits, table.fitting_row(row.cells));
  if (!fits) return false;
  misses = 0;
  at += row.length;
  return true;
}

Result<void> RowReader::State::step(bool last) {
  const LineEnd line = line_end(rest(), last);
  const std::string_view content = rest().substr(0, line.content);
  if (blank(content)) {
    at += line.length;
    if (in_table) return ok();
    return prose.blank_line();
  }
  if (in_table) {
    TRY(const bool fits, table_row(last));
    if (fits) return ok();
    if (++misses > kMostMisses) in_table = false;
  }
  if (!in_table || misses == 1) {
    if (find_table(last)) return prose.blank_line();
  }
  at += line.length;
  TRYV(prose.line(content));
  // A line that stands in a table is a record by itself.
  return in_table ? prose.blank_line() : Result<void>(ok());
}

Result<void> RowReader::State::run(bool last) {
  while (at < text.size() && (last || text.size() - at >= kLookAhead)) {
    TRYV(step(last));
  }
  text.erase(0, at);
  at = 0;
  return ok();
}

RowReader::RowReader(OnRow on_row) : state_(std::make_unique<State>(std::move(on_row))) {}
RowReader::~RowReader() = default;

Result<void> RowReader::feed(std::string_view utf8) {
  // In pieces, so that the buffer stays small whatever comes.
  constexpr std::size_t kPiece = 256U << 10;
  while (!utf8.empty()) {
    const std::string_view piece = utf8.substr(0, kPiece);
    state_->text.append(piece);
    utf8.remove_prefix(piece.size());
    TRYV(state_->run(false));
  }
  return ok();
}

Result<void> RowReader::finish() {
  TRYV(state_->run(true));
  return state_->prose.finish();
}

}  // namespace hitokoe::matcher
