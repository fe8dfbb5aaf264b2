#include "matcher/attribute/fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <unordered_map>

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

// log(1 − share + share · ratio) of each of kShares and each step of the ratio.
using LogTerms = std::vector<std::array<double, kShares.size()>>;  // by bin
const LogTerms& log_terms() {
  static const LogTerms terms = [] {
    LogTerms out(kBins);
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      const double ratio = std::exp(kLow + static_cast<double>(bin) * kStep);
      for (std::size_t i = 0; i < kShares.size(); ++i) {
        out[bin][i] = std::log(1 - kShares[i] + kShares[i] * ratio);
      }
    }
    return out;
  }();
  return terms;
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
  // Tempered log likelihood with each of kShares.
  std::array<double, kShares.size()> scores(double outside, double unlinked, double temper) const {
    std::array<double, kShares.size()> out{};
    for (std::size_t i = 0; outside > 0 && i < out.size(); ++i) {
      out[i] = outside * std::log(1 - kShares[i] + kShares[i] * unlinked);
    }
    const LogTerms& terms = log_terms();
    for (const auto bin : used_) {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] += counts_[bin] * terms[bin][i];
    }
    for (double& score : out) score *= temper;
    return out;
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
  const auto scores = h.scores(outside, unlinked, temper);
  double most = -1e300;  // with its width
  for (std::size_t i = 0; i < kShares.size(); ++i) {
    if (scores[i] > out.best) {
      out.best = scores[i];
      out.share = kShares[i];
    }
    most = std::max(most, scores[i] + widths[i]);
  }
  double sum = 0;
  for (std::size_t i = 0; i < kShares.size(); ++i) sum += std::exp(scores[i] + widths[i] - most);
  out.score = most + std::log(sum);
  return out;
}

constexpr int kRounds = 25;

}  // namespace

double log_add(double a, double b) {
  const double high = std::max(a, b);
  if (!std::isfinite(high)) return high;
  return high + std::log1p(std::exp(std::min(a, b) - high));
}

struct SingleFitter::Scratch {
  Histogram full, plain;
};

SingleFitter::SingleFitter(const Evidence& evidence)
    : e_(evidence), scratch_(std::make_unique<Scratch>()) {}
SingleFitter::~SingleFitter() = default;

SingleFit SingleFitter::fit(std::span<const Member> members, double log_size, double unlinked,
                            std::span<const double> weights, double temper, bool want_plain) {
  auto& [full, plain] = *scratch_;
  full.clear();
  plain.clear();
  double total = 0;
  for (const double w : weights) total += w;
  double inside = 0;
  bool differs = false;
  for (const auto& m : members) {
    const double w = weights[m.type];
    if (w <= 0) continue;
    inside += w;
    const double f = m.fit - log_size - e_.background[m.type];
    full.add(f, w);
    if (!want_plain) continue;
    const double p = m.fit_plain - log_size - e_.background_plain[m.type];
    differs = differs || f != p;
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
  const std::size_t stride = k + 1;
  const std::size_t types = evidence_.rows.size();
  ratios_.assign(types * stride, 0);
  for (std::size_t t = 0; t < types; ++t) ratios_[t * stride + k] = evidence_.known_part[t];
  for (std::size_t i = 0; i < k; ++i) {
    const Component& c = evidence_.components[components_[i]];
    // A row that a component does not hold may still be among its records without a subject.
    if (c.unlinked > 0) {
      for (std::size_t t = 0; t < types; ++t) {
        ratios_[t * stride + i] = static_cast<float>(c.unlinked);
      }
    }
    for (const auto& m : members[i]) {
      const double log_ratio = m.fit - c.log_size - evidence_.background[m.type];
      float& at = ratios_[m.type * stride + i];
      at = std::max(at, static_cast<float>(std::exp(std::clamp(log_ratio, kLow, kHigh))));
    }
  }
  put_together();
}

// Groups are numbered in the order of their first kind, and moved to the front as they are found.
void Mixtures::put_together() {
  const std::size_t stride = components_.size() + 1;
  const std::size_t types = evidence_.rows.size();
  const auto bytes = [&](std::size_t at) {
    return std::string_view(reinterpret_cast<const char*>(ratios_.data() + at * stride),
                            stride * sizeof(float));
  };
  std::unordered_map<std::string_view, std::uint32_t> numbers;
  numbers.reserve(types);
  group_of_.resize(types);
  for (std::size_t t = 0; t < types; ++t) {
    const auto next = static_cast<std::uint32_t>(rows_.size());
    if (const auto found = numbers.find(bytes(t)); found != numbers.end()) {
      group_of_[t] = found->second;
      rows_[found->second] += evidence_.rows[t];
      continue;
    }
    std::copy_n(ratios_.begin() + static_cast<std::ptrdiff_t>(t * stride), stride,
                ratios_.begin() + static_cast<std::ptrdiff_t>(next * stride));
    numbers.emplace(bytes(next), next);
    group_of_[t] = next;
    rows_.push_back(evidence_.rows[t]);
  }
  ratios_.resize(rows_.size() * stride);
  for (std::size_t g = 0; g < rows_.size(); ++g) {
    const double known = ratios_[g * stride + stride - 1];
    population_.push_back((1 - known) / std::max(evidence_.population_share, 1e-6));
    known_.push_back(known / std::max(1 - evidence_.population_share, 1e-6));
  }
}

MixtureFit Mixtures::fit(std::span<const std::size_t> chosen, double temper, bool fixed) const {
  const std::size_t k = chosen.size();
  const std::size_t stride = components_.size() + 1;
  MixtureFit out;
  out.shares.assign(k, 0.6 / static_cast<double>(std::max<std::size_t>(1, k)));
  out.rest = k == 0 ? 1 : 0.4;
  if (evidence_.total <= 0) return out;
  const double known_share = 1 - evidence_.population_share;
  fixed = fixed || !has_known();
  out.rest_known = out.rest * known_share;
  std::vector<double> next(k);
  const auto sum_of = [&](std::size_t g) {
    const float* ratio = ratios_.data() + g * stride;
    double sum = fixed ? out.rest
                       : (out.rest - out.rest_known) * population_[g] + out.rest_known * known_[g];
    for (std::size_t i = 0; i < k; ++i) sum += out.shares[i] * ratio[chosen[i]];
    return std::max(sum, 1e-30);
  };
  for (int round = 0; round < kRounds; ++round) {
    std::ranges::fill(next, 0);
    double population_rows = 0;
    double known_rows = 0;
    for (std::size_t g = 0; g < rows_.size(); ++g) {
      const float* ratio = ratios_.data() + g * stride;
      const double w = rows_[g] / sum_of(g);
      if (fixed) {
        population_rows += w * out.rest;
      } else {
        population_rows += w * (out.rest - out.rest_known) * population_[g];
        known_rows += w * out.rest_known * known_[g];
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
  for (std::size_t g = 0; g < rows_.size(); ++g) out.score += rows_[g] * std::log(sum_of(g));
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
  const std::size_t stride = components_.size() + 1;
  std::vector<double> part(rows_.size());
  for (std::size_t g = 0; g < part.size(); ++g) {
    const float* ratio = ratios_.data() + g * stride;
    double sum = fit.rest;
    for (std::size_t i = 0; i < chosen.size(); ++i) sum += fit.shares[i] * ratio[chosen[i]];
    part[g] = fit.rest / sum;
  }
  std::vector<double> left(evidence_.rows);
  for (std::size_t t = 0; t < left.size(); ++t) left[t] *= part[group_of_[t]];
  return left;
}

}  // namespace hitokoe::matcher
