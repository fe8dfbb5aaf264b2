#include "matcher/attribute/hypotheses.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <tuple>

namespace hitokoe::matcher {

namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();  // log of 0
constexpr std::size_t kRivals = 16;     // components whose mixtures are looked at
constexpr std::size_t kFirst = 5;       // of them those that a second source is looked for beside
constexpr std::size_t kSecond = 4;      // second sources that are tried for each
constexpr std::size_t kThirdFrom = 3;   // pairs that a third is looked for beside
constexpr std::size_t kThird = 3;
constexpr double kOtherCarrier = 0.3;   // a holder that leaks leaks another carrier's data, too

}  // namespace

Hypotheses::Hypotheses(const Evidence& evidence, std::span<const CarrierView> carriers,
                       const Priors& priors, const Beside& beside, const Rates& rates,
                       double temper)
    : e_(evidence), priors_(priors), beside_(beside), rates_(rates), temper_(temper) {
  score_singles();
  score_segments(carriers);
  score_unknown();
  all_.push_back({{}, priors_.unknown + unknown_, unknown_, 1});
  for (std::uint32_t i = 0; i < e_.components.size(); ++i) {
    if (e_.components[i].members.empty() && e_.components[i].unlinked == 0) continue;
    const std::uint32_t one[] = {i};
    const double ev = log_add(singles_[i].score, segment_[i]) + beside_of(one);
    all_.push_back({{i}, prior(one) + ev, ev, 1 - singles_[i].share});
  }
  if (e_.total > 0) search();
  normalise();
}

void Hypotheses::score_singles() {
  segment_.assign(e_.components.size(), kNever);
  for (const auto& c : e_.components) singles_.push_back(fit_single(e_, c, e_.rows, temper_));
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
    return log_add(singles_[i].score, segment_[i]) + beside_.columns[i] + beside_.canary[i] +
           priors_.of_component[i];
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

// A holder may have leaked just the part that another has too (by region, by service): then that
// part's size counts, and the choice of the part costs.
void Hypotheses::score_segments(std::span<const CarrierView> carriers) {
  std::vector<std::uint32_t> order(e_.components.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::erase_if(order, [&](std::uint32_t i) {
    return e_.components[i].guessed || e_.components[i].members.empty();
  });
  std::ranges::stable_sort(order, std::greater<>(),
                           [&](std::uint32_t i) { return singles_[i].score; });
  if (order.size() > kRivals) order.resize(kRivals);
  const std::size_t n = order.size();
  if (n < 2) return;
  std::vector<double> both(n * n, 0);
  std::vector<std::size_t> holding;
  for (std::uint32_t c = 0; c < carriers.size(); ++c) {
    const CarrierView& view = carriers[c];
    std::vector<std::size_t> at(view.snapshots.size(), n);
    bool any = false;
    for (std::size_t i = 0; i < n; ++i) {
      const auto& component = e_.components[order[i]];
      if (component.carrier != c) continue;
      at[component.ordinal] = i;
      any = true;
    }
    if (!any) continue;
    for (std::size_t k = 0; k < view.classes->size(); ++k) {
      const auto klass = static_cast<Klass>(k);
      const auto subjects = view.classes->subjects(klass);
      if (subjects == 0) continue;
      holding.clear();
      bool counts = !e_.carriers[c].has_own;
      for (const Ordinal o : view.classes->members(klass)) {
        counts = counts || view.snapshots[o].own;
        if (at[o] < n) holding.push_back(at[o]);
      }
      if (!counts || holding.size() < 2) continue;
      for (const auto i : holding) {
        for (const auto j : holding) both[i * n + j] += subjects;
      }
    }
  }
  std::vector<Member> shared;
  for (std::size_t large = 0; large < n; ++large) {
    const auto& whole = e_.components[order[large]];
    for (std::size_t small = 0; small < n; ++small) {
      const auto& part = e_.components[order[small]];
      const double size = both[large * n + small];
      if (small == large || whole.carrier != part.carrier || whole.party == part.party || size < 1 ||
          std::log(size) > whole.log_size - 0.1) {
        continue;
      }
      shared.clear();
      auto other = part.members.begin();
      for (const auto& m : whole.members) {
        while (other != part.members.end() && other->type < m.type) ++other;
        if (other != part.members.end() && other->type == m.type) shared.push_back(m);
      }
      const double score =
          fit_single(e_, shared, std::log(size), whole.unlinked, e_.rows, temper_).score;
      auto& best = segment_[order[large]];
      best = log_add(best, std::log(rates_.segment) + score);
    }
  }
}

// Nobody of the registry: rows from a whole population, at any date or at one; or from somebody
// downstream of a holder, who had a part of its copy.
void Hypotheses::score_unknown() {
  double dated = kNever;
  std::size_t dates = 0;
  double downstream = kNever;
  for (std::size_t i = 0; i < e_.components.size(); ++i) {
    const auto& c = e_.components[i];
    if (c.members.empty()) continue;
    if (c.own) {
      dated = log_add(dated, singles_[i].score);
      ++dates;
    }
    const double had = priors_.of_component[i] + singles_[i].score +
                       (c.own ? 0 : std::log(rates_.downstream / rates_.unknown)) +
                       (beside_.canary[i] > 0 ? beside_.canary[i] : 0);
    if (!c.own) downstream = log_add(downstream, had);
  }
  unknown_ = dates > 0 ? log_add(std::log(0.5), std::log(0.5) + dated - std::log(static_cast<double>(dates)))
                       : 0;
  unknown_ = log_add(unknown_ + beside_.canary_unknown, downstream);
}

void Hypotheses::add(const std::vector<std::uint32_t>& components, const MixtureFit& fit,
                     double occam) {
  const double evidence = fit.score - occam + beside_of(components);
  all_.push_back({components, prior(components) + evidence, evidence, fit.rest});
}

void Hypotheses::search() {
  const auto rivals = best_singles(kRivals);
  if (rivals.size() < 2) return;
  const Mixtures mixtures(e_, rivals);
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
      const auto alone = fit_single(e_, e_.components[rivals[j]], left, temper_);
      next.push_back({j, alone, alone.score + priors_.of_component[rivals[j]]});
    }
    std::ranges::stable_sort(next, std::greater<>(), &Next::score);
    if (next.size() > most) next.resize(most);
    for (const auto& n : next) {
      auto set = chosen;
      set.push_back(n.at);
      std::vector<std::uint32_t> components;
      for (const auto i : set) components.push_back(rivals[i]);
      std::ranges::sort(components);
      if (!tried.insert(components).second) continue;
      const double paid = occam + n.fit.occam;
      auto mixture = mixtures.fit(set, temper_);
      add(components, mixture, paid);
      found.push_back({std::move(set), std::move(mixture), paid, all_.back().score});
    }
  };
  std::vector<Found> pairs;
  for (std::size_t i = 0; i < std::min(kFirst, rivals.size()); ++i) {
    go_on({i}, singles_[rivals[i]].occam, kSecond, pairs);
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
  for (std::size_t i = 0; i < all_.size(); ++i) {
    const double more = beside_of(all_[i].components) - before[i];
    all_[i].score += more;
    all_[i].evidence += more;
  }
  normalise();
}

}  // namespace hitokoe::matcher
