#include "matcher/attribute/fit.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hitokoe::matcher {

namespace {

constexpr int kRounds = 60;
// "This holder is a source" means that it gave at least this share of the rows: with less it would
// only echo the background.
constexpr double kLeastShare = 0.15;
constexpr double kLeast = 1e-6;  // of a share: nothing becomes impossible

// A type that at least one of the components holds: the ratio to the background for each.
struct Row {
  std::uint32_t type;
  std::vector<double> ratio, ratio_plain;
};

// exp() that stays finite: beyond this nothing depends on it.
double bounded_exp(double x) { return std::exp(std::clamp(x, -600.0, 600.0)); }

std::vector<Row> collect(const Evidence& e, std::span<const Component* const> components) {
  std::vector<std::uint32_t> position(e.rows.size(), std::numeric_limits<std::uint32_t>::max());
  std::vector<Row> rows;
  for (std::size_t i = 0; i < components.size(); ++i) {
    for (const auto& m : components[i]->members) {
      auto& at = position[m.type];
      if (at == std::numeric_limits<std::uint32_t>::max()) {
        at = static_cast<std::uint32_t>(rows.size());
        rows.push_back({m.type, std::vector<double>(components.size(), 0),
                        std::vector<double>(components.size(), 0)});
      }
      const double log_size = components[i]->log_size;
      rows[at].ratio[i] = bounded_exp(m.fit - log_size - e.background[m.type]);
      rows[at].ratio_plain[i] = bounded_exp(-log_size - e.background_plain[m.type]);
    }
  }
  return rows;
}

}  // namespace

double log_add(double a, double b) {
  const double high = std::max(a, b);
  if (!std::isfinite(high)) return high;
  return high + std::log1p(std::exp(std::min(a, b) - high));
}

Fit fit_mixture(const Evidence& e, std::span<const Component* const> components,
                std::span<const double> weights) {
  const std::size_t k = components.size();
  const auto rows = collect(e, components);
  double total = 0;
  for (const double w : weights) total += w;
  double inside = 0;
  for (const auto& row : rows) inside += weights[row.type];
  const double outside = std::max(0.0, total - inside);

  Fit fit;
  fit.shares.assign(k, 0.5 / static_cast<double>(std::max<std::size_t>(k, 1)));
  fit.rest = k == 0 ? 1 : 0.5;
  if (k == 0 || total <= 0) return fit;
  // A row that a component does not hold may still be among its records without a subject.
  const auto outside_factor = [&] {
    double sum = fit.rest;
    for (std::size_t i = 0; i < k; ++i) sum += fit.shares[i] * components[i]->unlinked;
    return sum;
  };
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> next(k, 0);
    double rest = 0;
    for (const auto& row : rows) {
      double sum = fit.rest;
      for (std::size_t i = 0; i < k; ++i) sum += fit.shares[i] * row.ratio[i];
      const double w = weights[row.type] / sum;
      rest += w * fit.rest;
      for (std::size_t i = 0; i < k; ++i) next[i] += w * fit.shares[i] * row.ratio[i];
    }
    const double out = outside_factor();
    rest += outside * fit.rest / out;
    for (std::size_t i = 0; i < k; ++i) {
      next[i] += outside * fit.shares[i] * components[i]->unlinked / out;
    }
    double sum = kLeast * static_cast<double>(k + 1);
    for (const double x : next) sum += x / total;
    sum += rest / total;
    for (std::size_t i = 0; i < k; ++i) fit.shares[i] = (next[i] / total + kLeast) / sum;
    fit.rest = (rest / total + kLeast) / sum;
  }
  if (fit.rest > 1 - kLeastShare) {
    const double scale = kLeastShare / (1 - fit.rest);
    for (double& share : fit.shares) share *= scale;
    fit.rest = 1 - kLeastShare;
  }
  for (const auto& row : rows) {
    double full = fit.rest;
    double plain = fit.rest;
    for (std::size_t i = 0; i < k; ++i) {
      full += fit.shares[i] * row.ratio[i];
      plain += fit.shares[i] * row.ratio_plain[i];
    }
    fit.gain += weights[row.type] * std::log(full);
    fit.gain_plain += weights[row.type] * std::log(plain);
  }
  const double out = outside * std::log(outside_factor());
  fit.gain += out;
  fit.gain_plain += out;
  return fit;
}

std::vector<double> residual(const Evidence& e, const Fit& fit,
                             std::span<const Component* const> components,
                             std::span<const double> weights) {
  std::vector<double> left(weights.begin(), weights.end());
  for (const auto& row : collect(e, components)) {
    double sum = fit.rest;
    for (std::size_t i = 0; i < components.size(); ++i) sum += fit.shares[i] * row.ratio[i];
    left[row.type] *= fit.rest / sum;
  }
  return left;
}

}  // namespace hitokoe::matcher
