#include "matcher/attribute/guessed_copies.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <set>

namespace hitokoe::matcher {

namespace {

constexpr double kYear = 365.25;

// The copy of the same delegation whose date is nearest.
const Component* nearest(const Evidence& e, std::uint32_t carrier, const registry::Snapshot& entry,
                         const registry::Registry& registry) {
  const Component* best = nullptr;
  const auto distance = [&](const Component& c) {
    return std::abs((c.as_of - entry.as_of).count());
  };
  for (const auto& c : e.components) {
    if (c.carrier != carrier || c.party != entry.holder || c.own || c.guessed) continue;
    const auto* other = registry.snapshot(c.snapshot);
    if (other == nullptr || other->delegation != entry.delegation) continue;
    if (best == nullptr || distance(c) < distance(*best)) best = &c;
  }
  return best;
}

// The carrier's own snapshots at both sides of a day.
struct OwnAround {
  std::optional<Ordinal> before, after;
  OwnAround(const CarrierView& view, JstDay day) {
    for (std::size_t i = 0; i < view.snapshots.size(); ++i) {
      const auto& s = view.snapshots[i];
      if (!s.own || s.snapshot.empty()) continue;
      const auto o = static_cast<Ordinal>(i);
      if (s.as_of <= day && (!before || view.snapshots[*before].as_of < s.as_of)) before = o;
      if (s.as_of >= day && (!after || view.snapshots[*after].as_of > s.as_of)) after = o;
    }
  }
  bool any() const { return before || after; }
  bool has(const ClassTable& classes, Klass klass) const {
    return (before && classes.has(klass, *before)) || (after && classes.has(klass, *after));
  }
};

}  // namespace

bool is_guessed(const Evidence& evidence, const std::string& snapshot) {
  return std::ranges::any_of(
      evidence.components, [&](const Component& c) { return c.guessed && c.snapshot == snapshot; });
}

void add_guessed_copies(std::span<const RowType* const> types,
                        std::span<const CarrierView> carriers, const registry::Registry& registry,
                        const Rates& rates, Evidence& e) {
  const double violation = std::log(rates.other_version / (1 - rates.other_version));
  std::set<std::string_view> there;
  for (const auto& c : e.components) there.insert(c.snapshot);
  std::vector<Component> made;
  for (std::uint32_t c = 0; c < carriers.size(); ++c) {
    if (e.carriers[c].rows == 0 || !e.carriers[c].has_own) continue;
    const CarrierView& view = carriers[c];
    for (const auto& entry : registry.snapshots()) {
      if (entry.controller != view.controller || entry.own || there.contains(entry.id)) continue;
      const Component* from = nearest(e, c, entry, registry);
      if (from == nullptr) continue;
      const double years =
          static_cast<double>(std::abs((entry.as_of - from->as_of).count())) / kYear;
      const double known = std::exp(from->log_size);
      const auto population = static_cast<double>(e.carriers[c].population);
      const double stays = std::max(0.05, 1 - (rates.leave + rates.move) * years);
      const double fresh = std::clamp(known / std::max(1.0, population), 1e-6, 1.0);
      const double moved = fresh * std::clamp(rates.move * years, 1e-3, 1.0);
      const OwnAround then(view, from->as_of);
      const OwnAround around(view, entry.as_of);
      Component guess;
      guess.carrier = c;
      guess.ordinal = from->ordinal;
      guess.guessed = true;
      guess.party = entry.holder;
      guess.snapshot = entry.id;
      guess.as_of = entry.as_of;
      guess.columns = entry.items;
      guess.log_size =
          std::log(entry.records > 0 ? static_cast<double>(entry.records) : std::max(1.0, known));
      for (std::uint32_t t = 0; t < types.size(); ++t) {
        for (const auto& part : types[t]->parts) {
          if (part.carrier != c) continue;
          const auto members = view.classes->members(part.subject);
          if (!std::ranges::any_of(members, [&](Ordinal o) { return view.snapshots[o].own; }))
            continue;
          double in = 0;
          if (std::ranges::binary_search(members, from->ordinal)) {
            in = stays;
          } else if (!then.any() || then.has(*view.classes, part.subject)) {
            in = moved;
          } else {
            in = fresh;
          }
          // Who is in the base at neither side of the day was no customer then.
          if (around.any() && !around.has(*view.classes, part.subject)) in *= rates.other_version;
          int violations = 0;
          for (const auto& v : part.values) {
            const bool column = std::ranges::find(guess.columns, v.field) != guess.columns.end();
            if (column && around.any() && !around.has(*view.classes, v.klass)) ++violations;
          }
          const double plain = std::log(in);
          guess.members.push_back(
              {t, static_cast<float>(plain + violations * violation), static_cast<float>(plain)});
        }
      }
      made.push_back(std::move(guess));
    }
  }
  for (auto& m : made) e.components.push_back(std::move(m));
}

}  // namespace hitokoe::matcher
