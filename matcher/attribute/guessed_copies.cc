#include "matcher/attribute/guessed_copies.h"

#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>

namespace hitokoe::matcher {

namespace {

constexpr double kYear = 365.25;
constexpr double kLeast = 1e-9;         // nothing is impossible
constexpr double kCameOrWent = 0.5;     // in the base at one of the two sides of a day
constexpr std::size_t kCounted = 2048;  // kinds of customers that a guess is measured by, of most
constexpr std::size_t kPoints = 2048;   // customers of the other kinds

// The carrier's own snapshots at both sides of a day.
struct OwnAround {
  std::optional<Ordinal> before, after;
  double years = 0;  // to the one that there is, where it is only one
  OwnAround(const CarrierView& view, JstDay day) {
    for (std::size_t i = 0; i < view.snapshots.size(); ++i) {
      const auto& s = view.snapshots[i];
      if (!s.own || s.snapshot.empty()) continue;
      const auto o = static_cast<Ordinal>(i);
      if (s.as_of <= day && (!before || view.snapshots[*before].as_of < s.as_of)) before = o;
      if (s.as_of >= day && (!after || view.snapshots[*after].as_of > s.as_of)) after = o;
    }
    if (before && after) return;
    if (before) years = static_cast<double>((day - view.snapshots[*before].as_of).count()) / kYear;
    if (after) years = static_cast<double>((view.snapshots[*after].as_of - day).count()) / kYear;
  }
};

// Which snapshots have what a row shows, by ordinal; made once a row, asked for every guess.
class Having {
 public:
  explicit Having(const CarrierView& view)
      : view_(view), customer_(view.snapshots.size(), 0), values_(view.snapshots.size(), 0) {}
  void look_at(Klass customer) {
    std::ranges::fill(customer_, 0);
    own_ = false;
    for (const Ordinal o : view_.classes->members(customer)) {
      customer_[o] = 1;
      own_ = own_ || view_.snapshots[o].own;
    }
  }
  void look_at(const KeptPart& part) {
    look_at(part.subject);
    std::ranges::fill(values_, 0);
    const std::size_t values = std::min<std::size_t>(part.values.size(), 64);
    for (std::size_t v = 0; v < values; ++v) {
      for (const Ordinal o : view_.classes->members(part.values[v].klass)) {
        values_[o] |= std::uint64_t{1} << v;
      }
    }
  }
  bool customer(Ordinal o) const { return customer_[o] != 0; }
  bool value(Ordinal o, std::size_t v) const { return (values_[o] >> v & 1U) != 0; }
  bool own() const { return own_; }

 private:
  const CarrierView& view_;
  std::vector<char> customer_;
  std::vector<std::uint64_t> values_;
  bool own_ = false;
};

constexpr double kNotAsked = -1;
enum OriginKind : std::uint8_t { kOfSnapshot, kOfGuess, kOfDay };

// Where the customers of a copy came from: another snapshot, another guess, or the base of a day.
struct Origin {
  std::optional<Ordinal> snapshot;
  std::optional<std::size_t> guess;
  OwnAround around;
};

struct Other {  // a copy of the same delegation that was fingerprinted
  Ordinal ordinal;
  std::size_t origin;  // by number
};

struct Customers {  // of one kind
  double subjects;
  std::uint64_t name;  // hash of the names of its snapshots
  Klass klass;
};

struct Guess {
  Component component;
  std::size_t origin;  // by number
  OwnAround around;
  std::vector<Other> others;  // the nearest date first
  double stays = 1, fresh = 1, moved = 0;
};

class Guesser {
 public:
  Guesser(std::uint32_t carrier, const CarrierView& view, const registry::Registry& registry,
          const Rates& rates, const Evidence& e)
      : carrier_(carrier), view_(view), registry_(registry), rates_(rates), e_(e), having_(view) {
    for (std::size_t i = 0; i < view.snapshots.size(); ++i) {
      if (!view.snapshots[i].snapshot.empty()) {
        ordinals_.emplace(view.snapshots[i].snapshot, static_cast<Ordinal>(i));
      }
    }
    for (const auto& c : e.components) {
      if (c.carrier != carrier || c.own || c.guessed) continue;
      const auto* entry = registry.snapshot(c.snapshot);
      if (entry != nullptr) known_[{c.party, entry->delegation}].push_back(&c);
    }
  }

  void make() {
    std::vector<std::pair<std::size_t, const registry::Snapshot*>> missing;  // by length of chain
    std::set<std::string_view> there;
    for (const auto& c : e_.components) there.insert(c.snapshot);
    for (const auto& entry : registry_.snapshots()) {
      if (entry.controller != view_.controller || entry.own || there.contains(entry.id)) continue;
      missing.emplace_back(registry_.chain(entry).size(), &entry);
    }
    std::ranges::stable_sort(missing, {}, [](const auto& m) { return m.first; });
    for (const auto& [depth, entry] : missing) add(*entry);
    if (!guesses_.empty()) measure();
  }

  // One part of a row: into the members of all guesses.
  void add(const KeptPart& part, std::uint32_t type) {
    if (guesses_.empty()) return;
    having_.look_at(part);
    if (!having_.own()) return;
    const double violation = std::log(rates_.other_version / (1 - rates_.other_version));
    guess();
    for (std::size_t i = 0; i < guesses_.size(); ++i) {
      auto& g = guesses_[i];
      int violations = 0;
      for (std::size_t v = 0; v < std::min<std::size_t>(part.values.size(), 64); ++v) {
        if (differs(g, part.values[v].field, v)) ++violations;
      }
      const double plain = std::log(in_[i]);
      g.component.members.push_back(
          {type, static_cast<float>(plain + violations * violation), static_cast<float>(plain)});
    }
  }

  void give(std::vector<Component>& out) {
    for (auto& g : guesses_) out.push_back(std::move(g.component));
  }

 private:
  // The same for all copies of a day; looked for once.
  const OwnAround& around(JstDay day) {
    const auto found = around_.find(day);
    return found != around_.end() ? found->second
                                  : around_.emplace(day, OwnAround(view_, day)).first->second;
  }

  // Its number: copies of one origin share it, so that a row asks each once.
  std::size_t origin_of(const registry::Snapshot& entry) {
    Origin out{{}, {}, around(entry.as_of)};
    auto key = std::pair(kOfDay, static_cast<std::int64_t>(entry.as_of.time_since_epoch().count()));
    if (!entry.source.empty()) {
      if (const auto found = ordinals_.find(entry.source); found != ordinals_.end()) {
        out.snapshot = found->second;
        key = {kOfSnapshot, static_cast<std::int64_t>(found->second)};
      } else if (const auto guess = numbers_.find(entry.source); guess != numbers_.end()) {
        out.guess = guess->second;
        key = {kOfGuess, static_cast<std::int64_t>(guess->second)};
      }
    }
    const auto [at, made] = origin_numbers_.emplace(key, origins_.size());
    if (made) origins_.push_back(out);
    return at->second;
  }

  void add(const registry::Snapshot& entry) {
    const auto there = known_.find({entry.holder, entry.delegation});
    if (there == known_.end()) return;
    Guess g{{}, origin_of(entry), around(entry.as_of), {}};
    const auto distance = [&](const Component* c) {
      return std::abs((c->as_of - entry.as_of).count());
    };
    std::vector<const Component*> same = there->second;
    std::ranges::sort(same, [&](const Component* a, const Component* b) {
      return std::pair(distance(a), std::string_view(a->snapshot)) <
             std::pair(distance(b), std::string_view(b->snapshot));
    });
    g.others.reserve(same.size());
    for (const auto* c : same) {
      g.others.push_back({c->ordinal, origin_of(*registry_.snapshot(c->snapshot))});
    }
    const Component& nearest = *same.front();
    const double years = static_cast<double>(distance(&nearest)) / kYear;
    const double known = std::exp(nearest.log_size);
    const double of = size_of(origins_[g.others.front().origin]);
    g.stays = std::max(0.05, 1 - rates_.move * years);
    g.fresh = std::clamp(known / std::max(1.0, of), 1e-6, 1.0);
    g.moved = g.fresh * std::clamp(rates_.move * years, 1e-3, 1.0);
    auto& c = g.component;
    c.carrier = carrier_;
    c.ordinal = nearest.ordinal;
    c.guessed = true;
    c.party = entry.holder;
    c.snapshot = entry.id;
    c.as_of = entry.as_of;
    c.columns = entry.items;
    c.log_size =
        std::log(entry.records > 0 ? static_cast<double>(entry.records) : std::max(1.0, known));
    numbers_.emplace(entry.id, guesses_.size());
    guesses_.push_back(std::move(g));
  }

  // P that each guess has the customer that was looked at.
  void guess() {
    in_.clear();
    came_.assign(origins_.size(), kNotAsked);
    for (const auto& g : guesses_) in_.push_back(std::max(came(g.origin) * belongs(g), kLeast));
  }

  // The kinds of customers that the carrier's base has. By the names of snapshots: what is done
  // with them does not depend on their order in the index.
  std::vector<Customers> kinds() const {
    std::vector<std::uint64_t> names(view_.snapshots.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto& id = view_.snapshots[i].snapshot;
      names[i] = XXH3_64bits(id.data(), id.size());
    }
    std::vector<Customers> out;
    for (std::size_t k = 0; k < view_.classes->size(); ++k) {
      const auto klass = static_cast<Klass>(k);
      if (view_.classes->subjects(klass) == 0) continue;
      std::uint64_t name = 0;
      bool own = false;
      for (const Ordinal o : view_.classes->members(klass)) {
        name += names[o];
        own = own || view_.snapshots[o].own;
      }
      if (!own) continue;
      out.push_back({static_cast<double>(view_.classes->subjects(klass)),
                     XXH3_64bits(&name, sizeof name), klass});
    }
    return out;
  }

  // A guess that many customers may be in is no small set, whatever the registry says: what a row
  // counts under it must add up to one over all customers. The kinds of most customers count as
  // they are; of the rest, what evenly spaced customers say counts for those around them.
  void measure() {
    auto all = kinds();
    const auto counted = all.begin() + static_cast<std::ptrdiff_t>(std::min(kCounted, all.size()));
    const auto key = [](const Customers& c) { return std::pair(-c.subjects, c.name); };
    std::ranges::nth_element(all, counted, {}, key);
    std::sort(all.begin(), counted,
              [&](const Customers& a, const Customers& b) { return key(a) < key(b); });
    std::sort(counted, all.end(),
              [](const Customers& a, const Customers& b) { return a.name < b.name; });
    std::vector<double> sums(guesses_.size(), 0);
    const auto count = [&](const Customers& kind, double subjects) {
      having_.look_at(kind.klass);
      guess();
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += subjects * in_[i];
    };
    for (auto k = all.begin(); k != counted; ++k) count(*k, k->subjects);
    const std::span<const Customers> rest(counted, all.end());
    double customers = 0;
    for (const auto& kind : rest) customers += kind.subjects;
    const double step = std::max(1.0, customers / static_cast<double>(kPoints));
    double before = 0;
    for (const auto& kind : rest) {
      // A point stands in the middle of each step.
      const double points = std::round((before + kind.subjects) / step) - std::round(before / step);
      before += kind.subjects;
      if (points > 0) count(kind, points * step);
    }
    for (std::size_t i = 0; i < sums.size(); ++i) {
      auto& size = guesses_[i].component.log_size;
      size = std::max(size, std::log(std::max(sums[i], kLeast)));
    }
  }

  double size_of(const Origin& origin) const {
    const auto of = [&](Ordinal o) {
      const auto& s = view_.snapshots[o];
      return static_cast<double>(e_.carriers[carrier_].has_own ? s.in_own : s.subjects);
    };
    if (origin.snapshot) return of(*origin.snapshot);
    if (origin.guess) return std::exp(guesses_[*origin.guess].component.log_size);
    if (origin.around.before) return of(*origin.around.before);
    if (origin.around.after) return of(*origin.around.after);
    return static_cast<double>(e_.carriers[carrier_].population);
  }

  // P that the row's customer was there to be handed over.
  double came(std::size_t number) {
    if (came_[number] < 0) came_[number] = ask(origins_[number]);
    return came_[number];
  }
  double ask(const Origin& origin) const {
    const double never = rates_.other_version;
    if (origin.snapshot) return having_.customer(*origin.snapshot) ? 1 : never;
    if (origin.guess) return in_[*origin.guess];
    const auto& [before, after, years] = origin.around;
    if (before && after) {
      const bool was = having_.customer(*before);
      const bool is = having_.customer(*after);
      return was && is ? 1 : was || is ? kCameOrWent : never;
    }
    if (!before && !after) return 1;
    const double gone = std::min(0.5, rates_.leave * years);
    return having_.customer(before ? *before : *after) ? 1 - gone : std::max(never, gone);
  }

  // … and is of those whom this holder gets: as the other copies of it show.
  double belongs(const Guess& g) {
    for (const auto& other : g.others) {
      if (having_.customer(other.ordinal)) return g.stays;
      if (came(other.origin) >= kCameOrWent) return g.moved;
    }
    return g.fresh;
  }

  // The value is not the one of that day.
  bool differs(const Guess& g, FieldId field, std::size_t value) const {
    if (std::ranges::find(g.component.columns, field) == g.component.columns.end()) return false;
    if (const auto& from = origins_[g.origin].snapshot) {
      const auto& held = view_.snapshots[*from].columns;
      if (std::ranges::find(held, field) != held.end()) return !having_.value(*from, value);
    }
    const auto& [before, after, years] = g.around;
    return (before || after) && !(before && having_.value(*before, value)) &&
           !(after && having_.value(*after, value));
  }

  std::uint32_t carrier_;
  const CarrierView& view_;
  const registry::Registry& registry_;
  const Rates& rates_;
  const Evidence& e_;
  Having having_;
  std::map<std::string_view, Ordinal> ordinals_;     // of snapshots, by id
  std::map<std::string_view, std::size_t> numbers_;  // of guesses
  // By party and delegation: copies that were fingerprinted.
  std::map<std::pair<std::string_view, std::string_view>, std::vector<const Component*>> known_;
  std::map<JstDay, OwnAround> around_;
  std::map<std::pair<OriginKind, std::int64_t>, std::size_t> origin_numbers_;
  std::vector<Origin> origins_;
  std::vector<double> came_;    // by origin: P that the customer came from there, or kNotAsked
  std::vector<Guess> guesses_;  // what one was made from before it
  std::vector<double> in_;      // by guess: P that it has the customer
};

}  // namespace

bool is_guessed(const Evidence& evidence, const std::string& snapshot) {
  return std::ranges::any_of(
      evidence.components, [&](const Component& c) { return c.guessed && c.snapshot == snapshot; });
}

void add_guessed_copies(std::span<const RowType* const> types,
                        std::span<const CarrierView> carriers, const registry::Registry& registry,
                        const Rates& rates, Evidence& e) {
  std::vector<Component> made;
  for (std::uint32_t c = 0; c < carriers.size(); ++c) {
    if (e.carriers[c].rows == 0 || !e.carriers[c].has_own) continue;
    Guesser guesser(c, carriers[c], registry, rates, e);
    guesser.make();
    for (std::uint32_t t = 0; t < types.size(); ++t) {
      for (const auto& part : types[t]->parts) {
        if (part.carrier == c) guesser.add(part, t);
      }
    }
    guesser.give(made);
  }
  for (auto& m : made) e.components.push_back(std::move(m));
}

}  // namespace hitokoe::matcher
