#include "hitokoe/matcher/table_places.h"

#include <algorithm>
#include <deque>

#include "matcher/rows/row_reader.h"

namespace hitokoe::matcher {

struct TablePlaces::State final : TableWatcher {
  struct Cell {
    std::uint64_t begin, end;
    std::uint32_t column;
    std::uint64_t row;
  };

  void table() override { row_ = 0; }
  void row(std::uint64_t begin, std::string_view text,
           std::span<const std::string_view> cells) override {
    ++row_;
    // A cell whose quotes were undone stands elsewhere: from the end of the one before.
    std::uint64_t from = begin;
    std::uint32_t column = 0;
    const auto inside = [&](std::string_view cell) {
      return cell.data() >= text.data() && cell.data() + cell.size() <= text.data() + text.size();
    };
    for (const auto cell : cells) {
      if (inside(cell)) from = begin + static_cast<std::uint64_t>(cell.data() - text.data());
      if (!cells_.empty() && column > 0) cells_.back().end = from;
      cells_.push_back({from, begin + text.size(), ++column, row_});
      from += cell.size();
    }
  }

  std::deque<Cell> cells_;
  std::uint64_t row_ = 0;
  RowReader reader{[](std::span<const identity::FieldValue>) { return Result<void>(ok()); }, this};
};

TablePlaces::TablePlaces() : state_(std::make_unique<State>()) {}
TablePlaces::~TablePlaces() = default;

Result<void> TablePlaces::feed(std::string_view utf8) { return state_->reader.feed(utf8); }
Result<void> TablePlaces::finish() { return state_->reader.finish(); }
std::uint64_t TablePlaces::known() const { return state_->reader.read(); }

std::optional<TablePlace> TablePlaces::at(std::uint64_t offset) const {
  const auto& cells = state_->cells_;
  auto after = std::ranges::upper_bound(cells, offset, {}, &State::Cell::begin);
  if (after == cells.begin()) return std::nullopt;
  const State::Cell& cell = *--after;
  if (offset >= cell.end) return std::nullopt;
  return TablePlace{cell.row, cell.column};
}

void TablePlaces::let_go(std::uint64_t before) {
  auto& cells = state_->cells_;
  while (!cells.empty() && cells.front().end <= before) cells.pop_front();
}

}  // namespace hitokoe::matcher
