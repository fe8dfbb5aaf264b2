#include "matcher/attribute/hypotheses.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <tuple>

namespace hitokoe::matcher {

namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();  // log of 0
constexpr std::size_t kRivals = 12;    // components whose mixtures are looked at, and
constexpr std::size_t kBeside = 6;     // … those that go best with each of the first
constexpr std::size_t kCopies = 2;     // of one party among the first
constexpr std::size_t kPieces = 12;    // that make the pieces of each other
constexpr std::size_t kFirst = 5;      // of them those that a second source is looked for beside
constexpr std::size_t kSecond = 4;     // second sources that are tried for each
constexpr std::size_t kThirdFrom = 3;  // pairs that a third is looked for beside
constexpr std::size_t kThird = 3;
constexpr double kOtherCarrier = 0.5;  // a holder that leaks leaks another carrier's data, too

}  // namespace

Hypotheses::Hypotheses(const Evidence& evidence, std::span<const CarrierView> carriers,
                       const Priors& priors, const Beside& beside, const Rates& rates,
                       double temper)
    : e_(evidence), priors_(priors), beside_(beside), rates_(rates), temper_(temper) {
  score_singles();
  score_parts(carriers);
  list_singles();
  if (e_.total > 0) search();
  normalise();
}

void Hypotheses::list_singles() {
  score_unknown();
  all_.clear();
  all_.push_back({{}, {}, priors_.unknown + unknown_, unknown_, 1});
  for (std::uint32_t i = 0; i < e_.components.size(); ++i) {
    if (e_.components[i].members.empty() && e_.components[i].unlinked == 0) continue;
    const std::uint32_t one[] = {i};
    const double ev = alone(i) + beside_of(one);
    all_.push_back(
        {{i}, {e_.components[i].party_number}, prior(one) + ev, ev, 1 - singles_[i].share});
  }
}

void Hypotheses::score_singles() {
  SingleFitter fitter(e_);
  for (const auto& c : e_.components) {
    singles_.push_back(fitter.fit(c, e_.rows, temper_, /*want_plain=*/true));
  }
}

double Hypotheses::beside_of(std::span<const std::uint32_t> components) const {
  // Columns and order are the main source's; a canary is anybody's.
  double columns = kNever;
  double order = kNever;
  double canary = kNever;
  for (const auto i : components) {
    columns = std::max(columns, beside_.columns[i]);
    order = std::max(order, beside_.order[i]);
    canary = std::max(canary, beside_.canary[i]);
  }
  return components.empty() ? 0 : columns + order + canary;
}

double Hypotheses::prior(std::span<const std::uint32_t> components) const {
  double sum = 0;
  std::set<std::string_view> parties;
  for (const auto i : components) {
    const bool again = !parties.insert(e_.components[i].party).second;
    // The second carrier's copy of the same holder costs its choice among that holder's copies.
    sum += again ? std::log(kOtherCarrier) : priors_.of_component[i];
  }
  if (parties.size() == 2) sum += std::log(rates_.two / (1 - rates_.two));
  if (parties.size() == 3) sum += std::log(rates_.three / (1 - rates_.two));
  return sum;
}

std::vector<std::uint32_t> Hypotheses::best_singles(std::size_t most) const {
  std::vector<std::uint32_t> order;
  for (const auto& h : all_) {
    if (h.components.size() == 1) order.push_back(h.components[0]);
  }
  const auto score = [&](std::uint32_t i) {
    return alone(i) + beside_.columns[i] + beside_.canary[i] + priors_.of_component[i];
  };
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    const double x = score(a);
    const double y = score(b);
    if (x != y) return x > y;
    const auto& p = e_.components[a];
    const auto& q = e_.components[b];
    return std::tie(p.party, p.snapshot) < std::tie(q.party, q.snapshot);
  });
  if (order.size() > most) order.resize(most);
  return order;
}

void Hypotheses::score_parts(std::span<const CarrierView> carriers) {
  std::vector<std::uint32_t> order(e_.components.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::erase_if(order, [&](std::uint32_t i) {
    return e_.components[i].guessed || e_.components[i].members.empty();
  });
  std::ranges::stable_sort(order, std::greater<>(), [&](std::uint32_t i) {
    return singles_[i].score + priors_.of_component[i];
  });
  if (order.size() > kPieces) order.resize(kPieces);
  if (order.size() < 2) return;
  const Parts parts(e_, carriers, order);
  for (const auto i : order) {
    if (auto fit = parts.fit(i, singles_[i], temper_)) parts_.emplace(i, std::move(*fit));
  }
}

double Hypotheses::alone(std::uint32_t component) const {
  const double whole = std::log(1 - rates_.segment) + singles_[component].score;
  const auto part = parts_.find(component);
  return gain(component) + (part == parts_.end()
                                ? whole
                                : log_add(whole, std::log(rates_.segment) + part->second.score));
}

// Who hands a copy on hands on a part of it more often than a leaker takes one.
double Hypotheses::handed_on(std::uint32_t component) const {
  const auto part = parts_.find(component);
  const double in_part = std::max(rates_.passed_part, rates_.segment);
  const double whole = std::log(1 - rates_.segment) + singles_[component].score;
  return gain(component) + (part == parts_.end()
                                ? whole
                                : log_add(std::log(1 - in_part) + singles_[component].score,
                                          std::log(in_part) + part->second.score));
}

// Nobody of the registry: rows from a whole population, at any date or at one; or from somebody
// downstream of a holder.
void Hypotheses::score_unknown() {
  double dated = kNever;
  std::size_t dates = 0;
  for (std::size_t i = 0; i < e_.components.size(); ++i) {
    const auto& c = e_.components[i];
    if (c.members.empty() || !c.own) continue;
    dated = log_add(dated, singles_[i].score);
    ++dates;
  }
  population_ = beside_.canary_unknown;
  if (dates > 0) {
    population_ +=
        log_add(std::log(0.5), std::log(0.5) + dated - std::log(static_cast<double>(dates)));
  }
  add_downstream();
}

// Each as likely as its holder, times Rates::downstream, whatever the other unknown sources weigh.
// The order of the holder's file is there only where the file itself was handed on.
void Hypotheses::add_downstream() {
  downstream_.clear();
  for (std::uint32_t i = 0; i < e_.components.size(); ++i) {
    const auto& c = e_.components[i];
    if (c.members.empty() || c.own) continue;
    // Who had it from there shuffles its rows no more often than the holder would have.
    const double order = beside_.order[i] <= 0
                             ? beside_.order[i]
                             : log_add(std::log(1 - rates_.passed_file),
                                       std::log(rates_.passed_file) + beside_.order[i]);
    const double had = priors_.of_component[i] + handed_on(i) + beside_.columns[i] +
                       beside_.canary[i] + order + std::log(rates_.downstream) - priors_.unknown;
    auto& sum = downstream_.try_emplace(c.party_number, kNever).first->second;
    sum = log_add(sum, had);
  }
  unknown_ = population_;
  for (const auto& [party, had] : downstream_) unknown_ = log_add(unknown_, had);
}

double Hypotheses::passed_on(std::uint32_t party_number) const {
  const auto found = downstream_.find(party_number);
  return found == downstream_.end() ? 0 : none_ * std::exp(found->second - unknown_);
}

double Hypotheses::unknown_evidence_beside(std::uint32_t party_number) const {
  double sum = population_;
  for (const auto& [party, had] : downstream_) {
    if (party != party_number) sum = log_add(sum, had);
  }
  return sum;
}

void Hypotheses::add(const std::vector<std::uint32_t>& components, const MixtureFit& fit,
                     double occam) {
  const double evidence = fit.score - occam + beside_of(components);
  std::vector<std::uint32_t> parties;
  parties.reserve(components.size());
  for (const auto i : components) parties.push_back(e_.components[i].party_number);
  all_.push_back(
      {components, std::move(parties), prior(components) + evidence, evidence, fit.rest});
}

// A few components, not more than kCopies of a party: `from` in its order.
std::vector<std::uint32_t> Hypotheses::first_of(std::span<const std::uint32_t> from) const {
  std::vector<std::uint32_t> out;
  std::map<std::string_view, std::size_t> copies;
  for (const auto i : from) {
    if (out.size() == kFirst) break;
    if (++copies[e_.components[i].party] <= kCopies) out.push_back(i);
  }
  return out;
}

// The best alone, and those that explain best what one of these leaves: a second source is often
// far behind every relative of the first.
std::vector<std::uint32_t> Hypotheses::rivals() const {
  auto out = best_singles(kRivals);
  SingleFitter fitter(e_);
  const auto first = first_of(out);
  std::set<std::string_view> parties;
  for (const auto i : first) {
    if (!parties.insert(e_.components[i].party).second) continue;
    const auto part = parts_.find(i);
    const auto& members = part == parts_.end() ? e_.components[i].members : part->second.members;
    const double share = singles_[i].share;
    std::vector<double> left(e_.rows);
    for (const auto& m : members) {
      const double log_ratio = m.fit - e_.components[i].log_size - e_.background[m.type];
      left[m.type] *= (1 - share) / (1 - share + share * std::exp(std::min(log_ratio, 50.0)));
    }
    std::vector<std::pair<double, std::uint32_t>> order;
    for (std::uint32_t j = 0; j < e_.components.size(); ++j) {
      const auto& c = e_.components[j];
      if (c.members.empty() || c.party == e_.components[i].party) continue;
      order.emplace_back(fitter.fit(c, left, temper_).score + priors_.of_component[j], j);
    }
    std::ranges::stable_sort(order, std::greater<>(), &std::pair<double, std::uint32_t>::first);
    if (order.size() > kBeside) order.resize(kBeside);
    for (const auto& one : order) {
      if (std::ranges::find(out, one.second) == out.end()) out.push_back(one.second);
    }
  }
  return out;
}

void Hypotheses::search() {
  const auto rivals = this->rivals();
  if (rivals.size() < 2) return;
  // A component stands for its whole or for a part of it, whichever explains more.
  std::vector<std::span<const Member>> members;
  std::vector<double> cost;
  for (const auto i : rivals) {
    const auto part = parts_.find(i);
    const bool whole = part == parts_.end() || std::log(1 - rates_.segment) + singles_[i].score >
                                                   std::log(rates_.segment) + part->second.score;
    members.emplace_back(whole ? e_.components[i].members : part->second.members);
    cost.push_back(whole ? -std::log(1 - rates_.segment)
                         : part->second.cost - std::log(rates_.segment));
  }
  const Mixtures mixtures(e_, rivals, members);
  SingleFitter fitter(e_);
  for (std::size_t i = 0; i < rivals.size(); ++i) gains_[rivals[i]] = mixtures.gain(i, temper_);
  list_singles();
  std::set<std::vector<std::uint32_t>> tried;
  struct Found {
    std::vector<std::size_t> chosen;
    MixtureFit fit;
    double occam, score;
  };
  // What goes best with `from`, by the rows that it leaves.
  const auto go_on = [&](const std::vector<std::size_t>& chosen, double occam, std::size_t most,
                         std::vector<Found>& found) {
    const auto fit = mixtures.fit(chosen, temper_);
    const auto left = mixtures.residual(chosen, fit);
    struct Next {
      std::size_t at;
      SingleFit fit;
      double score;
    };
    std::vector<Next> next;
    for (std::size_t j = 0; j < rivals.size(); ++j) {
      bool clashes = false;
      for (const auto i : chosen) {
        const auto& a = e_.components[rivals[i]];
        const auto& b = e_.components[rivals[j]];
        clashes = clashes || i == j || (a.party == b.party && a.carrier == b.carrier);
      }
      if (clashes) continue;
      const auto& c = e_.components[rivals[j]];
      const auto second = fitter.fit(members[j], c.log_size, c.unlinked, left, temper_);
      next.push_back({j, second, second.score - cost[j] + priors_.of_component[rivals[j]]});
    }
    std::ranges::stable_sort(next, std::greater<>(), &Next::score);
    if (next.size() > most) next.resize(most);
    for (const auto& n : next) {
      auto set = chosen;
      set.push_back(n.at);
      std::vector<std::uint32_t> components;
      components.reserve(set.size());
      for (const auto i : set) components.push_back(rivals[i]);
      std::ranges::sort(components);
      if (!tried.insert(components).second) continue;
      const double paid = occam + n.fit.occam + cost[n.at];
      auto mixture = mixtures.fit(set, temper_);
      add(components, mixture, paid);
      found.push_back({std::move(set), std::move(mixture), paid, all_.back().score});
    }
  };
  std::vector<Found> pairs;
  for (const auto component : first_of(rivals)) {
    const auto i = static_cast<std::size_t>(std::ranges::find(rivals, component) - rivals.begin());
    go_on({i}, singles_[component].occam + cost[i], kSecond, pairs);
  }
  std::ranges::stable_sort(pairs, std::greater<>(), &Found::score);
  std::vector<Found> triples;
  for (std::size_t i = 0; i < std::min(kThirdFrom, pairs.size()); ++i) {
    go_on(pairs[i].chosen, pairs[i].occam, kThird, triples);
  }
}

void Hypotheses::normalise() {
  std::ranges::stable_sort(all_, std::greater<>(), &Hypothesis::score);
  double sum = kNever;
  for (const auto& h : all_) sum = log_add(sum, h.score);
  parties_.clear();
  probability_.assign(e_.components.size(), 0);
  none_ = 0;
  std::set<std::string_view> seen;
  for (const auto& h : all_) {
    const double p = std::exp(h.score - sum);
    if (h.components.empty()) none_ += p;
    seen.clear();
    for (const auto i : h.components) {
      probability_[i] += p;
      if (seen.insert(e_.components[i].party).second) parties_[e_.components[i].party] += p;
    }
  }
}

void Hypotheses::add_order(const std::vector<double>& order) {
  std::vector<double> before;
  before.reserve(all_.size());
  for (const auto& h : all_) before.push_back(beside_of(h.components));
  beside_.order = order;
  const double unknown = unknown_;
  add_downstream();
  for (std::size_t i = 0; i < all_.size(); ++i) {
    if (all_[i].components.empty()) {
      all_[i].score += unknown_ - unknown;
      all_[i].evidence += unknown_ - unknown;
      continue;
    }
    const double more = beside_of(all_[i].components) - before[i];
    all_[i].score += more;
    all_[i].evidence += more;
  }
  normalise();
}

}  // namespace hitokoe::matcher
