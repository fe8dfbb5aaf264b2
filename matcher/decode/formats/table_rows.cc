#include "matcher/decode/formats/table_rows.h"

#include <algorithm>

#include "matcher/rows/layout.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kSample = 32;

std::string_view label(std::string_view cell) {
  cell = trimmed(cell);
  if (cell.ends_with(':')) cell.remove_suffix(1);
  if (cell.ends_with("：")) cell.remove_suffix(3);
  return trimmed(cell);
}

bool is_label(std::string_view cell) { return meaning_of(label(cell)).has_value(); }

bool names_a_person(std::string_view cell) {
  const auto meaning = meaning_of(label(cell));
  return meaning && meaning->field == identity::FieldId::kName && meaning->part == 0;
}

}  // namespace

TableRows::TableRows(Reading& reading) : table_(reading.sink()), form_(reading) {}

TableRows::How TableRows::decide() const {
  std::size_t rows = 0, labelled = 0;
  for (const auto& [row, readings] : first_) {
    if (row.size() < 4 || trimmed(row[2]).empty()) continue;
    ++rows;
    // 氏名 | 山田 | 電話 | 090: two labels, and beside them what are none.
    if (!is_label(row[0]) || !is_label(row[2]) || is_label(row[1]) || is_label(row[3])) continue;
    ++labelled;
  }
  const bool pairs = labelled * 2 >= rows && (labelled >= 2 || rows == 1) && labelled > 0;
  return pairs ? How::kPairs : How::kRows;
}

Layout TableRows::columns() const {
  if (how_ != How::kUnknown) return table_.layout();
  for (const auto& row : first_) {
    const std::vector<std::string_view> cells(row.cells.begin(), row.cells.end());
    if (Layout header = layout_of_header(cells); !header.empty()) return header;
  }
  return {};
}

// The header, if it is among the first rows: what stands under a name may have its reading.
void TableRows::find_names() {
  for (const auto& row : first_) {
    const std::vector<std::string_view> cells(row.cells.begin(), row.cells.end());
    const Layout header = layout_of_header(cells);
    if (header.empty()) continue;
    std::size_t at = cells.size();
    for (const auto& column : header.columns) {
      if (column.meaning.field == identity::FieldId::kKana) return;
      if (at == cells.size() && names_a_person(cells[column.index])) at = column.index;
    }
    if (at == cells.size()) return;
    names_at_ = at;
    kana_at_ = cells.size();
    return;
  }
}

Result<void> TableRows::pairs(const Row& row) {
  const auto& cells = row.cells;
  for (std::size_t i = 0; i < cells.size();) {
    const std::string name(label(cells[i]));
    // Where no label stands (a value over the whole width, say), the cell speaks for itself.
    if (i + 1 == cells.size()) return form_.add_text(cells[i]);
    if (is_label(name)) {
      // The same label again begins the next record.
      if (std::ranges::find(seen_, name) != seen_.end()) {
        TRYV(form_.flush());
        seen_.clear();
      }
      seen_.push_back(name);
    }
    TRYV(form_.add(name, cells[i + 1]));
    if (i + 1 < row.readings.size() && names_a_person(name)) {
      TRYV(form_.add(identity::FieldId::kKana, row.readings[i + 1]));
    }
    i += 2;
  }
  return ok();
}

Result<void> TableRows::pass(const Row& row) {
  if (how_ == How::kPairs) return pairs(row);
  std::vector<std::string_view> views;
  views.reserve(row.cells.size() + 1);
  for (const auto& cell : row.cells) views.push_back(trimmed(cell));
  if (kana_at_ > 0) {
    std::string_view kana;
    if (names_at_ < row.cells.size()) {
      if (names_a_person(row.cells[names_at_])) {
        kana = "フリガナ";
      } else if (names_at_ < row.readings.size()) {
        kana = trimmed(row.readings[names_at_]);
      }
    }
    views.resize(std::max(views.size(), kana_at_));
    views.insert(views.begin() + static_cast<std::ptrdiff_t>(kana_at_), kana);
  }
  // Where a cell stands is certain here: what is missing at the end is empty.
  const std::size_t wide = std::max(table_.layout().cells, widest_);
  while (views.size() > wide && views.back().empty()) views.pop_back();
  views.resize(std::max(views.size(), wide));
  TRYV(table_.row(views));
  // A table on its side: the reading of the name is a row of its own.
  if (kana_at_ > 0 || row.readings.empty() || row.cells.empty() || !names_a_person(row.cells[0]))
    return ok();
  views.assign(row.readings.begin(), row.readings.end());
  for (auto& view : views) view = trimmed(view);
  views.resize(std::max(views.size(), wide));
  views[0] = "フリガナ";
  return table_.row(views);
}

Result<void> TableRows::settle() {
  if (how_ != How::kUnknown) return ok();
  how_ = decide();
  for (const auto& row : first_) widest_ = std::max(widest_, row.cells.size());
  const bool readings = std::ranges::any_of(first_, [](const Row& r) {
    return std::ranges::any_of(r.readings, [](const std::string& one) { return !one.empty(); });
  });
  if (how_ == How::kRows && readings) find_names();
  const auto rows = std::exchange(first_, {});
  for (const auto& row : rows) {
    TRYV(pass(row));
  }
  return ok();
}

Result<void> TableRows::row(std::span<const std::string> cells,
                            std::span<const std::string> readings) {
  Row copy{{cells.begin(), cells.end()}, {readings.begin(), readings.end()}};
  if (how_ != How::kUnknown) return pass(copy);
  first_.push_back(std::move(copy));
  return first_.size() < kSample ? Result<void>(ok()) : settle();
}

Result<void> TableRows::finish() {
  TRYV(settle());
  TRYV(form_.flush());
  seen_.clear();
  return table_.finish();
}

}  // namespace hitokoe::matcher
