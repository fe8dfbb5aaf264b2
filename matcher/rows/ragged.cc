#include "matcher/rows/ragged.h"

#include <algorithm>

#include "matcher/rows/cell_shape.h"

namespace hitokoe::matcher {

namespace {

using identity::FieldId;

constexpr std::size_t kMostColumns = 64;

// 1: may well be; -1: is not; 0: nothing can be said.
int fits(const ColumnMeaning& meaning, std::string_view raw) {
  const std::string_view cell = clean(raw);
  if (is_null(cell)) return 0;
  const CellShape s = shape_of(cell);
  switch (meaning.field) {
    case FieldId::kEmail:
      return s.at && s.spaces == 0 ? 1 : -1;
    case FieldId::kPhone:
      if (s.letters > 0 || s.japanese() || s.at) return -1;
      return meaning.part != 0 ? (s.digits > 0 ? 1 : -1)
                               : (s.digits >= 9 && s.digits <= 13 ? 1 : -1);
    case FieldId::kPostal:
      if (meaning.part != 0) return s.digits > 0 && s.digits <= 4 ? 1 : -1;
      return s.digits == 7 && s.chars <= 10 ? 1 : s.digits == 6 ? 0 : -1;
    case FieldId::kBirthdate:
      return s.at || s.digits == 0 ? -1 : s.digits <= 8 ? 1 : -1;
    case FieldId::kName:
    case FieldId::kKana:
      return s.at || s.digits > 0 || (s.letters > 0 && s.japanese()) || s.other > 1 ? -1 : 1;
    case FieldId::kAddress:
      if (s.at) return -1;
      return s.japanese() ? 1 : meaning.part == 0 ? -1 : s.digits > 8 ? -1 : 0;
    case FieldId::kRef:
    case FieldId::kContract:
      return s.at || s.kanji > 1 ? -1 : 0;
    default:
      return 0;
  }
}

}  // namespace

void RaggedRow::lay_out(const Layout& layout, std::span<const std::string_view> cells,
                        std::size_t cut) {
  const std::size_t n = cells.size(), wanted = layout.cells;
  cells_.assign(wanted, {});
  if (n < wanted) {
    for (std::size_t i = 0; i < cut; ++i) cells_[i] = cells[i];
    for (std::size_t i = cut; i < n; ++i) cells_[i + wanted - n] = cells[i];
    return;
  }
  const std::size_t surplus = n - wanted;
  for (std::size_t i = 0; i < cut; ++i) cells_[i] = cells[i];
  joined_.clear();
  for (std::size_t i = cut; i <= cut + surplus; ++i) {
    if (!joined_.empty() && !cells[i].empty()) joined_ += ',';
    joined_ += cells[i];
  }
  cells_[cut] = joined_;
  for (std::size_t i = cut + 1; i < wanted; ++i) cells_[i] = cells[i + surplus];
}

bool RaggedRow::fit(const Layout& layout, std::span<const std::string_view> cells) {
  const std::size_t n = cells.size(), wanted = layout.cells;
  if (n < 2 || wanted < 2 || wanted > kMostColumns || n > 2 * kMostColumns) return false;
  int best = 0;
  std::size_t best_cut = 0;
  // A row that ends early is most likely just that.
  const std::size_t cuts = n < wanted ? n + 1 : wanted;
  for (std::size_t k = 0; k < cuts; ++k) {
    const std::size_t cut = cuts - 1 - k;
    lay_out(layout, cells, cut);
    int good = 0, bad = 0;
    for (const auto& c : layout.columns) {
      const int f = fits(c.meaning, cells_[c.index]);
      good += f > 0;
      bad += f < 0;
    }
    const bool open = std::ranges::none_of(layout.columns,
                                           [&](const Layout::Column& c) { return c.index == cut; });
    const int sum = bad == 0 ? 2 * good : good >= 3 * bad ? 2 * good - 3 * bad : 0;
    // What is too much stands rather in a remark or a password than in a name.
    const int score = sum > 0 && open ? sum + 1 : sum;
    if (score > best) {
      best = score;
      best_cut = cut;
    }
  }
  if (best < 2) return false;
  lay_out(layout, cells, best_cut);
  return true;
}

}  // namespace hitokoe::matcher
