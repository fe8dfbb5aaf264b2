#include "evaluation/worlds/world.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>

namespace hitokoe::evaluation {

namespace {

constexpr std::array<double, kColumnCount> kHanded = {0.85, 0.95, 0.6,  0.7, 0.5,
                                                      0.6,  0.6,  0.35, 0.3};
constexpr double kPassedOn = 0.8;  // a column, to a sub-contractor

std::uint64_t mix(std::uint64_t x) {  // splitmix64's finaliser (Steele, Lea, Flood 2014)
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

std::string name(char kind, std::size_t n) {
  char text[16];
  std::snprintf(text, sizeof text, "%c%03zu", kind, n);
  return text;
}

// Some of a list with Zipf sizes: few are much asked for, and few sets are large.
std::uint64_t choose_some(std::size_t of, Random& random) {
  const std::size_t n = 1 + draw(zipf(of / 2 + 1, 1.2), random);
  std::uint64_t out = 0;
  while (static_cast<std::size_t>(std::popcount(out)) < n) {
    out |= std::uint64_t{1} << random.below(of);
  }
  return out;
}

ColumnMask choose_columns(ColumnMask from, std::span<const double> chances, std::size_t least,
                          Random& random) {
  while (true) {
    ColumnMask out = 0;
    for (std::size_t i = 0; i < kColumnCount; ++i) {
      if (has(from, i) && random.unit() < chances[i]) out |= static_cast<ColumnMask>(1U << i);
    }
    if (static_cast<std::size_t>(std::popcount(out)) >= least) return out;
  }
}

}  // namespace

JstDay calendar(int day) {
  return JstDay(std::chrono::year(2023) / 1 / 1) + std::chrono::days(day);
}

World::World(const WorldOptions& options, std::uint64_t seed)
    : World(options, SeededRandom(seed)) {}

World::World(const WorldOptions& options, SeededRandom&& random)
    : options_(options), people_(options, random) {
  for (std::size_t i = 0; i < options_.carriers; ++i) parties_.push_back(name('c', i));
  for (std::size_t i = 0; i < options_.contractors; ++i) parties_.push_back(name('k', i));
  for (std::size_t i = 0; i < options_.sub_contractors; ++i) parties_.push_back(name('s', i));
  make_own();
  make_contractors(random);
  make_sub_contractors(random);
  for (auto& copy : copies_) {
    const bool first =
        copy.own()
            ? copy.as_of == 0
            : &copies_[delegations_[static_cast<std::size_t>(copy.delegation)].copies.front()] ==
                  &copy;
    copy.fingerprinted = first || random.unit() >= options_.missing;
  }
  list_holders();
}

void World::make_own() {
  auto all = static_cast<ColumnMask>((1U << kColumnCount) - 1);
  if (!options_.plan_field) all &= static_cast<ColumnMask>(~(1U << kPlanColumn));
  own_.resize(options_.carriers);
  for (std::uint32_t c = 0; c < options_.carriers; ++c) {
    const auto [from, to] = people_.of_carrier(c);
    for (int day = 0; day <= options_.days; day += options_.own_every) {
      Copy copy;
      copy.id = parties_[c] + "-" + std::to_string(day);
      copy.party = copy.carrier = c;
      copy.as_of = copy.on = day;
      copy.columns = all;
      for (auto i = from; i < to; ++i) {
        const auto& contract = people_.contracts()[i];
        if (contract.from <= day && day < contract.to) copy.members.push_back(i);
      }
      own_[c].push_back(static_cast<std::uint32_t>(copies_.size()));
      copies_.push_back(std::move(copy));
    }
  }
}

void World::choose_set(Delegation& d, Random& random) const {
  d.salt = random.u64();
  d.by_number = random.unit() < 0.5;
  if (random.unit() < options_.full_copy) return;
  const double kind = random.unit();
  if (kind < 0.4) {
    d.regions = choose_some(options_.regions, random);
  } else if (kind < 0.65) {
    d.segments = choose_some(options_.segments, random);
  } else {
    d.share = 0.6 / static_cast<double>(1 + draw(zipf(20, 0.8), random));
  }
}

bool World::in_set(const Delegation& d, std::uint32_t contract) const {
  const auto& c = people_.contracts()[contract];
  if (((d.regions >> c.region) & 1U) == 0 || ((d.segments >> c.segment) & 1U) == 0) return false;
  return d.share >= 1 || static_cast<double>(mix(d.salt ^ contract) >> 11) * 0x1p-53 < d.share;
}

void World::hand_over(std::uint32_t delegation, std::uint32_t source, int on) {
  auto& d = delegations_[delegation];
  const auto& above = copies_[source];
  Copy copy;
  copy.id = parties_[d.to] + "-" + std::to_string(delegation) + "-" + std::to_string(on);
  copy.party = d.to;
  copy.carrier = d.carrier;
  copy.delegation = static_cast<int>(delegation);
  copy.source = static_cast<int>(source);
  copy.as_of = above.as_of;
  copy.on = on;
  copy.columns = d.columns;
  for (const auto contract : above.members) {
    if (in_set(d, contract)) copy.members.push_back(contract);
  }
  d.copies.push_back(static_cast<std::uint32_t>(copies_.size()));
  copies_.push_back(std::move(copy));
}

void World::make_contractors(Random& random) {
  const auto carriers = zipf(options_.carriers, 0.7);
  for (std::uint32_t k = 0; k < options_.contractors; ++k) {
    const std::size_t first = draw(carriers, random);
    std::vector<std::size_t> clients = {first};
    if (options_.carriers > 1 && random.unit() < options_.two_clients) {
      clients.push_back((first + 1 + random.below(options_.carriers - 1)) % options_.carriers);
    }
    for (const std::size_t c : clients) {
      Delegation d;
      d.carrier = d.from = static_cast<std::uint32_t>(c);
      d.to = options_.carriers + k;
      choose_set(d, random);
      d.columns = choose_columns(copies_[own_[c][0]].columns, kHanded, 3, random);
      d.returned = random.unit() < options_.returned;
      const auto number = static_cast<std::uint32_t>(delegations_.size());
      delegations_.push_back(std::move(d));
      const std::uint64_t n = 1 + random.below(options_.handovers);
      std::vector<std::size_t> dates;
      while (dates.size() < std::min<std::size_t>(n, own_[c].size())) {
        const std::size_t at = random.below(own_[c].size());
        if (std::ranges::find(dates, at) == dates.end()) dates.push_back(at);
      }
      std::ranges::sort(dates);
      for (const std::size_t at : dates) {
        hand_over(number, own_[c][at],
                  copies_[own_[c][at]].as_of + 1 + static_cast<int>(random.below(20)));
      }
    }
  }
}

void World::make_sub_contractors(Random& random) {
  const std::array<double, kColumnCount> passed = [] {
    std::array<double, kColumnCount> all{};
    all.fill(kPassedOn);
    return all;
  }();
  const std::size_t top = delegations_.size();
  for (std::uint32_t s = 0; s < options_.sub_contractors; ++s) {
    const bool deeper = delegations_.size() > top && random.unit() < options_.deeper;
    const std::size_t above =
        deeper ? top + random.below(delegations_.size() - top) : random.below(top);
    Delegation d;
    d.carrier = delegations_[above].carrier;
    d.from = delegations_[above].to;
    d.to = options_.carriers + options_.contractors + s;
    d.above = static_cast<int>(above);
    d.level = delegations_[above].level + 1;
    choose_set(d, random);
    d.columns = choose_columns(delegations_[above].columns, passed, 2, random);
    d.returned = random.unit() < options_.returned;
    const auto number = static_cast<std::uint32_t>(delegations_.size());
    delegations_.push_back(std::move(d));
    const auto sources = delegations_[above].copies;
    const std::uint64_t n =
        1 + random.below(std::max<std::uint32_t>(1, options_.handovers * 2 / 3));
    const int from = copies_[sources.front()].on;
    std::vector<int> days;
    while (days.size() < n) {
      days.push_back(from + 1 +
                     static_cast<int>(random.below(
                         static_cast<std::uint64_t>(std::max(30, options_.days - from)))));
    }
    std::ranges::sort(days);
    days.erase(std::unique(days.begin(), days.end()), days.end());
    for (const int on : days) {
      std::size_t latest = 0;
      while (latest + 1 < sources.size() && copies_[sources[latest + 1]].on < on) ++latest;
      if (latest > 0 && random.unit() < options_.stale) --latest;
      hand_over(number, sources[latest], on);
    }
  }
}

void World::list_holders() {
  held_from_.assign(people_.contracts().size() + 1, 0);
  for (const auto& copy : copies_) {
    for (const auto contract : copy.members) ++held_from_[contract + 1];
  }
  for (std::size_t i = 1; i < held_from_.size(); ++i) held_from_[i] += held_from_[i - 1];
  holders_.resize(held_from_.back());
  auto next = held_from_;
  for (std::size_t k = 0; k < copies_.size(); ++k) {
    for (const auto contract : copies_[k].members) {
      holders_[next[contract]++] = static_cast<std::uint16_t>(k);
    }
  }
}

std::vector<std::uint32_t> World::in_file_order(const Copy& copy) const {
  auto out = copy.members;
  if (copy.own() || delegations_[static_cast<std::size_t>(copy.delegation)].by_number) return out;
  const auto salt = ~delegations_[static_cast<std::size_t>(copy.delegation)].salt;
  std::ranges::sort(
      out, {}, [&](std::uint32_t contract) { return std::pair(mix(salt ^ contract), contract); });
  return out;
}

std::span<const std::uint32_t> World::places(std::uint32_t copy) const {
  places_.resize(copies_.size());
  auto& out = places_[copy];
  const auto& members = copies_[copy].members;
  if (!out.empty() || members.empty()) return out;
  const auto order = in_file_order(copies_[copy]);
  out.resize(members.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    const auto at = std::ranges::lower_bound(members, order[i]) - members.begin();
    out[static_cast<std::size_t>(at)] = i;
  }
  return out;
}

const World::Frames& World::frames(std::uint32_t copy) const {
  frames_.resize(copies_.size());
  auto& out = frames_[copy];
  if (out.made) return out;
  for (const auto m : copies_[copy].members) {
    ++out.regions[people_.contracts()[m].region];
    ++out.segments[people_.contracts()[m].segment];
  }
  out.made = true;
  return out;
}

registry::Registry World::registry() const {
  std::vector<registry::Party> parties;
  parties.reserve(parties_.size());
  for (const auto& id : parties_) parties.push_back({id, id, {}});
  const auto items = [](ColumnMask mask) {
    std::vector<FieldId> out;
    for (std::size_t i = 0; i < kColumnCount; ++i) {
      if (has(mask, i)) out.push_back(kColumns[i].field);
    }
    return out;
  };
  const auto id = [](std::size_t delegation) { return "d" + std::to_string(delegation); };
  std::vector<registry::Delegation> delegations;
  for (std::size_t i = 0; i < delegations_.size(); ++i) {
    const auto& d = delegations_[i];
    registry::Delegation out;
    out.id = id(i);
    out.controller = parties_[d.carrier];
    out.from = parties_[d.from];
    out.to = parties_[d.to];
    if (d.above >= 0) {
      out.under = id(static_cast<std::size_t>(d.above));
      out.consent = registry::Consent{parties_[d.carrier], calendar(-30), "1"};
    }
    out.purposes = {"委託業務"};
    out.items = items(d.columns);
    out.begins = calendar(-30);
    if (d.returned) {
      out.ends = calendar(options_.days + 30);
      out.returned = registry::Consent{"", calendar(options_.days + 31), "1"};
    }
    delegations.push_back(std::move(out));
  }
  std::vector<registry::Snapshot> snapshots;
  for (const auto& copy : copies_) {
    registry::Snapshot s;
    s.id = copy.id;
    s.controller = parties_[copy.carrier];
    s.holder = parties_[copy.party];
    s.own = copy.own();
    if (!copy.own()) {
      s.delegation = id(static_cast<std::size_t>(copy.delegation));
      s.source = copies_[static_cast<std::size_t>(copy.source)].id;
      s.medium = "sftp";
      s.encrypted = true;
    }
    s.as_of = calendar(copy.as_of);
    s.on = calendar(copy.on);
    s.records = copy.members.size();
    s.items = items(copy.columns);
    snapshots.push_back(std::move(s));
  }
  return {std::move(parties), std::move(delegations), std::move(snapshots)};
}

}  // namespace hitokoe::evaluation
