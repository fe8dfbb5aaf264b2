#include "matcher/attribute/background.h"

#include <algorithm>
#include <cmath>

namespace hitokoe::matcher {

namespace {
constexpr int kRounds = 40;
constexpr std::uint32_t kKnown = 1U << 31;  // bit of Part::source
constexpr double kTiny = 1e-300;
constexpr double kLeast = 1e-6;  // of a share: nothing becomes impossible
}  // namespace

void Background::add(std::uint32_t type, const KeptPart& part, double factor) {
  parts_.push_back({type, part.carrier, factor});
  if (part.known == 0 || part.known >= known_.sets.size()) return;
  for (const std::uint32_t leak : known_.sets[part.known]) {
    if (!known_.leaks[leak].as_source) continue;
    // The same person as a customer of two carriers is one row of that leak.
    const bool there = std::any_of(parts_.rbegin(), parts_.rend(), [&](const Part& p) {
      return p.type == type && p.source == (kKnown | leak);
    });
    if (!there) parts_.push_back({type, kKnown | leak, 1});
  }
}

void Background::fit(Evidence& e) const {
  const std::size_t carriers = e.carriers.size();
  const std::size_t n = carriers + known_.leaks.size();
  std::vector<double> inverse(n, 0);
  std::vector<double> share(n, 0);
  double sources = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const bool carrier = i < carriers;
    const auto size = carrier ? e.carriers[i].population : known_.leaks[i - carriers].subjects;
    if (carrier ? e.carriers[i].rows == 0 : !known_.leaks[i - carriers].as_source) continue;
    inverse[i] = 1.0 / static_cast<double>(std::max<std::uint64_t>(1, size));
    share[i] = 1;
    sources += 1;
  }
  for (double& s : share) s /= std::max(1.0, sources);
  const auto index = [&](const Part& p) {
    return (p.source & kKnown) != 0 ? carriers + (p.source & ~kKnown) : p.source;
  };
  std::vector<double> full(e.rows.size());
  std::vector<double> plain(e.rows.size());
  std::vector<double> from_known(e.rows.size());
  const auto add_up = [&] {
    std::ranges::fill(full, 0);
    std::ranges::fill(plain, 0);
    std::ranges::fill(from_known, 0);
    for (const Part& p : parts_) {
      const double w = share[index(p)] * inverse[index(p)];
      full[p.type] += w * p.factor;
      plain[p.type] += w;
      if ((p.source & kKnown) != 0) from_known[p.type] += w * p.factor;
    }
  };
  for (int round = 0; round < kRounds && sources > 1; ++round) {
    add_up();
    std::vector<double> next(n, 0);
    for (const Part& p : parts_) {
      const std::size_t i = index(p);
      next[i] += e.rows[p.type] * share[i] * inverse[i] / std::max(plain[p.type], kTiny);
    }
    double all = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (inverse[i] > 0) next[i] += kLeast * std::max(1.0, e.total);
      all += next[i];
    }
    for (std::size_t i = 0; i < n; ++i) share[i] = next[i] / std::max(all, kTiny);
  }
  add_up();
  for (std::size_t t = 0; t < e.rows.size(); ++t) {
    e.background.push_back(std::log(std::max(full[t], kTiny)));
    e.background_plain.push_back(std::log(std::max(plain[t], kTiny)));
    e.known_part.push_back(static_cast<float>(from_known[t] / std::max(full[t], kTiny)));
  }
  const auto known = share.begin() + static_cast<std::ptrdiff_t>(carriers);
  e.known_shares.assign(known, share.end());
  e.population_share = 1;
  for (const double s : e.known_shares) e.population_share -= s;
}

}  // namespace hitokoe::matcher
