#include "matcher/attribute/stretch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace hitokoe::matcher {

namespace {

constexpr std::array kHolds = {1.0, 0.9, 0.75, 0.55, 0.35, 0.2, 0.1};  // of the ranks
constexpr std::size_t kFewest = 6;                                     // ranks that say anything

}  // namespace

double stretch_evidence(std::span<const std::uint32_t> ranks, double size, double temper,
                        const Rates& rates) {
  std::vector<std::uint32_t> sorted(ranks.begin(), ranks.end());
  std::ranges::sort(sorted);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  if (sorted.size() < kFewest) return 0;
  const auto n = static_cast<double>(sorted.size());
  // A file has no fewer rows than its highest rank says.
  size = std::max(size, static_cast<double>(sorted.back()) + 1);
  double sum = 0;  // of the likelihoods, over the lengths
  for (const double holds : kHolds) {
    const auto wanted = static_cast<std::size_t>(std::ceil(holds * n));
    if (wanted < kFewest) break;
    std::uint32_t shortest = sorted.back() - sorted.front();
    for (std::size_t i = 0; i + wanted <= sorted.size(); ++i) {
      shortest = std::min(shortest, sorted[i + wanted - 1] - sorted[i]);
    }
    // It ends at rows of the leak: the true one is somewhat longer.
    const auto inside = static_cast<double>(wanted);
    const double length = (shortest + 1.0) * (inside + 1) / (inside - 1);
    if (length >= size) continue;
    const double share = inside / n;
    double gain = inside * std::log(share * size / length);
    if (share < 1) gain += (n - inside) * std::log((1 - share) / (1 - length / size));
    gain = temper * gain - std::log(size / length) - std::log(static_cast<double>(kHolds.size()));
    sum += std::exp(std::min(gain, kMostStretch + 3));
  }
  return std::min(kMostStretch, std::log(1 - rates.stretch + rates.stretch * sum));
}

}  // namespace hitokoe::matcher
