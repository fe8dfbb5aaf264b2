#include "matcher/attribute/priors.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace hitokoe::matcher {

namespace {

double weight_of(const std::string& snapshot, bool own, const registry::Registry& registry,
                 std::optional<JstDay> seen, const Rates& rates) {
  if (own) return rates.own;
  const auto* entry = registry.snapshot(snapshot);
  if (entry == nullptr) return 1;
  if (seen && entry->on > *seen) return rates.future;
  const auto* delegation = registry.delegation(entry->delegation);
  return delegation != nullptr && delegation->returned ? rates.returned : 1;
}

}  // namespace

Priors priors_of(const Evidence& e, std::span<const CarrierView> carriers,
                 const registry::Registry& registry, std::optional<JstDay> seen,
                 const Rates& rates) {
  Priors out;
  // By party and carrier: the heaviest copy is the holder's weight, and the copies share it.
  struct Sum {
    double most = 0, all = 0;
  };
  std::map<std::pair<std::string_view, std::uint32_t>, Sum> holders;
  std::vector<double> weights;
  for (const auto& c : e.components) {
    weights.push_back(weight_of(c.snapshot, c.own, registry, seen, rates));
    auto& sum = holders[{c.party, c.carrier}];
    sum.most = std::max(sum.most, weights.back());
    sum.all += weights.back();
  }
  std::map<std::string_view, double> parties;  // one that serves two carriers is one party
  for (const auto& [key, sum] : holders) {
    auto& weight = parties[key.first];
    weight = std::max(weight, sum.most);
  }
  double known = 0;
  for (const auto& [party, weight] : parties) known += weight;

  double missing = 0;
  std::set<std::string_view> there;
  std::set<std::string_view> asked;
  for (const auto& c : e.components) {
    there.insert(c.snapshot);
    asked.insert(c.party);
  }
  for (std::size_t i = 0; i < carriers.size(); ++i) {
    if (e.carriers[i].rows == 0) continue;
    for (const auto& s : registry.snapshots()) {
      if (s.controller != carriers[i].controller || there.contains(s.id)) continue;
      ++out.missing;
      there.insert(s.id);
      // A party with another copy in the index is a candidate already.
      if (!asked.insert(s.holder).second) continue;
      missing += weight_of(s.id, s.own, registry, seen, rates);
    }
  }
  const double each = (1 - rates.unknown) / std::max(known + missing, 1e-9);
  for (std::size_t i = 0; i < e.components.size(); ++i) {
    const auto& c = e.components[i];
    const auto& sum = holders[{c.party, c.carrier}];
    out.of_component.push_back(std::log(each * sum.most * weights[i] / std::max(sum.all, 1e-12)));
  }
  out.unknown = std::log(rates.unknown + each * missing);
  return out;
}

}  // namespace hitokoe::matcher
