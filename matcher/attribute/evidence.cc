#include "matcher/attribute/evidence.h"

#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "matcher/attribute/background.h"
#include "matcher/attribute/guessed_copies.h"
#include "matcher/index/canaries.h"
#include "matcher/index/linkage.h"

namespace hitokoe::matcher {

namespace {

constexpr double kUnlinkedShare = 0.02;

// Names a class by the snapshots in it, so that the choice of rows does not depend on the order in
// which holders were added.
class ClassNames {
 public:
  explicit ClassNames(const CarrierView& view) : view_(view), names_(view.classes->size(), 0) {
    for (const auto& s : view.snapshots) {
      of_snapshot_.push_back(XXH3_64bits(s.snapshot.data(), s.snapshot.size()));
    }
  }
  std::uint64_t of(Klass klass) {
    if (klass >= names_.size()) return klass;
    std::uint64_t& name = names_[klass];
    if (name == 0) {
      for (const Ordinal o : view_.classes->members(klass)) name += of_snapshot_[o];
      name |= 1;
    }
    return name;
  }

 private:
  const CarrierView& view_;
  std::vector<std::uint64_t> of_snapshot_;
  std::vector<std::uint64_t> names_;  // by class; 0: not yet
};

// Which kinds of rows are looked at: all, or a fixed choice of them.
std::vector<const RowType*> choose(const Leak& leak, std::span<const CarrierView> carriers) {
  std::vector<const RowType*> out;
  if (leak.types().size() <= kMostTypes) {
    for (const auto& type : leak.types()) out.push_back(&type);
    return out;
  }
  std::vector<ClassNames> names;
  for (const auto& view : carriers) names.emplace_back(view);
  std::vector<std::pair<std::uint64_t, const RowType*>> order;
  order.reserve(leak.types().size());
  for (const auto& type : leak.types()) {
    std::uint64_t hash = 0;
    for (const auto& part : type.parts) {
      auto& name = names[part.carrier];
      const std::uint64_t subject = name.of(part.subject);
      hash = XXH3_64bits_withSeed(&subject, sizeof subject, hash);
      for (const auto& v : part.values) {
        const std::uint64_t value = name.of(v.klass);
        hash = XXH3_64bits_withSeed(&value, sizeof value, hash + static_cast<unsigned>(v.field));
      }
    }
    order.emplace_back(hash, &type);
  }
  const auto by_hash = [](const auto& a, const auto& b) { return a.first < b.first; };
  std::ranges::nth_element(order, order.begin() + kMostTypes, by_hash);
  order.resize(kMostTypes);
  for (const auto& one : order) out.push_back(one.second);
  return out;
}

// A row that is repeated a million times is one customer: rows of a kind count up to the number
// with which all kinds together make the distinct customers.
void leave_out_repeats(std::vector<double>& rows, double distinct) {
  double total = 0;
  for (const double n : rows) total += n;
  if (rows.empty() || total <= distinct) return;
  std::vector<double> sorted = rows;
  std::ranges::sort(sorted);
  double below = 0;
  double most = distinct;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const auto left = static_cast<double>(sorted.size() - i);
    most = std::max(1.0, (distinct - below) / left);
    if (sorted[i] >= most) break;
    below += sorted[i];
  }
  for (double& n : rows) n = std::min(n, most);
}

struct Gatherer {
  std::span<const CarrierView> carriers;
  const registry::Registry& registry;
  const Rates& rates;
  Evidence out;
  std::vector<std::vector<std::size_t>> at;        // component by carrier and ordinal
  std::vector<std::vector<std::uint32_t>> untold;  // untold_columns(), the same
  std::vector<CanaryLists> canaries;               // by carrier
  std::vector<std::uint64_t> agreeing;             // by ordinal: bits of the row's values
  static constexpr std::size_t kNone = ~std::size_t{0};

  void make_components() {
    at.resize(carriers.size());
    untold.resize(carriers.size());
    out.carriers.resize(carriers.size());
    for (std::size_t c = 0; c < carriers.size(); ++c) {
      const auto& view = carriers[c];
      auto& carrier = out.carriers[c];
      canaries.emplace_back(view.snapshots);
      for (const auto& s : view.snapshots) {
        carrier.has_own = carrier.has_own || (s.own && !s.snapshot.empty() && s.subjects > 0);
      }
      for (std::size_t k = 0; k < view.classes->size(); ++k) {
        const auto klass = static_cast<Klass>(k);
        const auto subjects = view.classes->subjects(klass);
        if (subjects > 0 && in_population(c, klass)) carrier.population += subjects;
      }
      at[c].assign(view.snapshots.size(), kNone);
      for (const auto& s : view.snapshots) untold[c].push_back(untold_columns(s));
      for (std::size_t o = 0; o < view.snapshots.size(); ++o) {
        const auto& s = view.snapshots[o];
        const std::uint64_t size = carrier.has_own ? s.in_own : s.subjects;
        if (s.snapshot.empty() || size == 0 || canaries[c].is_list(static_cast<Ordinal>(o)))
          continue;
        at[c][o] = out.components.size();
        Component component;
        component.carrier = static_cast<std::uint32_t>(c);
        component.ordinal = static_cast<Ordinal>(o);
        component.party = s.party;
        component.snapshot = s.snapshot;
        component.own = s.own;
        component.as_of = s.as_of;
        component.columns = s.columns;
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

  // The decoys among the rows; they belong to nobody's base and say nothing of membership.
  void note_canary(const KeptPart& part, std::uint64_t rows) {
    const auto& view = carriers[part.carrier];
    std::string_view last;
    for (const Ordinal o : view.classes->members(part.subject)) {
      if (!canaries[part.carrier].is_list(o)) continue;
      const auto handover = *identity::canary_handover(view.snapshots[o].snapshot);
      if (handover != last) out.canaries[std::string(handover)] += rows;
      last = handover;
    }
  }

  // One part of a row against all components of its carrier. Gives the background's factor.
  double add_part(const KeptPart& part, std::uint32_t type) {
    const auto& view = carriers[part.carrier];
    const double violation = std::log(rates.other_version / (1 - rates.other_version));
    agreeing.assign(view.snapshots.size(), 0);
    const std::size_t values = std::min<std::size_t>(part.values.size(), 64);
    for (std::size_t v = 0; v < values; ++v) {
      for (const Ordinal o : view.classes->members(part.values[v].klass)) {
        agreeing[o] |= std::uint64_t{1} << v;
      }
    }
    double own_sum = 0;
    double own_count = 0;
    for (const Ordinal o : view.classes->members(part.subject)) {
      const std::size_t index = at[part.carrier][o];
      if (index == kNone) continue;
      const auto& columns = view.snapshots[o].columns;
      int violations = 0;
      int foreign = 0;
      for (std::size_t v = 0; v < values; ++v) {
        if ((agreeing[o] >> v & 1U) != 0) continue;
        const FieldId field = part.values[v].field;
        if ((untold[part.carrier][o] & column_bit(field)) != 0) continue;
        const bool held = std::ranges::find(columns, field) != columns.end();
        ++(held ? violations : foreign);
      }
      const double fit = violations * violation + foreign * std::log(rates.foreign_value);
      out.components[index].members.push_back({type, static_cast<float>(fit), 0});
      if (view.snapshots[o].own) {
        own_sum += std::exp(fit);
        own_count += 1;
      }
    }
    return own_count > 0 ? own_sum / own_count : 1.0;
  }
};

}  // namespace

Evidence gather(const Leak& leak, std::span<const CarrierView> carriers,
                const registry::Registry& registry, const KnownLeaksView& known,
                const Rates& rates) {
  Gatherer g{carriers, registry, rates, {}, {}, {}, {}, {}};
  g.make_components();
  Background background(known);
  std::vector<const RowType*> counted;
  for (const RowType* type : choose(leak, carriers)) {
    const auto number = static_cast<std::uint32_t>(counted.size());
    const auto rows = static_cast<double>(type->rows);
    bool counts = false;
    for (const auto& part : type->parts) {
      if (!g.in_population(part.carrier, part.subject)) {
        if (g.canaries[part.carrier].any()) g.note_canary(part, type->rows);
        continue;
      }
      background.add(number, part, g.add_part(part, number));
      g.out.carriers[part.carrier].rows += type->rows;
      counts = true;
    }
    if (!counts) {
      g.out.outside += rows;
      continue;
    }
    g.out.rows.push_back(rows);
    counted.push_back(type);
  }
  // Decoys beyond the choice of rows are looked for all the same.
  if (leak.types().size() > kMostTypes &&
      std::ranges::any_of(g.canaries, [](const CanaryLists& c) { return c.any(); })) {
    g.out.canaries.clear();
    for (const auto& type : leak.types()) {
      for (const auto& part : type.parts) {
        if (g.canaries[part.carrier].any() && !g.in_population(part.carrier, part.subject)) {
          g.note_canary(part, type.rows);
        }
      }
    }
  }
  double rows = 0;
  for (const double n : g.out.rows) rows += n;
  const auto all = static_cast<double>(leak.rows());
  const double subjects =
      leak.subjects() > 0 ? std::min(static_cast<double>(leak.subjects()), all) : all;
  if (rows > 0) {
    // The choice stands for all rows: what it says is worth as many.
    g.out.distinct = std::max(1.0, subjects * rows / (rows + g.out.outside));
    leave_out_repeats(g.out.rows, std::max(1.0, subjects * rows / all));
  }
  for (const double n : g.out.rows) g.out.total += n;
  add_guessed_copies(counted, carriers, registry, rates, g.out);
  std::ranges::stable_sort(g.out.components, [](const Component& a, const Component& b) {
    return std::tie(a.party, a.snapshot) < std::tie(b.party, b.snapshot);
  });
  for (std::size_t i = 1; i < g.out.components.size(); ++i) {
    auto& c = g.out.components[i];
    const auto& before = g.out.components[i - 1];
    c.party_number = before.party_number + (before.party == c.party ? 0 : 1);
  }
  background.fit(g.out);
  g.out.types = std::move(counted);
  return std::move(g.out);
}

}  // namespace hitokoe::matcher
