#include "matcher/rows/cell_table.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "matcher/rows/prose.h"
#include "matcher/rows/ragged.h"

namespace hitokoe::matcher {

namespace {

using identity::FieldId;
using identity::FieldValue;

constexpr std::size_t kSampleRows = 32;
constexpr std::size_t kSampleBytes = 64U << 10;
constexpr std::size_t kMostSideways = 64;  // records of a table that stands on its side

std::vector<std::string_view> views_of(const CellRow& row) { return {row.begin(), row.end()}; }

std::size_t usual_width(const std::vector<CellRow>& rows) {
  std::map<std::size_t, std::size_t> widths;
  for (const auto& row : rows) ++widths[row.size()];
  std::size_t best = 0, most = 0;
  for (const auto& [width, count] : widths) {
    if (count >= most) {
      best = width;
      most = count;
    }
  }
  return best;
}

}  // namespace

struct CellTable::State {
  enum class Stage { kSampling, kReading, kText };

  RowSink sink;
  Stage stage = Stage::kSampling;
  Layout layout;
  bool announced = false;  // the layout comes from names
  std::vector<CellRow> sample;
  std::size_t sample_bytes = 0;
  RowValues values;
  RaggedRow ragged;
  Prose prose;
  std::string line;
  std::vector<FieldValue> record;

  explicit State(RowSink s) : sink(s), values(sink.numbers()), prose(std::move(s)) {}

  Result<void> emit(std::span<const std::string_view> cells);
  Result<bool> fitting(std::span<const std::string_view> cells);
  Result<void> take(std::span<const std::string_view> cells);
  Result<void> as_text(std::span<const std::string_view> cells);
  bool sideways() const;
  Result<void> read_sideways();
  void recognise();
  Result<void> decide();
  Result<void> sample_row(std::span<const std::string_view> cells);
};

Result<void> CellTable::State::emit(std::span<const std::string_view> cells) {
  values.apply(layout, cells);
  for (std::size_t i = 0; i < values.records(); ++i) {
    if (values.record(i).empty()) continue;
    TRYV(sink(values.record(i)));
  }
  return ok();
}

Result<bool> CellTable::State::fitting(std::span<const std::string_view> cells) {
  if (!layout.columns.empty() && layout.columns.front().index < cells.size()) {
    const std::string_view first = cells[layout.columns.front().index];
    if (may_be_name(first) && read_name(first).meaning) {
      // A header once more, perhaps of another dump: its order counts from here.
      Layout header = layout_of_header(cells);
      if (!header.empty()) {
        layout = std::move(header);
        return true;
      }
    }
  }
  if (cells.size() != layout.cells) {
    if (!ragged.fit(layout, cells)) return false;
    cells = ragged.cells();
  }
  TRYV(emit(cells));
  return true;
}

Result<void> CellTable::State::as_text(std::span<const std::string_view> cells) {
  line.clear();
  for (const auto cell : cells) {
    if (cell.empty()) continue;
    if (!line.empty()) line += ' ';
    line += cell;
  }
  if (line.empty()) return ok();
  TRYV(prose.line(line));
  return prose.finish();  // each row is a record by itself
}

Result<void> CellTable::State::take(std::span<const std::string_view> cells) {
  if (stage == Stage::kText) return as_text(cells);
  TRY(const bool fits, fitting(cells));
  return fits ? Result<void>(ok()) : as_text(cells);
}

// The first column holds labels: at least two that differ, and not just the first row.
bool CellTable::State::sideways() const {
  if (sample.size() < 2) return false;
  std::size_t labels = 0, filled = 0;
  unsigned kinds = 0;
  for (const auto& row : sample) {
    if (row.empty() || row[0].empty()) continue;
    ++filled;
    if (!may_be_name(row[0])) continue;
    if (const NameReading name = read_name(row[0]); name.meaning) {
      ++labels;
      kinds |= kind_bit(name.meaning->field);
    } else if (name.other) {
      ++labels;
    }
  }
  return (kinds & (kinds - 1)) != 0 && labels * 100 >= filled * 50;
}

Result<void> CellTable::State::read_sideways() {
  std::size_t widest = 0;
  for (const auto& row : sample) widest = std::max(widest, row.size());
  widest = std::min(widest, kMostSideways + 1);
  for (std::size_t column = 1; column < widest; ++column) {
    // Blocks below each other: a label that comes again begins the next record.
    std::size_t begin = 0;
    while (begin < sample.size()) {
      std::vector<std::string_view> names, cells;
      std::size_t at = begin;
      for (; at < sample.size(); ++at) {
        if (sample[at].empty() || sample[at][0].empty()) continue;
        if (std::ranges::find(names, std::string_view(sample[at][0])) != names.end()) break;
        names.emplace_back(sample[at][0]);
        cells.push_back(column < sample[at].size() ? std::string_view(sample[at][column])
                                                   : std::string_view());
      }
      begin = at == begin ? at + 1 : at;
      if (names.empty()) continue;
      layout = layout_of_names(names);
      TRYV(emit(cells));
    }
  }
  layout = {};
  return ok();
}

// Sets `layout` by what stands in the sample; leaves it empty where that says nothing.
void CellTable::State::recognise() {
  const std::size_t width = usual_width(sample);
  std::vector<CellRow> rows;
  for (const auto& row : sample) {
    if (row.size() == width) rows.push_back(row);
  }
  const std::size_t least = rows.size() >= 3 ? 1 : 2;
  layout = layout_of_rows(rows, least, sink.numbers());
  if (rows.size() < 2) return;
  // Perhaps a header whose names are not known.
  const auto first = views_of(rows[0]);
  if (std::ranges::any_of(first, [](std::string_view c) { return !may_be_name(c); })) return;
  Layout by_names = layout_of_names(first);
  const auto rest = std::span<const CellRow>(rows).subspan(1);
  Layout without = layout_of_rows(rest, least, sink.numbers());
  if (!by_names.columns.empty()) {
    complete_layout(by_names, rest, sink.numbers());
    if (by_names.columns.size() >= std::max(layout.columns.size(), least)) layout = by_names;
  } else if (without.columns.size() > layout.columns.size()) {
    layout = std::move(without);
  }
}

Result<void> CellTable::State::decide() {
  if (sample.empty()) return ok();
  if (announced) {
    complete_layout(layout, sample, sink.numbers());
  } else if (sideways()) {
    TRYV(read_sideways());
    sample.clear();
    sample_bytes = 0;
    return ok();  // what follows is looked at anew
  } else {
    recognise();
  }
  stage = layout.columns.empty() ? Stage::kText : Stage::kReading;
  const std::vector<CellRow> rows = std::move(sample);
  sample.clear();
  sample_bytes = 0;
  for (const auto& row : rows) {
    const auto cells = views_of(row);
    TRYV(take(cells));
  }
  return ok();
}

Result<void> CellTable::State::sample_row(std::span<const std::string_view> cells) {
  if (!announced) {
    Layout header = layout_of_header(cells);
    // 氏名 | 電話番号 over rows, not the first row of a table on its side.
    if (!header.empty()) {
      const std::vector<CellRow> above = std::move(sample);
      sample.clear();
      sample_bytes = 0;
      for (const auto& row : above) {
        const auto texts = views_of(row);
        TRYV(as_text(texts));
      }
      layout = std::move(header);
      announced = true;
      if (layout.open.empty()) stage = Stage::kReading;
      return ok();
    }
  }
  for (const auto cell : cells) sample_bytes += cell.size() + sizeof(std::string);
  sample.emplace_back(cells.begin(), cells.end());
  if (sample.size() < kSampleRows && sample_bytes < kSampleBytes) return ok();
  return decide();
}

CellTable::CellTable(RowSink sink) : state_(std::make_unique<State>(std::move(sink))) {}
CellTable::~CellTable() = default;

Result<void> CellTable::names(std::span<const std::string_view> names) {
  TRYV(finish());
  State& s = *state_;
  Layout layout = layout_of_names(names);
  if (layout.columns.empty()) return ok();  // names of nothing that is known: by content
  s.layout = std::move(layout);
  s.announced = true;
  if (s.layout.open.empty()) s.stage = State::Stage::kReading;
  return ok();
}

void CellTable::begin(Layout layout) {
  State& s = *state_;
  s.layout = std::move(layout);
  s.announced = true;
  s.stage = State::Stage::kReading;
}

Result<void> CellTable::row(std::span<const std::string_view> cells) {
  State& s = *state_;
  if (std::ranges::all_of(cells, [](std::string_view c) { return c.empty(); })) return ok();
  if (s.stage == State::Stage::kSampling) return s.sample_row(cells);
  if (s.stage == State::Stage::kText && cells.size() > 1 && may_be_name(cells[0])) {
    // A header further down.
    Layout header = layout_of_header(cells);
    if (!header.empty()) {
      begin(std::move(header));
      return ok();
    }
  }
  return s.take(cells);
}

Result<bool> CellTable::fitting_row(std::span<const std::string_view> cells) {
  return state_->fitting(cells);
}

Result<void> CellTable::finish() {
  State& s = *state_;
  if (s.stage == State::Stage::kSampling) {
    TRYV(s.decide());
  }
  s.stage = State::Stage::kSampling;
  s.layout = {};
  s.announced = false;
  return s.prose.finish();
}

const Layout& CellTable::layout() const { return state_->layout; }

const identity::NumberPatterns& CellTable::numbers() const { return state_->sink.numbers(); }

}  // namespace hitokoe::matcher
