#include "evaluation/baselines/baselines.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace hitokoe::evaluation {

namespace {

// P by party from a score by copy: its best one's.
Answer best_of(const World& world, std::span<const double> scores) {
  Answer out;
  out.holders.assign(world.parties().size(), 0);
  const double best = scores.empty() ? 0 : *std::ranges::max_element(scores);
  if (best <= 0) {
    out.unknown = 1;
    return out;
  }
  std::set<std::uint32_t> first;
  for (std::size_t k = 0; k < scores.size(); ++k) {
    if (scores[k] == best) first.insert(world.copies()[k].party);
  }
  for (const auto party : first) out.holders[party] = 1 / static_cast<double>(first.size());
  return out;
}

}  // namespace

Answer most_matches(const World& world, const Overlap& overlap) {
  Answer out;
  out.holders.assign(world.parties().size(), 0);
  const auto best = *std::ranges::max_element(overlap.parties);
  if (best == 0) {
    out.unknown = 1;
    return out;
  }
  const auto equal = static_cast<double>(std::ranges::count(overlap.parties, best));
  for (std::size_t i = 0; i < overlap.parties.size(); ++i) {
    if (overlap.parties[i] == best) out.holders[i] = 1 / equal;
  }
  return out;
}

Answer smallest_set(const World& world, const Overlap& overlap) {
  const auto best = *std::ranges::max_element(overlap.copies);
  std::vector<double> scores(overlap.copies.size(), 0);
  for (std::size_t k = 0; k < scores.size(); ++k) {
    if (best > 0 && overlap.copies[k] == best) {
      scores[k] = 1 / static_cast<double>(world.copies()[k].members.size());
    }
  }
  return best_of(world, scores);
}

Answer jaccard(const World& world, const Overlap& overlap) {
  std::vector<double> scores(overlap.copies.size(), 0);
  for (std::size_t k = 0; k < scores.size(); ++k) {
    const auto both = overlap.copies[k];
    const auto either = overlap.people + world.copies()[k].members.size() - both;
    if (both > 0) scores[k] = static_cast<double>(both) / static_cast<double>(either);
  }
  return best_of(world, scores);
}

Answer guilt(const World& world, const Overlap& overlap) {
  Answer out;
  out.holders.assign(world.parties().size(), 0);
  out.ranks.assign(world.parties().size(), 0);
  for (std::size_t i = 0; i < out.holders.size(); ++i) {
    out.holders[i] = -std::expm1(overlap.innocence[i]);
    out.ranks[i] = -overlap.innocence[i];  // tells apart what rounds to 1
  }
  return out;
}

}  // namespace hitokoe::evaluation
