#include "evaluation/worlds/people.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hitokoe::evaluation {

std::size_t draw(std::span<const double> weights, Random& random) {
  double at = random.unit() * std::accumulate(weights.begin(), weights.end(), 0.0);
  std::size_t last = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] <= 0) continue;
    last = i;
    if (at < weights[i]) return i;
    at -= weights[i];
  }
  return last;
}

std::vector<double> zipf(std::size_t n, double exponent) {
  std::vector<double> out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = std::pow(static_cast<double>(i + 1), -exponent);
  return out;
}

double wait_days(double yearly, Random& random) {
  if (yearly <= 0) return 1e9;
  return -std::log1p(-random.unit()) * 365.25 / yearly;
}

People::People(const WorldOptions& options, Random& random)
    : persons_(options.customers), carriers_(options.carriers) {
  make_contracts(options, random);
  make_changes(options, random);
}

void People::make_contracts(const WorldOptions& options, Random& random) {
  const auto carrier_weights = zipf(carriers_, 0.7);
  const auto region_weights = zipf(options.regions, 0.8);
  const auto segment_weights = zipf(options.segments, 0.6);
  const auto end = static_cast<double>(options.days);
  std::vector<std::vector<Contract>> by_carrier(carriers_);
  std::vector<bool> taken(carriers_);
  for (std::uint32_t person = 0; person < persons_; ++person) {
    std::fill(taken.begin(), taken.end(), false);
    // Who leaves makes room: about as many come as go.
    double day = random.unit() < 1 / (1 + options.leaves * end / 365.25) ? 0 : random.unit() * end;
    const auto region = static_cast<std::uint8_t>(draw(region_weights, random));
    const auto sign = [&](double from, double to) {
      std::size_t c = draw(carrier_weights, random);
      while (taken[c]) c = (c + 1) % carriers_;
      taken[c] = true;
      by_carrier[c].push_back({person, static_cast<std::uint16_t>(c), region,
                               static_cast<std::uint8_t>(draw(segment_weights, random)),
                               static_cast<std::int16_t>(from), static_cast<std::int16_t>(to)});
    };
    const auto free = [&] { return std::find(taken.begin(), taken.end(), false) != taken.end(); };
    while (true) {
      const double leaves = day + wait_days(options.leaves, random);
      sign(day, std::min(leaves, end + 1));
      if (leaves >= end || !free() || random.unit() >= options.switches) break;
      day = leaves;
    }
    if (free() && random.unit() < options.two_carriers) sign(0, end + 1);
  }
  contract_of_.assign(std::size_t{persons_} * carriers_, kNobody);
  first_.push_back(0);
  for (auto& list : by_carrier) {
    // Customer numbers go by the day of the contract.
    std::ranges::stable_sort(list, {}, &Contract::from);
    for (const auto& contract : list) {
      contract_of_[std::size_t{contract.person} * carriers_ + contract.carrier] =
          static_cast<std::uint32_t>(contracts_.size());
      contracts_.push_back(contract);
    }
    first_.push_back(static_cast<std::uint32_t>(contracts_.size()));
  }
}

void People::make_changes(const WorldOptions& options, Random& random) {
  const std::array<double, kChanges> yearly = {options.name, options.phone, options.email,
                                               options.address, options.plan};
  for (std::size_t change = 0; change < kChanges; ++change) {
    auto& list = changes_[change];
    list.begins.reserve(persons_ + 1);
    for (std::uint32_t person = 0; person < persons_; ++person) {
      list.begins.push_back(static_cast<std::uint32_t>(list.days.size()));
      for (double day = wait_days(yearly[change], random); day < options.days;
           day += wait_days(yearly[change], random)) {
        list.days.push_back(static_cast<std::int16_t>(day));
        if (list.days.size() - list.begins.back() >= 200) break;
      }
    }
    list.begins.push_back(static_cast<std::uint32_t>(list.days.size()));
  }
}

std::uint8_t People::version(std::uint32_t person, Change change, int day) const {
  if (change == Change::kNever) return 0;
  const auto& list = changes_[static_cast<std::size_t>(change)];
  std::uint8_t n = 0;
  for (auto i = list.begins[person]; i < list.begins[person + 1] && list.days[i] <= day; ++i) ++n;
  return n;
}

std::uint8_t People::versions(std::uint32_t person, Change change) const {
  if (change == Change::kNever) return 1;
  const auto& list = changes_[static_cast<std::size_t>(change)];
  return static_cast<std::uint8_t>(1 + list.begins[person + 1] - list.begins[person]);
}

}  // namespace hitokoe::evaluation
