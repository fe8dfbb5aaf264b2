#include "matcher/attribute/dates.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "matcher/attribute/evidence.h"

namespace hitokoe::matcher {

namespace {

// The carrier's own snapshots in order of time.
std::vector<Ordinal> own_in_order(const CarrierView& view) {
  std::vector<Ordinal> own;
  for (std::size_t o = 0; o < view.snapshots.size(); ++o) {
    if (view.snapshots[o].own && !view.snapshots[o].snapshot.empty()) {
      own.push_back(static_cast<Ordinal>(o));
    }
  }
  std::ranges::sort(own, {}, [&](Ordinal o) { return view.snapshots[o].as_of; });
  return own;
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
  for (const auto& type : leak.types()) {
    for (const auto& part : type.parts) {
      if (own[part.carrier].size() < 2) continue;
      for (const Ordinal o : own[part.carrier]) {
        days.insert(carriers[part.carrier].snapshots[o].as_of);
      }
    }
  }
  if (days.size() < 2) return std::nullopt;
  // Cells between neighbouring days: a value fits a cell when a snapshot at either end, or the last
  // before or first after it, had it.
  const std::vector<JstDay> edges(days.begin(), days.end());
  std::vector<double> weight(edges.size() - 1, 0);
  const double violation = std::log(Rates().other_version);
  for (const auto& type : leak.types()) {
    for (const auto& part : type.parts) {
      const auto& view = carriers[part.carrier];
      const auto& mine = own[part.carrier];
      if (mine.size() < 2) continue;
      for (std::size_t cell = 0; cell < weight.size(); ++cell) {
        const auto after = std::ranges::find_if(
            mine, [&](Ordinal o) { return view.snapshots[o].as_of >= edges[cell + 1]; });
        const auto before = std::find_if(mine.rbegin(), mine.rend(), [&](Ordinal o) {
          return view.snapshots[o].as_of <= edges[cell];
        });
        int violations = 0;
        for (const auto& v : part.values) {
          const bool late = after != mine.end() && view.classes->has(v.klass, *after);
          const bool early = before != mine.rend() && view.classes->has(v.klass, *before);
          if (!late && !early) ++violations;
        }
        weight[cell] += temper * static_cast<double>(type.rows) * violations * violation;
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
