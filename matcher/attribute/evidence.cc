#include "matcher/attribute/evidence.h"

#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace hitokoe::matcher {

namespace {

// More kinds of rows than this say nothing new: the effective number of rows has saturated.
constexpr std::size_t kMostTypes = 20000;
constexpr double kUnlinkedShare = 0.02;
constexpr int kRounds = 40;

double log_violation() { return std::log(kEpsilon / (1 - kEpsilon)); }

bool has_column(const SegmentSnapshot& s, FieldId field) {
  return std::ranges::find(s.columns, field) != s.columns.end();
}

// Which kinds of rows are looked at: all, or a fixed choice of them.
std::vector<const RowType*> choose(const Leak& leak) {
  std::vector<std::pair<std::uint64_t, const RowType*>> order;
  order.reserve(leak.types().size());
  for (const auto& type : leak.types()) {
    std::uint64_t hash = 0;
    for (const auto& part : type.parts) {
      hash = XXH3_64bits_withSeed(&part.subject, sizeof part.subject, hash + part.carrier);
      for (const auto& v : part.values) {
        hash =
            XXH3_64bits_withSeed(&v.klass, sizeof v.klass, hash + static_cast<unsigned>(v.field));
      }
    }
    order.emplace_back(hash, &type);
  }
  std::ranges::stable_sort(order, {}, &std::pair<std::uint64_t, const RowType*>::first);
  if (order.size() > kMostTypes) order.resize(kMostTypes);
  std::vector<const RowType*> out;
  out.reserve(order.size());
  for (const auto& one : order) out.push_back(one.second);
  return out;
}

struct Gatherer {
  std::span<const CarrierView> carriers;
  Evidence out;
  std::vector<std::vector<std::size_t>> at;  // component by carrier and ordinal
  static constexpr std::size_t kNone = ~std::size_t{0};

  void make_components() {
    at.resize(carriers.size());
    out.carriers.resize(carriers.size());
    for (std::size_t c = 0; c < carriers.size(); ++c) {
      const auto& view = carriers[c];
      auto& carrier = out.carriers[c];
      for (const auto& s : view.snapshots) {
        carrier.has_own = carrier.has_own || (s.own && !s.snapshot.empty() && s.subjects > 0);
      }
      for (std::size_t k = 0; k < view.classes->size(); ++k) {
        const auto klass = static_cast<Klass>(k);
        if (in_population(c, klass)) carrier.population += view.classes->subjects(klass);
      }
      at[c].assign(view.snapshots.size(), kNone);
      for (std::size_t o = 0; o < view.snapshots.size(); ++o) {
        const auto& s = view.snapshots[o];
        const std::uint64_t size = carrier.has_own ? s.in_own : s.subjects;
        if (s.snapshot.empty() || size == 0) continue;
        at[c][o] = out.components.size();
        Component component;
        component.carrier = static_cast<std::uint32_t>(c);
        component.ordinal = static_cast<Ordinal>(o);
        component.snapshot = &s;
        component.log_size = std::log(static_cast<double>(size));
        const double unlinked = static_cast<double>(s.unlinked) /
                                static_cast<double>(std::max<std::uint64_t>(1, s.records));
        component.unlinked = unlinked > kUnlinkedShare ? unlinked : 0;
        out.components.push_back(std::move(component));
      }
    }
  }

  bool in_population(std::size_t carrier, Klass subject) const {
    if (!out.carriers[carrier].has_own) return true;
    const auto members = carriers[carrier].classes->members(subject);
    return std::ranges::any_of(members,
                               [&](Ordinal o) { return carriers[carrier].snapshots[o].own; });
  }

  // One part of a row against all components of its carrier. Gives the background's factor.
  double add_part(const KeptPart& part, std::uint32_t type) {
    const auto& view = carriers[part.carrier];
    double own_sum = 0;
    double own_count = 0;
    for (const Ordinal o : view.classes->members(part.subject)) {
      const std::size_t index = at[part.carrier][o];
      if (index == kNone) continue;
      const auto& snapshot = view.snapshots[o];
      int violations = 0;
      for (const auto& v : part.values) {
        if (has_column(snapshot, v.field) && !view.classes->has(v.klass, o)) ++violations;
      }
      const double fit = violations * log_violation();
      out.components[index].members.push_back({type, fit});
      if (snapshot.own) {
        own_sum += std::exp(fit);
        own_count += 1;
      }
    }
    return own_count > 0 ? own_sum / own_count : 1.0;
  }

  void fit_background(const std::vector<std::vector<std::pair<std::uint32_t, double>>>& factors) {
    const std::size_t n = carriers.size();
    std::vector<double> inverse(n, 0);
    out.shares.assign(n, 0);
    double seen = 0;
    for (std::size_t c = 0; c < n; ++c) {
      if (out.carriers[c].rows == 0) continue;
      inverse[c] =
          1.0 / static_cast<double>(std::max<std::uint64_t>(1, out.carriers[c].population));
      out.shares[c] = 1;
      seen += 1;
    }
    for (auto& share : out.shares) share /= std::max(seen, 1.0);
    for (int round = 0; round < kRounds && seen > 1; ++round) {
      std::vector<double> next(n, 1e-9);
      for (std::size_t t = 0; t < factors.size(); ++t) {
        double sum = 0;
        for (const auto& [c, f] : factors[t]) sum += out.shares[c] * inverse[c];
        for (const auto& [c, f] : factors[t]) {
          next[c] += out.rows[t] * out.shares[c] * inverse[c] / std::max(sum, 1e-300);
        }
      }
      double all = 0;
      for (const double x : next) all += x;
      for (std::size_t c = 0; c < n; ++c) out.shares[c] = next[c] / all;
    }
    for (std::size_t t = 0; t < factors.size(); ++t) {
      double full = 0;
      double plain = 0;
      for (const auto& [c, f] : factors[t]) {
        full += out.shares[c] * inverse[c] * f;
        plain += out.shares[c] * inverse[c];
      }
      out.background.push_back(std::log(std::max(full, 1e-300)));
      out.background_plain.push_back(std::log(std::max(plain, 1e-300)));
    }
  }
};

}  // namespace

Evidence gather(const Leak& leak, std::span<const CarrierView> carriers) {
  Gatherer g{carriers, {}, {}};
  g.make_components();
  std::vector<std::vector<std::pair<std::uint32_t, double>>> factors;
  for (const RowType* type : choose(leak)) {
    std::vector<std::pair<std::uint32_t, double>> mine;
    const auto number = static_cast<std::uint32_t>(factors.size());
    for (const auto& part : type->parts) {
      if (!g.in_population(part.carrier, part.subject)) continue;
      mine.emplace_back(part.carrier, g.add_part(part, number));
      g.out.carriers[part.carrier].rows += type->rows;
    }
    const auto rows = static_cast<double>(type->rows);
    if (mine.empty()) {
      g.out.outside += rows;
      continue;
    }
    g.out.rows.push_back(rows);
    g.out.total += rows;
    factors.push_back(std::move(mine));
  }
  g.fit_background(factors);
  return std::move(g.out);
}

}  // namespace hitokoe::matcher
