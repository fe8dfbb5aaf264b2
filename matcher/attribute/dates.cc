#include "matcher/attribute/dates.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "matcher/attribute/evidence.h"

namespace hitokoe::matcher {

namespace {

constexpr std::ptrdiff_t kMostOwn = 63;  // snapshots of a carrier: the newest

// The carrier's own snapshots in order of time.
std::vector<Ordinal> own_in_order(const CarrierView& view) {
  std::vector<Ordinal> own;
  for (std::size_t o = 0; o < view.snapshots.size(); ++o) {
    if (view.snapshots[o].own && !view.snapshots[o].snapshot.empty()) {
      own.push_back(static_cast<Ordinal>(o));
    }
  }
  std::ranges::sort(own, {}, [&](Ordinal o) { return view.snapshots[o].as_of; });
  if (std::ssize(own) > kMostOwn) own.erase(own.begin(), own.end() - kMostOwn);
  return own;
}

// Which of the carrier's own snapshots had what a class says, as bits; asked of a class once.
class OwnBits {
 public:
  OwnBits(const CarrierView& view, std::span<const Ordinal> own)
      : view_(view), own_(own), bits_(own.size() < 2 ? 0 : view.classes->size(), kUnasked) {}
  std::uint64_t of(Klass klass) {
    if (klass >= bits_.size()) return 0;
    std::uint64_t& bits = bits_[klass];
    if (bits != kUnasked) return bits;
    bits = 0;
    for (const Ordinal o : view_.classes->members(klass)) {
      const auto at = std::ranges::find(own_, o);
      if (at != own_.end()) bits |= std::uint64_t{1} << (at - own_.begin());
    }
    return bits;
  }

 private:
  static constexpr std::uint64_t kUnasked = std::uint64_t{1} << 63U;
  const CarrierView& view_;
  std::span<const Ordinal> own_;
  std::vector<std::uint64_t> bits_;
};
// Of a carrier: the snapshots that stand for each cell of time.
std::vector<std::uint64_t> bits_of_cells(const CarrierView& view, std::span<const Ordinal> own,
                                         std::span<const JstDay> edges) {
  std::vector<std::uint64_t> out;
  for (std::size_t cell = 0; cell + 1 < edges.size(); ++cell) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < own.size() && bits == 0; ++i) {
      if (view.snapshots[own[i]].as_of >= edges[cell + 1]) bits = std::uint64_t{1} << i;
    }
    for (std::size_t i = own.size(); i-- > 0;) {
      if (view.snapshots[own[i]].as_of > edges[cell]) continue;
      bits |= std::uint64_t{1} << i;
      break;
    }
    out.push_back(bits);
  }
  return out;
}

}  // namespace

std::optional<SnapshotInterval> date_interval(const Leak& leak,
                                              std::span<const CarrierView> carriers, double temper,
                                              double confidence) {
  std::set<JstDay> days;
  std::vector<std::vector<Ordinal>> own(carriers.size());
  bool dated = false;
  for (std::size_t c = 0; c < carriers.size(); ++c) {
    own[c] = own_in_order(carriers[c]);
    dated = dated || own[c].size() >= 2;
  }
  if (!dated) return std::nullopt;
  std::vector<char> met(carriers.size(), 0);
  for (const auto& type : leak.types()) {
    for (const auto& part : type.parts) met[part.carrier] = 1;
  }
  for (std::size_t c = 0; c < carriers.size(); ++c) {
    if (met[c] == 0 || own[c].size() < 2) continue;
    for (const Ordinal o : own[c]) days.insert(carriers[c].snapshots[o].as_of);
  }
  if (days.size() < 2) return std::nullopt;
  // Cells between neighbouring days: a value fits a cell when a snapshot at either end, or the last
  // before or first after it, had it.
  const std::vector<JstDay> edges(days.begin(), days.end());
  std::vector<double> weight(edges.size() - 1, 0);
  const double violation = std::log(Rates().other_version);
  std::vector<OwnBits> had;
  std::vector<std::vector<std::uint64_t>> cells;
  for (std::size_t c = 0; c < carriers.size(); ++c) {
    had.emplace_back(carriers[c], own[c]);
    cells.push_back(bits_of_cells(carriers[c], own[c], edges));
  }
  std::vector<std::uint64_t> values;
  for (const auto& type : leak.types()) {
    for (const auto& part : type.parts) {
      if (own[part.carrier].size() < 2) continue;
      values.clear();
      for (const auto& v : part.values) values.push_back(had[part.carrier].of(v.klass));
      for (std::size_t cell = 0; cell < weight.size(); ++cell) {
        const std::uint64_t fits = cells[part.carrier][cell];
        const auto violations =
            std::ranges::count_if(values, [&](std::uint64_t bits) { return (bits & fits) == 0; });
        weight[cell] +=
            temper * static_cast<double>(type.rows) * static_cast<double>(violations) * violation;
      }
    }
  }
  const double top = *std::ranges::max_element(weight);
  double sum = 0;
  for (std::size_t i = 0; i < weight.size(); ++i) {
    const auto span = static_cast<double>((edges[i + 1] - edges[i]).count());
    weight[i] = std::exp(weight[i] - top) * span;  // every day is as likely before any evidence
    sum += weight[i];
  }
  std::size_t best_from = 0;
  std::size_t best_to = weight.size();
  for (std::size_t from = 0; from < weight.size(); ++from) {
    double inside = 0;
    for (std::size_t to = from; to < weight.size(); ++to) {
      inside += weight[to];
      if (inside < confidence * sum) continue;
      if (edges[to + 1] - edges[from] < edges[best_to] - edges[best_from]) {
        best_from = from;
        best_to = to + 1;
      }
      break;
    }
  }
  return SnapshotInterval{edges[best_from], edges[best_to], confidence};
}

}  // namespace hitokoe::matcher
