// The text is read line by line with a fixed look-ahead: no decision is made before that much text
// is there (or the end), so that the pieces in which it came do not matter.
#include "matcher/rows/row_reader.h"

#include <algorithm>
#include <optional>
#include <string>

#include "matcher/rows/aligned.h"
#include "matcher/rows/board_tags.h"
#include "matcher/rows/cell_table.h"
#include "matcher/rows/json_reader.h"
#include "matcher/rows/prose.h"
#include "matcher/rows/split.h"
#include "matcher/rows/sql_reader.h"
#include "matcher/rows/table_finder.h"

namespace hitokoe::matcher {

namespace {

// One row more than the longest, so that a row's end is always seen.
constexpr std::size_t kLookAhead = kMostRow + 4096;
constexpr int kMostMisses = 8;                 // lines that do not fit, before a table has ended
constexpr std::size_t kPrefix = 512;           // JSON begins within that of its line
constexpr std::size_t kKeepRead = 128U << 10;  // bytes that were read, before they are let go
constexpr std::size_t kPiece = 128U << 10;

bool blank(std::string_view line) { return trimmed(line).empty(); }

// Where a JSON document begins in a line; npos: nowhere. Within a line (a log) only objects do.
std::size_t json_in(std::string_view text, std::size_t line_length) {
  const std::string_view line = text.substr(0, std::min(line_length, kPrefix));
  const std::size_t first = line.find_first_not_of(" \t");
  if (first == std::string_view::npos) return first;
  if ((line[first] == '{' || line[first] == '[') && json_begins(text.substr(first))) return first;
  for (std::size_t at = line.find('{', first); at != std::string_view::npos;
       at = line.find('{', at + 1)) {
    const std::size_t begin = at > first && line[at - 1] == '[' ? at - 1 : at;
    const std::size_t next = text.find_first_not_of(" \t\r\n", at + 1);
    const bool member = next != std::string_view::npos && (text[next] == '"' || text[next] == '\'');
    if (member && json_begins(text.substr(begin))) return begin;
  }
  return std::string_view::npos;
}

}  // namespace

struct RowReader::State {
  enum class Mode { kLines, kJson, kSql };

  TableWatcher* watcher;
  std::string text;
  std::size_t at = 0;
  std::uint64_t offset = 0;  // of `text` in all that came
  Mode mode = Mode::kLines;

  CellTable table;
  std::optional<Splitter> splitter;  // of the table that stands; none: in prose
  bool bank_file = false;
  int misses = 0;
  SplitRow row;

  Prose prose;
  JsonReader json;
  SqlReader sql;
  TableFinder finder;

  State(const RowSink& sink, TableWatcher* the_watcher)
      : watcher(the_watcher),
        table(sink),
        prose(sink),
        json(sink),
        sql(sink),
        finder(table.numbers()) {}

  std::string_view rest() const { return std::string_view(text).substr(at); }
  Result<void> run(bool last);
  Result<void> lines(bool last);
  void pass_tags(std::string_view content, std::string_view inside);
  Result<bool> other_format(std::string_view content);
  Result<bool> table_row(bool last);
  bool find_table(bool last);
};

bool RowReader::State::find_table(bool last) {
  auto found = finder.find(rest(), last, splitter.has_value());
  if (!found) return false;
  table.begin(std::move(found->layout));
  if (watcher != nullptr) watcher->table();
  splitter.emplace(std::move(found->dialect));
  bank_file = found->bank_file;
  at += found->header;
  misses = 0;
  return true;
}

// False: the line does not fit the table; nothing was consumed.
Result<bool> RowReader::State::table_row(bool last) {
  splitter->split(rest(), offset + at, last, row);
  if (bank_file && !is_bank_data(row.cells)) {
    // Header, trailer, end.
    const bool record = !row.cells.empty() && row.cells[0].size() == 1;
    if (record) at += row.length;
    return record;
  }
  const std::size_t cells = table.layout().cells;
  if (row.several_lines && row.cells.size() != cells) {
    // Most likely a quote that was never closed: it costs its line.
    splitter->split(rest(), offset + at, last, row, true);
  }
  if (row.cells.size() != cells) {
    const std::string_view line = rest().substr(0, row.length);
    if (json_in(rest(), std::min<std::size_t>(line.size(), 4)) != std::string_view::npos ||
        sql_begins(rest(), line.size()) != std::string_view::npos) {
      return false;
    }
  }
  TRY(const bool fits, table.fitting_row(row.cells));
  if (!fits) return false;
  misses = 0;
  if (watcher != nullptr) watcher->row(offset + at, rest().substr(0, row.length), row.cells);
  at += row.length;
  return true;
}

// SQL or JSON begins in this line: what stands before it is text.
Result<bool> RowReader::State::other_format(std::string_view content) {
  std::size_t begin = sql_begins(rest(), content.size());
  const bool is_sql = begin != std::string_view::npos;
  if (!is_sql) begin = json_in(rest(), content.size());
  if (begin == std::string_view::npos) return false;
  const std::string_view before = content.substr(0, begin);
  if (!blank(before)) {
    TRYV(prose.line(before));
  }
  TRYV(prose.blank_line());
  splitter.reset();
  at += begin;
  mode = is_sql ? Mode::kSql : Mode::kJson;
  if (is_sql) {
    sql.begin();
  } else {
    json.begin();
  }
  return true;
}

// Goes on with what stands `inside` the tags of the line; behind it come blanks, so that offsets
// hold.
void RowReader::State::pass_tags(std::string_view content, std::string_view inside) {
  const auto before = static_cast<std::size_t>(inside.data() - content.data());
  const std::size_t behind = content.size() - before - inside.size();
  text.replace(at + content.size() - behind, behind, behind, ' ');
  at += before;
}

Result<void> RowReader::State::lines(bool last) {
  const LineEnd line = line_end(rest(), last);
  const std::string_view content = rest().substr(0, line.content);
  const std::string_view shown = trimmed(content);
  if (shown.empty()) {
    at += line.length;
    return splitter ? Result<void>(ok()) : prose.blank_line();
  }
  if (may_have_board_tags(shown)) {
    const std::string_view inside = without_board_tags(content);
    if (blank(inside)) {  // no row, and it ends nothing
      at += line.length;
      return ok();
    }
    if (inside.size() != content.size()) {
      pass_tags(content, inside);
      return ok();
    }
  }
  if (splitter) {
    if (is_ruled(content)) {
      at += line.length;
      return ok();
    }
    TRY(const bool fits, table_row(last));
    if (fits) return ok();
    if (++misses > kMostMisses) splitter.reset();
  }
  if (!splitter && is_ruled(content)) {
    at += line.length;
    return prose.blank_line();
  }
  TRY(const bool other, other_format(content));
  if (other) return ok();
  if (find_table(last)) return prose.blank_line();
  at += line.length;
  TRYV(prose.line(content));
  // A line that stands in a table is a record by itself.
  return splitter ? prose.blank_line() : Result<void>(ok());
}

Result<void> RowReader::State::run(bool last) {
  while (at < text.size() && (last || text.size() - at >= kLookAhead)) {
    switch (mode) {
      case Mode::kLines: {
        TRYV(lines(last));
        break;
      }
      case Mode::kJson: {
        TRY(const std::size_t n, json.read(rest(), kLookAhead, last));
        at += n;
        if (json.done()) mode = Mode::kLines;
        break;
      }
      case Mode::kSql: {
        TRY(const std::size_t n, sql.read(rest(), kLookAhead, last));
        at += n;
        if (sql.done()) mode = Mode::kLines;
        break;
      }
    }
  }
  if (at >= kKeepRead || at == text.size()) {
    offset += at;
    text.erase(0, at);
    at = 0;
  }
  return ok();
}

RowReader::RowReader(const RowSink& sink, TableWatcher* watcher)
    : state_(std::make_unique<State>(sink, watcher)) {}
RowReader::~RowReader() = default;

std::uint64_t RowReader::read() const { return state_->offset + state_->at; }
std::uint64_t RowReader::cut() const { return state_->json.cut() + state_->sql.cut(); }

Result<void> RowReader::feed(std::string_view utf8) {
  // In pieces, so that the buffer stays small whatever comes.
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
  TRYV(state_->json.finish());
  TRYV(state_->sql.finish());
  return state_->prose.finish();
}

}  // namespace hitokoe::matcher
