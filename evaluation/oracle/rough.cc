#include "evaluation/oracle/rough.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hitokoe::evaluation {

namespace {

constexpr double kJunkRate = 0.25, kDumpRate = 0.3;  // about; only an order is looked for
constexpr int kRounds = 4;

}  // namespace

RoughScores::RoughScores(const World& world, std::span<const Dump> dumps, const RowWeights& rows)
    : world_(world), rows_(rows), held_(world.copies().size()), background_(rows.size(), 1e-12) {
  double people = 0;
  for (std::uint32_t c = 0; c < world.options().carriers; ++c) {
    const auto [from, to] = junk_frame(world, c);
    people += to - from;
  }
  const double rate = std::min(0.9, kJunkRate * static_cast<double>(rows.size()) / people);
  for (std::uint32_t c = 0; c < world.options().carriers; ++c) {
    const auto& junk = rows.of_junk(c);
    for (std::size_t i = 0; i < rows.size(); ++i) background_[i] += rate * junk[i];
    for (std::uint32_t i = 0; i < rows.size(); ++i) {
      const auto contract = rows.contract(i, c);
      if (contract == kNobody) continue;
      for (const auto k : world.holders(contract)) {
        const double weight = rows.one(i, world.copies()[k]);
        if (weight > 0) held_[k].push_back({i, weight});
      }
    }
  }
  for (const auto& dump : dumps) {
    const auto weights = rows.of_dump(world, dump);
    for (std::size_t i = 0; i < rows.size(); ++i) background_[i] += kDumpRate * weights[i];
  }
}

// The rate is fitted; of the frame, those who are missing count against it.
double RoughScores::gain(std::span<const Held> held, double size,
                         std::span<const double> background) const {
  double rate = std::min(kMostRate, static_cast<double>(held.size()) / size);
  for (int round = 0; round < kRounds; ++round) {
    double given = 0;
    for (const auto& h : held) {
      const double mine = rate / (1 - rate) * h.weight;
      given += mine / (mine + background[h.row]);
    }
    rate = std::clamp(given / size, 1e-9, kMostRate);
  }
  double out = size * std::log1p(-rate);
  for (const auto& h : held) {
    out += std::log1p(rate / (1 - rate) * h.weight / background[h.row]);
  }
  return out;
}

double RoughScores::best_part(std::uint32_t copy, std::span<const double> background) const {
  const auto& held = held_[copy];
  const auto size = static_cast<double>(world_.copies()[copy].members.size());
  double best = gain(held, size, background);
  const auto& people = world_.people();
  const auto carrier = world_.copies()[copy].carrier;
  // The region and the segment of most rows.
  std::array<std::uint32_t, 64> regions{};
  std::array<std::uint32_t, 64> segments{};
  for (const auto& h : held) {
    const auto& c = people.contracts()[people.contract(rows_.persons()[h.row], carrier)];
    ++regions[c.region];
    ++segments[c.segment];
  }
  const auto region = std::ranges::max_element(regions) - regions.begin();
  const auto segment = std::ranges::max_element(segments) - segments.begin();
  const auto part = [&](auto in) {
    std::vector<Held> mine;
    for (const auto& h : held) {
      if (in(people.contracts()[people.contract(rows_.persons()[h.row], carrier)])) {
        mine.push_back(h);
      }
    }
    const auto frame = std::ranges::count_if(world_.copies()[copy].members,
                                             [&](auto m) { return in(people.contracts()[m]); });
    return frame == 0 ? -1e300 : gain(mine, static_cast<double>(frame), background);
  };
  if (std::size_t{3} * regions[static_cast<std::size_t>(region)] > held.size()) {
    best = std::max(best, part([&](const Contract& c) { return c.region == region; }));
  }
  if (std::size_t{3} * segments[static_cast<std::size_t>(segment)] > held.size()) {
    best = std::max(best, part([&](const Contract& c) { return c.segment == segment; }));
  }
  // A stretch of the file: as if the middle 90 % of the rows were all of it.
  const auto places = world_.places(copy);
  std::vector<std::pair<std::uint32_t, Held>> order;
  for (const auto& h : held) {
    const auto contract = people.contract(rows_.persons()[h.row], carrier);
    const auto& members = world_.copies()[copy].members;
    const auto at = std::ranges::lower_bound(members, contract) - members.begin();
    order.emplace_back(places[static_cast<std::size_t>(at)], h);
  }
  std::ranges::sort(order, {}, &std::pair<std::uint32_t, Held>::first);
  const std::size_t n = order.size();
  for (const double middle : {0.9, 0.5, 0.2}) {
    // The shortest stretch that has this share of them.
    const auto wanted = static_cast<std::size_t>(std::ceil(middle * static_cast<double>(n)));
    if (wanted < 2) continue;
    std::size_t from = 0;
    for (std::size_t i = 0; i + wanted <= n; ++i) {
      if (order[i + wanted - 1].first - order[i].first <
          order[from + wanted - 1].first - order[from].first) {
        from = i;
      }
    }
    std::vector<Held> mine;
    for (std::size_t i = from; i < from + wanted; ++i) mine.push_back(order[i].second);
    const double length = order[from + wanted - 1].first - order[from].first + 1;
    best = std::max(best, gain(mine, std::max(length, static_cast<double>(wanted)), background));
  }
  return best;
}

std::vector<double> RoughScores::of_all(std::span<const double> background) const {
  std::vector<double> out(held_.size(), -std::numeric_limits<double>::infinity());
  for (std::uint32_t k = 0; k < held_.size(); ++k) {
    if (!held_[k].empty()) out[k] = best_part(k, background);
  }
  return out;
}

std::vector<double> RoughScores::beside(std::uint32_t copy) const {
  auto background = background_;
  const double rate = std::min(0.9, static_cast<double>(held_[copy].size()) /
                                        static_cast<double>(world_.copies()[copy].members.size()));
  for (const auto& h : held_[copy]) background[h.row] += rate * h.weight;
  std::vector<double> out(held_.size(), -std::numeric_limits<double>::infinity());
  for (std::uint32_t k = 0; k < held_.size(); ++k) {
    if (held_[k].empty()) continue;
    out[k] = gain(held_[k], static_cast<double>(world_.copies()[k].members.size()), background);
  }
  return out;
}

}  // namespace hitokoe::evaluation
