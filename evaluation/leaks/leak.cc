#include "evaluation/leaks/leak.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace hitokoe::evaluation {

namespace {

constexpr std::array<std::uint32_t, 5> kDumpRows = {500, 1000, 2000, 5000, 10000};

double pick(std::span<const double> from, Random& random) {
  return from[random.below(from.size())];
}

}  // namespace

bool in_part(const World& world, const Part& part, std::uint32_t contract) {
  const auto& c = world.people().contracts()[contract];
  return ((part.regions >> c.region) & 1U) != 0 && ((part.segments >> c.segment) & 1U) != 0;
}

std::pair<std::uint32_t, std::uint32_t> junk_frame(const World& world, std::uint32_t carrier) {
  return world.people().of_carrier(carrier);
}

LeakMaker::LeakMaker(const World& world, const LeakOptions& options, std::uint64_t seed)
    : world_(world), options_(options), random_(seed) {
  std::vector<double> of_party(world.parties().size(), 0);
  for (const auto& copy : world.copies()) {
    if (copy.members.size() >= kLeastCopy) of_party[copy.party] += 1;
  }
  for (const auto& copy : world.copies()) {
    double weight = 0;
    if (copy.members.size() >= kLeastCopy) {
      weight = (copy.own() ? options.own_weight : 1) / of_party[copy.party];
      if (!copy.own() && world.delegations()[static_cast<std::size_t>(copy.delegation)].returned) {
        weight *= options.returned_weight;
      }
    }
    weights_.push_back(weight);
  }
  for (std::uint32_t i = 0; i < options.dumps; ++i) {
    Dump dump;
    do {
      dump.copy = choose_copy();
    } while (world.copies()[dump.copy].as_of > world.options().days * 2 / 3);
    const auto rows = static_cast<double>(kDumpRows[random_.below(kDumpRows.size())]);
    const auto all = world.copies()[dump.copy].columns;
    dump.columns = choose_columns(all, all, all);
    take(choose_part(dump.copy, rows), dump.columns, dump.rows);
    dumps_.push_back(std::move(dump));
  }
}

std::uint32_t LeakMaker::choose_copy() {
  return static_cast<std::uint32_t>(draw(weights_, random_));
}

std::uint32_t LeakMaker::size_of(const Part& part) const {
  const auto& members = world_.copies()[part.copy].members;
  if (part.sampling == Sampling::kContiguous) {
    return std::min(part.to, static_cast<std::uint32_t>(members.size())) - part.from;
  }
  return static_cast<std::uint32_t>(
      std::ranges::count_if(members, [&](auto m) { return in_part(world_, part, m); }));
}

Part LeakMaker::choose_part(std::uint32_t copy, double rows) {
  const auto& members = world_.copies()[copy].members;
  Part part;
  part.copy = copy;
  const double kind = random_.unit();
  if (kind < options_.contiguous) {
    part.sampling = Sampling::kContiguous;
    const auto length = static_cast<std::uint32_t>(std::max(1.0, std::round(rows / kMostRate)));
    const auto pages = (static_cast<std::uint32_t>(members.size()) + length - 1) / length;
    part.from = static_cast<std::uint32_t>(random_.below(pages)) * length;
    part.to = part.from + length;
    part.rate = kMostRate;
    return part;
  }
  if (kind < options_.contiguous + options_.regional) {
    part.sampling = Sampling::kRegional;
    const auto& c = world_.people().contracts()[members[random_.below(members.size())]];
    part.regions = std::uint64_t{1} << c.region;
  }
  part.rate = std::min(kMostRate, rows / size_of(part));
  return part;
}

// So many columns that a row of either source can be resolved.
ColumnMask LeakMaker::choose_columns(ColumnMask all, ColumnMask first, ColumnMask second) {
  while (true) {
    ColumnMask out = 0;
    for (std::size_t i = 0; i < kColumnCount; ++i) {
      if (has(all, i) && random_.unit() < options_.shown) out |= static_cast<ColumnMask>(1U << i);
    }
    const auto enough = [&](ColumnMask of) {
      return std::popcount(static_cast<unsigned>(out & of)) >= kLeastValues;
    };
    if (enough(first) && enough(second)) return out;
  }
}

void LeakMaker::show(LeakedRow& row, int as_of, ColumnMask columns, double kept) {
  const auto& people = world_.people();
  const auto person = people.contracts()[row.contract].person;
  row.had = columns;
  for (std::size_t i = 0; i < kColumnCount; ++i) {
    if (!has(columns, i)) continue;
    if (kept < 1 && random_.unit() >= kept) continue;
    if (random_.unit() < options_.illegible) continue;
    row.legible |= static_cast<ColumnMask>(1U << i);
    const auto change = kColumns[i].change;
    auto version = people.version(person, change, as_of);
    const auto versions = people.versions(person, change);
    if (versions > 1 && random_.unit() < options_.other_version) {
      const auto other = static_cast<std::uint8_t>(random_.below(versions - 1U));
      version = other < version ? other : static_cast<std::uint8_t>(other + 1);
    }
    row.versions[i] = version;
  }
}

void LeakMaker::take(const Part& part, ColumnMask columns, std::vector<LeakedRow>& out) {
  const auto& copy = world_.copies()[part.copy];
  const auto take_one = [&](std::uint32_t contract) {
    if (random_.unit() >= part.rate) return;
    LeakedRow row{.contract = contract};
    show(row, copy.as_of, columns & copy.columns, 1);
    if (std::popcount(row.legible) >= kLeastValues) out.push_back(row);
  };
  if (part.sampling == Sampling::kContiguous) {
    const auto order = world_.in_file_order(copy);
    std::vector<std::uint32_t> page;
    for (std::size_t i = part.from; i < std::min<std::size_t>(part.to, order.size()); ++i) {
      page.push_back(order[i]);
    }
    std::ranges::sort(page);
    for (const auto contract : page) take_one(contract);
    return;
  }
  for (const auto contract : copy.members) {
    if (in_part(world_, part, contract)) take_one(contract);
  }
}

void LeakMaker::add_old(const Dump& dump, double rows, ColumnMask columns,
                        std::vector<LeakedRow>& out) {
  if (dump.rows.empty()) return;
  const double rate = std::min(kMostRate, rows / static_cast<double>(dump.rows.size()));
  for (const auto& old : dump.rows) {
    if (random_.unit() >= rate) continue;
    auto row = old;
    row.legible &= columns;
    row.had &= columns;
    if (std::popcount(row.legible) >= kLeastValues) out.push_back(row);
  }
}

void LeakMaker::add_recombined(std::uint32_t carrier, double rows, ColumnMask columns,
                               std::vector<LeakedRow>& out) {
  const auto [from, to] = junk_frame(world_, carrier);
  const double rate = std::min(kMostRate, rows / (to - from));
  const int dates = world_.options().days / world_.options().own_every + 1;
  for (auto contract = from; contract < to; ++contract) {
    if (random_.unit() >= rate) continue;
    const int date = static_cast<int>(random_.below(static_cast<std::uint64_t>(dates)));
    LeakedRow row{.contract = contract, .recombined = true};
    show(row, date * world_.options().own_every, columns, kKept);
    if (std::popcount(row.legible) >= kLeastValues) out.push_back(row);
  }
}

MadeLeak LeakMaker::make() {
  MadeLeak leak;
  const double dice = random_.unit();
  const double two = options_.two_sources;
  const double old = two + (dumps_.empty() ? 0 : options_.known_old);
  leak.kind = dice < two                           ? LeakKind::kTwoSources
              : dice < old                         ? LeakKind::kKnownOld
              : dice < old + options_.unregistered ? LeakKind::kUnregistered
                                                   : LeakKind::kOneSource;
  leak.wanted = kRowLevels[random_.below(kRowLevels.size())];
  leak.junk = options_.most_junk * static_cast<double>(random_.below(kJunkLevels)) /
              static_cast<double>(kJunkLevels - 1);
  const double rows = static_cast<double>(leak.wanted);
  const double fresh = rows * (1 - leak.junk);
  const auto& copies = world_.copies();
  std::uint32_t carrier = 0;
  if (leak.kind == LeakKind::kKnownOld) {
    leak.dump = static_cast<int>(random_.below(dumps_.size()));
    const auto& dump = dumps_[static_cast<std::size_t>(leak.dump)];
    leak.columns = choose_columns(dump.columns, dump.columns, dump.columns);
    carrier = copies[dump.copy].carrier;
    add_old(dump, fresh + rows * leak.junk / 2, leak.columns, leak.rows);
  } else if (leak.kind == LeakKind::kTwoSources) {
    const auto first = choose_copy();
    auto second = choose_copy();
    while (copies[second].party == copies[first].party) second = choose_copy();
    leak.sources = {first, second};
    leak.columns = choose_columns(copies[first].columns | copies[second].columns,
                                  copies[first].columns, copies[second].columns);
    const double share = pick(kFirstShares, random_);
    carrier = copies[first].carrier;
    for (const auto copy : leak.sources) {
      Part part;
      part.copy = copy;
      const double mine = fresh * (copy == first ? share : 1 - share);
      part.rate = std::min(kMostRate, mine / static_cast<double>(copies[copy].members.size()));
      const std::size_t before = leak.rows.size();
      take(part, leak.columns, leak.rows);
      leak.parts.push_back(part);
      if (copy == second && leak.rows.size() - before > before) std::ranges::reverse(leak.sources);
      if (copy == second) break;
    }
  } else {
    const auto copy = choose_copy();
    carrier = copies[copy].carrier;
    leak.columns = choose_columns(copies[copy].columns, copies[copy].columns, copies[copy].columns);
    Part part;
    if (leak.kind == LeakKind::kOneSource) {
      part = choose_part(copy, fresh);
      leak.sources = {copy};
    } else {
      // A holder that nobody registered has a part of somebody's copy, and lost some of it.
      part.copy = copy;
      const auto kind = random_.below(3);
      const auto& c =
          world_.people()
              .contracts()[copies[copy].members[random_.below(copies[copy].members.size())]];
      if (kind == 1) part.regions = std::uint64_t{1} << c.region;
      if (kind == 2) part.segments = std::uint64_t{1} << c.segment;
      const double share = kind == 0 ? pick(kUnregisteredShares, random_) : 1;
      part.rate = share * std::min(kMostRate, fresh / (share * size_of(part)));
    }
    take(part, leak.columns, leak.rows);
    leak.parts.push_back(part);
  }
  if (leak.junk > 0) {
    if (leak.kind != LeakKind::kKnownOld && !dumps_.empty()) {
      leak.dump = static_cast<int>(random_.below(dumps_.size()));
      add_old(dumps_[static_cast<std::size_t>(leak.dump)], rows * leak.junk / 2, leak.columns,
              leak.rows);
    }
    const double made = rows * leak.junk / 2;
    add_recombined(carrier, made * kRecombined, leak.columns, leak.rows);
    leak.made_up = static_cast<std::uint64_t>(made * (1 - kRecombined));
  }
  for (std::size_t i = leak.rows.size(); i > 1; --i) {
    std::swap(leak.rows[i - 1], leak.rows[random_.below(i)]);
  }
  return leak;
}

std::string_view to_string(LeakKind kind) {
  switch (kind) {
    case LeakKind::kOneSource:
      return "one";
    case LeakKind::kTwoSources:
      return "two";
    case LeakKind::kKnownOld:
      return "known_old";
    case LeakKind::kUnregistered:
      return "unregistered";
  }
  return {};
}

}  // namespace hitokoe::evaluation
