#include "evaluation/oracle/row_weights.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace hitokoe::evaluation {

double enough_of(int n, double p) {
  if (n < kLeastValues) return 0;
  const double none = std::pow(1 - p, n);
  const double one = n * p * std::pow(1 - p, n - 1);
  return 1 - none - one;
}

RowWeights::RowWeights(const World& world, const LeakOptions& options,
                       std::span<const LeakedRow> rows, ColumnMask columns)
    : world_(world), options_(options), columns_(columns), rows_(rows.begin(), rows.end()) {
  const auto person = [&](const LeakedRow& row) {
    return world_.people().contracts()[row.contract].person;
  };
  std::ranges::stable_sort(rows_, {}, person);
  for (const auto& row : rows_) persons_.push_back(person(row));
}

std::uint32_t RowWeights::contract(std::size_t row, std::uint32_t carrier) const {
  const auto contract = world_.people().contract(persons_[row], carrier);
  const bool shown = has(rows_[row].legible, kRefColumn);
  return shown && contract != rows_[row].contract ? kNobody : contract;
}

double RowWeights::value(std::size_t row, std::uint32_t person, std::size_t column, int day) const {
  const auto change = kColumns[column].change;
  const int versions = world_.people().versions(person, change);
  if (versions == 1) return 1;
  return world_.people().version(person, change, day) == rows_[row].versions[column]
             ? 1 - options_.other_version
             : options_.other_version / (versions - 1);
}

double RowWeights::one(std::size_t row, const Copy& copy) const {
  const auto& r = rows_[row];
  const ColumnMask shown = columns_ & copy.columns;
  if ((r.legible & ~shown) != 0) return 0;
  double out = 1;
  for (std::size_t i = 0; i < kColumnCount; ++i) {
    if (!has(shown, i)) continue;
    out *= has(r.legible, i) ? (1 - options_.illegible) * value(row, persons_[row], i, copy.as_of)
                             : options_.illegible;
  }
  return out;
}

std::vector<double> RowWeights::of_copy(const Copy& copy) const {
  std::vector<double> out(rows_.size(), 0);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto c = contract(i, copy.carrier);
    if (c != kNobody && std::ranges::binary_search(copy.members, c)) out[i] = one(i, copy);
  }
  return out;
}

std::vector<double> RowWeights::of_dump(const World& world, const Dump& dump) const {
  std::vector<double> out(rows_.size(), 0);
  const auto carrier = world.copies()[dump.copy].carrier;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto c = contract(i, carrier);
    if (c == kNobody) continue;
    const auto at = std::ranges::lower_bound(dump.rows, c, {}, &LeakedRow::contract);
    if (at == dump.rows.end() || at->contract != c) continue;
    const auto& r = rows_[i];
    bool same = (at->legible & columns_) == r.legible;
    for (std::size_t f = 0; f < kColumnCount && same; ++f) {
      same = !has(r.legible, f) || at->versions[f] == r.versions[f];
    }
    if (same) out[i] = 1;
  }
  return out;
}

const std::vector<double>& RowWeights::of_junk(std::uint32_t carrier) const {
  auto& out = junk_[carrier];
  if (!out.empty() || rows_.empty()) return out;
  out.assign(rows_.size(), 0);
  const double legible = kKept * (1 - options_.illegible);
  const int every = world_.options().own_every;
  const int dates = world_.options().days / every + 1;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (contract(i, carrier) == kNobody) continue;
    double pattern = 1;
    bool changes = false;
    for (std::size_t f = 0; f < kColumnCount; ++f) {
      if (!has(columns_, f)) continue;
      pattern *= has(rows_[i].legible, f) ? legible : 1 - legible;
      changes = changes || (has(rows_[i].legible, f) &&
                            world_.people().versions(persons_[i], kColumns[f].change) > 1);
    }
    double values = changes ? 0 : 1;
    for (int d = 0; changes && d < dates; ++d) {
      double at = 1;
      for (std::size_t f = 0; f < kColumnCount; ++f) {
        if (has(rows_[i].legible, f)) at *= value(i, persons_[i], f, d * every);
      }
      values += at / dates;
    }
    out[i] = pattern * values;
  }
  return out;
}

double RowWeights::visible(const Copy& copy) const {
  return enough_of(std::popcount(static_cast<unsigned>(columns_ & copy.columns)),
                   1 - options_.illegible);
}

double RowWeights::visible_junk() const {
  return enough_of(std::popcount(static_cast<unsigned>(columns_)),
                   kKept * (1 - options_.illegible));
}

std::uint64_t RowWeights::visible_rows(const Dump& dump) const {
  return static_cast<std::uint64_t>(std::ranges::count_if(dump.rows, [&](const LeakedRow& r) {
    return std::popcount(static_cast<unsigned>(r.legible & columns_)) >= kLeastValues;
  }));
}

}  // namespace hitokoe::evaluation
