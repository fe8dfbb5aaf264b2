#include "evaluation/oracle/rough.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hitokoe::evaluation {

namespace {

constexpr std::array<double, 4> kJunkShares = {0.02, 0.15, 0.5, 0.9};  // of the rows
constexpr std::array<double, 2> kDumpShares = {0.15, 1};     // of those that the dump can explain
constexpr std::array<double, 3> kMiddles = {0.9, 0.5, 0.2};  // of a copy's rows, in its file
constexpr int kRounds = 3;

double odds_of(double rate) { return rate / (1 - rate); }

// Log of the gain of a source with so many people, its rate fitted: those who are missing count
// against it.
double gain(std::span<const RoughScores::Held> held, double size, std::span<const double> odds) {
  double rate = std::min(kMostRate, static_cast<double>(held.size()) / size);
  for (int round = 0; round < kRounds; ++round) {
    double given = 0;
    for (const auto& h : held) {
      const double mine = odds_of(rate) * h.weight;
      given += mine / (mine + odds[h.row]);
    }
    rate = std::clamp(given / size, 1e-9, kMostRate);
  }
  double out = size * std::log1p(-rate);
  for (const auto& h : held) out += std::log1p(odds_of(rate) * h.weight / odds[h.row]);
  return out;
}

}  // namespace

RoughScores::RoughScores(const World& world, std::span<const Dump> dumps, const RowWeights& rows)
    : world_(world), rows_(rows), held_(world.copies().size()) {
  for (std::uint32_t c = 0; c < world.options().carriers; ++c) {
    for (std::uint32_t i = 0; i < rows.size(); ++i) {
      const auto contract = rows.contract(i, c);
      if (contract == kNobody) continue;
      for (const auto k : world.holders(contract)) {
        const double weight = rows.one(i, world.copies()[k]);
        if (weight > 0) held_[k].push_back({i, weight});
      }
    }
  }
  make_backgrounds(dumps);
}

void RoughScores::make_backgrounds(std::span<const Dump> dumps) {
  // The older dump that explains most rows.
  std::vector<double> old(rows_.size(), 0);
  double most = 0;
  double size = 0;
  for (const auto& dump : dumps) {
    auto weights = rows_.of_dump(world_, dump);
    const auto matched =
        static_cast<double>(std::ranges::count_if(weights, [](double w) { return w > 0; }));
    if (matched <= most) continue;
    most = matched;
    old = std::move(weights);
    size = static_cast<double>(rows_.visible_rows(dump));
  }
  backgrounds_.resize(world_.options().carriers);
  for (std::uint32_t c = 0; c < world_.options().carriers; ++c) {
    const auto [from, to] = junk_frame(world_, c);
    const auto people = static_cast<double>(to - from);
    const auto& junk = rows_.of_junk(c);
    const double visible = std::max(1e-9, rows_.visible_junk());
    for (const double junk_share : kJunkShares) {
      for (const double dump_share : kDumpShares) {
        const double rate =
            std::min(kMostRate, junk_share * static_cast<double>(rows_.size()) / people / visible);
        const double dump_rate = most > 0 ? std::min(kMostRate, dump_share * most / size) : 0;
        Background b;
        b.log_likelihood =
            people * std::log1p(-rate * visible) + (most > 0 ? size * std::log1p(-dump_rate) : 0);
        for (std::size_t i = 0; i < rows_.size(); ++i) {
          const double odds = rate / (1 - rate * visible) * junk[i] + odds_of(dump_rate) * old[i];
          b.odds.push_back(std::max(odds, 1e-12));
          b.log_likelihood += std::log(b.odds.back());
        }
        backgrounds_[c].push_back(std::move(b));
        if (most == 0) break;
      }
    }
  }
}

// All of it; the region and the segment of most rows, and those where they stand out most; the
// shortest stretches of the file with some share of them.
std::vector<RoughScores::Piece> RoughScores::pieces(std::uint32_t copy) const {
  const auto& held = held_[copy];
  const auto& members = world_.copies()[copy].members;
  const auto& people = world_.people();
  const auto carrier = world_.copies()[copy].carrier;
  std::vector<Piece> out = {{held, static_cast<double>(members.size())}};
  std::vector<std::uint32_t> contracts;
  for (const auto& h : held) contracts.push_back(people.contract(rows_.persons()[h.row], carrier));
  const auto& frames = world_.frames(copy);
  for (const bool regions : {true, false}) {
    const auto of = [&](std::uint32_t contract) {
      const auto& c = people.contracts()[contract];
      return regions ? c.region : c.segment;
    };
    const auto& frame = regions ? frames.regions : frames.segments;
    std::array<double, 64> rows{};
    std::array<double, 64> dense{};
    for (const auto contract : contracts) rows[of(contract)] += 1;
    for (std::size_t g = 0; g < rows.size(); ++g) {
      if (rows[g] > 2) dense[g] = rows[g] / frame[g];
    }
    const auto first = std::ranges::max_element(rows) - rows.begin();
    const auto second = std::ranges::max_element(dense) - dense.begin();
    for (const auto g : {first, second}) {
      if (g == second && (second == first || dense[static_cast<std::size_t>(g)] <= 0)) continue;
      Piece piece{{}, static_cast<double>(frame[static_cast<std::size_t>(g)])};
      for (std::size_t i = 0; i < held.size(); ++i) {
        if (of(contracts[i]) == g) piece.held.push_back(held[i]);
      }
      out.push_back(std::move(piece));
    }
  }
  const auto places = world_.places(copy);
  std::vector<std::pair<std::uint32_t, Held>> order;
  for (std::size_t i = 0; i < held.size(); ++i) {
    const auto at = std::ranges::lower_bound(members, contracts[i]) - members.begin();
    order.emplace_back(places[static_cast<std::size_t>(at)], held[i]);
  }
  std::ranges::sort(order, {}, &std::pair<std::uint32_t, Held>::first);
  for (const double middle : kMiddles) {
    const auto wanted =
        static_cast<std::size_t>(std::ceil(middle * static_cast<double>(order.size())));
    if (wanted < 2) continue;
    std::size_t from = 0;
    const auto length = [&](std::size_t i) {
      return order[i + wanted - 1].first - order[i].first + 1;
    };
    for (std::size_t i = 0; i + wanted <= order.size(); ++i) {
      if (length(i) < length(from)) from = i;
    }
    Piece piece{{}, static_cast<double>(std::max<std::size_t>(length(from), wanted))};
    for (std::size_t i = from; i < from + wanted; ++i) piece.held.push_back(order[i].second);
    out.push_back(std::move(piece));
  }
  return out;
}

std::vector<double> RoughScores::of_all(std::span<const Held> other, double other_size) const {
  std::vector<double> out(held_.size(), -std::numeric_limits<double>::infinity());
  auto backgrounds = backgrounds_;
  for (auto& of_carrier : backgrounds) {
    for (auto& b : of_carrier) {
      if (other.empty()) continue;
      b.log_likelihood += gain(other, other_size, b.odds);
      const double rate = std::min(kMostRate, static_cast<double>(other.size()) / other_size);
      for (const auto& h : other) b.odds[h.row] += odds_of(rate) * h.weight;
    }
  }
  for (std::uint32_t k = 0; k < held_.size(); ++k) {
    if (held_[k].empty()) continue;
    // A second source is a random sample.
    const auto parts =
        other.empty() ? pieces(k)
                      : std::vector<Piece>{
                            {held_[k], static_cast<double>(world_.copies()[k].members.size())}};
    for (const auto& b : backgrounds[world_.copies()[k].carrier]) {
      for (const auto& piece : parts) {
        out[k] = std::max(out[k], b.log_likelihood + gain(piece.held, piece.size, b.odds));
      }
    }
  }
  return out;
}

std::vector<double> RoughScores::beside(std::uint32_t copy) const {
  return of_all(held_[copy], static_cast<double>(world_.copies()[copy].members.size()));
}

}  // namespace hitokoe::evaluation
