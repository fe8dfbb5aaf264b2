#include "matcher/attribute/fit.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace hitokoe::matcher {

namespace {

// Log ratios in steps: what a component says of thousands of rows is a few dozen numbers.
constexpr double kLow = -60;
constexpr double kHigh = 40;
constexpr double kStep = 1.0 / 16;
constexpr std::size_t kBins = static_cast<std::size_t>((kHigh - kLow) / kStep) + 1;

constexpr std::array kShares = {0.03, 0.05, 0.08, 0.12, 0.17, 0.23, 0.3,  0.38,  0.46,  0.54, 0.62,
                                0.7,  0.77, 0.83, 0.88, 0.92, 0.95, 0.97, 0.985, 0.995, 0.999};

// Of each of kShares the part of [kLeastShare, 1] that is nearest to it.
std::array<double, kShares.size()> log_widths() {
  std::array<double, kShares.size()> out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double from = i == 0 ? kLeastShare : (kShares[i - 1] + kShares[i]) / 2;
    const double to = i + 1 == out.size() ? 1 : (kShares[i] + kShares[i + 1]) / 2;
    out[i] = std::log((to - from) / (1 - kLeastShare));
  }
  return out;
}

class Histogram {
 public:
  void clear() {
    for (const auto bin : used_) counts_[bin] = 0;
    used_.clear();
  }
  void add(double log_ratio, double weight) {
    const double nearest = (std::clamp(log_ratio, kLow, kHigh) - kLow) / kStep + 0.5;
    const auto bin = static_cast<std::size_t>(nearest);
    if (counts_[bin] == 0) used_.push_back(bin);
    counts_[bin] += weight;
  }
  // Tempered log likelihood with this share.
  double at(double share, double outside, double unlinked, double temper) const {
    double sum = outside > 0 ? outside * std::log(1 - share + share * unlinked) : 0;
    for (const auto bin : used_) {
      const double ratio = std::exp(kLow + static_cast<double>(bin) * kStep);
      sum += counts_[bin] * std::log(1 - share + share * ratio);
    }
    return temper * sum;
  }

 private:
  std::vector<double> counts_ = std::vector<double>(kBins, 0);
  std::vector<std::size_t> used_;
};

struct Integral {
  double score = 0, best = 0, share = 0;
};

Integral integrate(const Histogram& h, double outside, double unlinked, double temper) {
  static const auto widths = log_widths();
  Integral out;
  out.best = -1e300;
  double sum = -1e300;
  for (std::size_t i = 0; i < kShares.size(); ++i) {
    const double score = h.at(kShares[i], outside, unlinked, temper);
    if (score > out.best) {
      out.best = score;
      out.share = kShares[i];
    }
    sum = log_add(sum, score + widths[i]);
  }
  out.score = sum;
  return out;
}

constexpr int kRounds = 25;

}  // namespace

double log_add(double a, double b) {
  const double high = std::max(a, b);
  if (!std::isfinite(high)) return high;
  return high + std::log1p(std::exp(std::min(a, b) - high));
}

SingleFit fit_single(const Evidence& e, std::span<const Member> members, double log_size,
                     double unlinked, std::span<const double> weights, double temper) {
  Histogram full;
  Histogram plain;
  double total = 0;
  for (const double w : weights) total += w;
  double inside = 0;
  bool differs = false;
  for (const auto& m : members) {
    const double w = weights[m.type];
    if (w <= 0) continue;
    inside += w;
    const double f = m.fit - log_size - e.background[m.type];
    const double p = m.fit_plain - log_size - e.background_plain[m.type];
    differs = differs || f != p;
    full.add(f, w);
    plain.add(p, w);
  }
  const double outside = std::max(0.0, total - inside);
  const Integral with = integrate(full, outside, unlinked, temper);
  SingleFit out;
  out.score = with.score;
  out.share = with.share;
  out.occam = std::max(0.0, with.best - with.score);
  out.score_plain = differs ? integrate(plain, outside, unlinked, temper).score : with.score;
  return out;
}

Mixtures::Mixtures(const Evidence& evidence, std::vector<std::uint32_t> components,
                   std::span<const std::span<const Member>> members)
    : evidence_(evidence), components_(std::move(components)) {
  const std::size_t k = components_.size();
  ratios_.assign(evidence_.rows.size() * k, 0);
  for (std::size_t i = 0; i < k; ++i) {
    const Component& c = evidence_.components[components_[i]];
    // A row that a component does not hold may still be among its records without a subject.
    if (c.unlinked > 0) {
      for (std::size_t t = 0; t < evidence_.rows.size(); ++t) {
        ratios_[t * k + i] = static_cast<float>(c.unlinked);
      }
    }
    for (const auto& m : members[i]) {
      const double log_ratio = m.fit - c.log_size - evidence_.background[m.type];
      float& at = ratios_[m.type * k + i];
      at = std::max(at, static_cast<float>(std::exp(std::clamp(log_ratio, kLow, kHigh))));
    }
  }
}

MixtureFit Mixtures::fit(std::span<const std::size_t> chosen, double temper, bool fixed) const {
  const std::size_t k = chosen.size();
  const std::size_t stride = components_.size();
  MixtureFit out;
  out.shares.assign(k, 0.6 / static_cast<double>(std::max<std::size_t>(1, k)));
  out.rest = k == 0 ? 1 : 0.4;
  if (evidence_.total <= 0) return out;
  const double known_share = 1 - evidence_.population_share;
  fixed = fixed || !has_known();
  out.rest_known = out.rest * known_share;
  std::vector<double> next(k);
  const auto sum_of = [&](std::size_t t) {
    const float* ratio = ratios_.data() + t * stride;
    double sum =
        fixed ? out.rest : (out.rest - out.rest_known) * population(t) + out.rest_known * known(t);
    for (std::size_t i = 0; i < k; ++i) sum += out.shares[i] * ratio[chosen[i]];
    return std::max(sum, 1e-30);
  };
  for (int round = 0; round < kRounds; ++round) {
    std::ranges::fill(next, 0);
    double population_rows = 0;
    double known_rows = 0;
    for (std::size_t t = 0; t < evidence_.rows.size(); ++t) {
      const float* ratio = ratios_.data() + t * stride;
      const double w = evidence_.rows[t] / sum_of(t);
      if (fixed) {
        population_rows += w * out.rest;
      } else {
        population_rows += w * (out.rest - out.rest_known) * population(t);
        known_rows += w * out.rest_known * known(t);
      }
      for (std::size_t i = 0; i < k; ++i) next[i] += w * out.shares[i] * ratio[chosen[i]];
    }
    double given = 0;
    for (std::size_t i = 0; i < k; ++i) {
      out.shares[i] = std::max(kLeastShare, next[i] / evidence_.total);
      given += out.shares[i];
    }
    const double rest = std::max(1e-3, (population_rows + known_rows) / evidence_.total);
    const double part =
        fixed
            ? known_share
            : std::clamp(known_rows / std::max(population_rows + known_rows, 1e-9), 1e-3, 1 - 1e-3);
    const double all = given + rest;
    for (double& share : out.shares) share /= all;
    out.rest = rest / all;
    out.rest_known = out.rest * part;
  }
  for (std::size_t t = 0; t < evidence_.rows.size(); ++t) {
    out.score += evidence_.rows[t] * std::log(sum_of(t));
  }
  out.score *= temper;
  return out;
}

double Mixtures::gain(std::size_t component, double temper) const {
  const std::size_t one[] = {component};
  if (!has_known()) return 0;
  return std::max(0.0, fit(one, temper, false).score - fit(one, temper, true).score);
}

std::vector<double> Mixtures::residual(std::span<const std::size_t> chosen,
                                       const MixtureFit& fit) const {
  const std::size_t stride = components_.size();
  std::vector<double> left(evidence_.rows);
  for (std::size_t t = 0; t < left.size(); ++t) {
    const float* ratio = ratios_.data() + t * stride;
    double sum = fit.rest;
    for (std::size_t i = 0; i < chosen.size(); ++i) sum += fit.shares[i] * ratio[chosen[i]];
    left[t] *= fit.rest / sum;
  }
  return left;
}

}  // namespace hitokoe::matcher
