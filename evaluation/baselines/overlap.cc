#include "evaluation/baselines/overlap.h"

#include <algorithm>
#include <cmath>

namespace hitokoe::evaluation {

Overlap overlap_of(const World& world, std::span<const LeakedRow> rows) {
  std::vector<std::uint32_t> contracts;
  contracts.reserve(rows.size());
  for (const auto& row : rows) contracts.push_back(row.contract);
  std::ranges::sort(contracts);
  contracts.erase(std::unique(contracts.begin(), contracts.end()), contracts.end());
  Overlap out;
  out.people = contracts.size();
  out.copies.assign(world.copies().size(), 0);
  out.parties.assign(world.parties().size(), 0);
  out.innocence.assign(world.parties().size(), 0);
  std::vector<std::uint32_t> holding;
  for (const auto contract : contracts) {
    holding.clear();
    for (const auto k : world.holders(contract)) {
      const auto& copy = world.copies()[k];
      if (!copy.fingerprinted) continue;
      ++out.copies[k];
      if (std::ranges::find(holding, copy.party) == holding.end()) holding.push_back(copy.party);
    }
    for (const auto party : holding) ++out.parties[party];
    // The paper's distributor is no suspect.
    const auto agents =
        std::ranges::count_if(holding, [&](auto party) { return !world.is_carrier(party); });
    for (const auto party : holding) {
      if (world.is_carrier(party)) continue;
      out.innocence[party] += std::log1p(-(1 - kGuessed) / static_cast<double>(agents));
    }
  }
  return out;
}

}  // namespace hitokoe::evaluation
