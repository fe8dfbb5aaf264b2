#include "matcher/decode/formats/flow_rows.h"

#include <algorithm>
#include <optional>
#include <span>

#include "matcher/decode/formats/contact_cell.h"
#include "matcher/decode/formats/pasted_lines.h"
#include "matcher/decode/text_document.h"
#include "matcher/rows/board_tags.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kMostCellText = 64U << 10;
constexpr std::size_t kMostText = 256U << 10;
constexpr std::size_t kLongCell = 512;

// Without line ends at its end.
std::string_view trimmed_lines(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  return text;
}

std::size_t labelled_lines(std::string_view text) {
  std::size_t found = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    for (const std::string_view colon : {":", "：", "=", "＝"}) {
      const std::size_t at = line.find(colon);
      if (at > 60) continue;  // or none
      if (meaning_of(trimmed(line.substr(0, at)))) {
        ++found;
        break;
      }
    }
  }
  return found;
}

// What the columns, or the cell before, call a cell.
std::optional<ColumnMeaning> called(const Layout& columns, std::span<const std::string> cells,
                                    std::size_t column) {
  for (const auto& named : columns.columns) {
    if (named.index == column) return named.meaning;
  }
  if (column == 0) return std::nullopt;
  std::string_view before = trimmed(cells[column - 1]);
  for (const std::string_view colon : {":", "："}) {
    if (before.ends_with(colon)) before.remove_suffix(colon.size());
  }
  return meaning_of(before);
}

// How the person of the row is reached: by its name, or beside others that tell whose row it is.
std::optional<Contacts> contacts_of_row(const TableRows& table, std::span<const std::string> cells,
                                        std::size_t column) {
  auto contacts = contacts_in(cells[column]);
  if (!contacts) return contacts;
  const Layout columns = table.columns();
  if (const auto meaning = called(columns, cells, column)) {
    return meaning->field == contacts->field ? contacts : std::nullopt;
  }
  if (!columns.empty()) return std::nullopt;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i != column && tells_whose(cells[i])) return contacts;
  }
  return std::nullopt;
}

std::string without_tags_of_boards(std::string_view text) {
  if (text.find('[') == std::string_view::npos) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (!out.empty()) out += '\n';
    out += without_board_tags(line);
  }
  return out;
}

}  // namespace

Result<void> FlowRows::text(std::string_view piece) {
  if (!in_cell()) {
    text_ += piece;
    return pass_text(false);
  }
  auto& cell = tables_.back().cells.back();
  if (cell.size() + piece.size() <= kMostCellText) cell += piece;
  return ok();
}

void FlowRows::reading(std::string_view piece) {
  if (!in_cell()) return;
  auto& table = tables_.back();
  table.readings.resize(table.cells.size());
  if (table.readings.back().size() + piece.size() <= kMostCellText) table.readings.back() += piece;
}

std::string_view FlowRows::so_far() const {
  if (in_cell()) return tables_.back().cells.back();
  const std::string_view text = text_;
  const std::size_t line = text.rfind('\n');
  return line == std::string_view::npos ? text : text.substr(line + 1);
}

void FlowRows::end_line() {
  if (in_cell()) {
    auto& cell = tables_.back().cells.back();
    if (!cell.empty() && cell.back() != '\n') cell += '\n';
    return;
  }
  text_ += '\n';
}

void FlowRows::gap() {
  if (in_cell()) return;
  if (!text_.empty() && text_.back() != '\n') text_ += '\n';
  text_ += '\n';
}

Result<void> FlowRows::pass_text(bool all) {
  if (!all && text_.size() < kMostText) return ok();
  passwords_.feed(text_);
  reading_.see(text_);
  const auto done = lines_.feed(text_);
  text_.clear();
  return done;
}

Result<void> FlowRows::open_table() {
  if (tables_.size() >= kMostTables) {
    ++deeper_;
    return ok();
  }
  if (tables_.empty()) gap();
  TRYV(pass_text(false));
  tables_.emplace_back(reading_);
  return ok();
}

void FlowRows::open_row() {
  if (tables_.empty() || deeper_ > 0) return;
  auto& table = tables_.back();
  table.cells.clear();
  table.readings.clear();
  table.in_cell = false;
}

// Cells that a cell of a row above reaches down into.
void FlowRows::skip_covered(Table& table) {
  while (table.cells.size() < table.above.size() && table.cells.size() < kMostCells) {
    auto& above = table.above[table.cells.size()];
    if (above.rows_left == 0) return;
    --above.rows_left;
    table.cells.push_back(above.text);
  }
}

void FlowRows::open_cell(std::uint32_t across, std::uint32_t below) {
  if (tables_.empty() || deeper_ > 0) return;
  auto& table = tables_.back();
  close_cell();
  skip_covered(table);
  if (table.cells.size() >= kMostCells) return;
  table.cells.emplace_back();
  table.in_cell = true;
  table.across = across;
  table.below = below;
}

void FlowRows::as_above() {
  if (!in_cell()) return;
  auto& table = tables_.back();
  const std::size_t column = table.cells.size() - 1;
  if (column < table.above.size()) table.cells.back() = table.above[column].text;
}

void FlowRows::replace_cell(std::string_view text) {
  if (in_cell()) tables_.back().cells.back() = text;
}

void FlowRows::close_cell() {
  if (tables_.empty() || deeper_ > 0) return;
  auto& table = tables_.back();
  if (!std::exchange(table.in_cell, false)) return;
  const std::size_t column = table.cells.size() - 1;
  if (table.above.size() <= column) table.above.resize(column + 1);
  table.above[column] = {std::string(trimmed(table.cells.back())), table.below};
  for (std::uint32_t i = 0; i < table.across && table.cells.size() < kMostCells; ++i) {
    table.cells.emplace_back();
    if (table.above.size() < table.cells.size()) table.above.resize(table.cells.size());
    table.above[table.cells.size() - 1] = {{}, table.below};
  }
}

// A cell of several lines. What of it is the row's stays; the rest is text of its own.
bool FlowRows::is_text(Table& table, std::size_t column, std::size_t filled) {
  std::string& cell = table.cells[column];
  const auto lines = std::ranges::count(trimmed_lines(cell), '\n') + 1;
  // A post, a profile in one cell: its lines are what counts.
  if (filled == 1 || labelled_lines(cell) >= 2 || lines >= 4 || cell.size() > kLongCell)
    return true;
  const Pasted pasted = pasted_rows(cell);
  if (pasted == Pasted::kAlike) {
    auto contacts = contacts_of_row(table.rows, table.cells, column);
    if (!contacts) return true;
    cell = std::move(contacts->values);
  }
  return pasted == Pasted::kUnderHeader;
}

Result<void> FlowRows::close_row() {
  if (tables_.empty() || deeper_ > 0) return ok();
  close_cell();
  auto& table = tables_.back();
  skip_covered(table);
  std::size_t filled = 0U;
  for (const auto& cell : table.cells) {
    if (!cell.empty()) passwords_.feed(cell + " ");
  }
  passwords_.feed("\n");
  reading_.see_row(table.cells);
  for (const auto& cell : table.cells) filled += trimmed(cell).empty() ? 0U : 1U;
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    auto& cell = table.cells[i];
    if (cell.find('\n') == std::string::npos) continue;
    if (is_text(table, i, filled)) {
      TRYV(lines_.feed("\n" + without_tags_of_boards(cell) + "\n\n"));
      cell.clear();
      --filled;
    } else {
      std::ranges::replace(cell, '\n', ' ');
    }
  }
  if (filled == 1 && table.cells.size() == 1) {
    TRYV(lines_.feed(table.cells[0] + "\n"));
  } else if (filled > 0) {
    const bool readings =
        std::ranges::any_of(table.readings, [](const auto& r) { return !r.empty(); });
    if (readings) table.readings.resize(table.cells.size());
    TRYV(table.rows.row(table.cells, readings ? std::span<const std::string>(table.readings)
                                              : std::span<const std::string>()));
  }
  table.cells.clear();
  table.readings.clear();
  return ok();
}

Result<void> FlowRows::close_table() {
  if (deeper_ > 0) {
    --deeper_;
    return ok();
  }
  if (tables_.empty()) return ok();
  if (!tables_.back().cells.empty()) {
    TRYV(close_row());
  }
  const auto done = tables_.back().rows.finish();
  tables_.pop_back();
  return done;
}

Result<void> FlowRows::finish() {
  deeper_ = 0;
  while (!tables_.empty()) {
    TRYV(close_table());
  }
  TRYV(pass_text(true));
  passwords_.finish();
  TRYV(lines_.finish());
  warn_cut(reading_, info_.name, lines_.cut());
  return ok();
}

}  // namespace hitokoe::matcher
