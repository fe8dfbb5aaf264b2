#include "evaluation/metrics/interval.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "hitokoe/base/random.h"

namespace hitokoe::evaluation {

namespace {

constexpr std::size_t kMostGroups = 15, kLeastGroup = 20;
constexpr int kDraws = 200;

double normal(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

// E|X| of a normal X with this mean and deviation.
double folded(double mean, double deviation) {
  if (deviation <= 0) return std::abs(mean);
  const double z = mean / deviation;
  return deviation * std::sqrt(2 / std::numbers::pi) * std::exp(-z * z / 2) +
         mean * (1 - 2 * normal(-z));
}

struct Group {
  double said = 0, right = 0;
  std::uint64_t n = 0;
};

std::vector<Group> groups(std::span<const std::pair<double, bool>> answers) {
  // Answers that said the same are alike, whichever group they fall into.
  std::vector<double> right(answers.size());
  for (std::size_t i = 0; i < answers.size();) {
    std::size_t j = i;
    double hits = 0;
    for (; j < answers.size() && answers[j].first == answers[i].first; ++j) {
      hits += answers[j].second ? 1 : 0;
    }
    for (std::size_t k = i; k < j; ++k) right[k] = hits / static_cast<double>(j - i);
    i = j;
  }
  const std::size_t count = std::clamp<std::size_t>(answers.size() / kLeastGroup, 1, kMostGroups);
  std::vector<Group> out;
  for (std::size_t g = 0; g < count; ++g) {
    Group group;
    for (std::size_t i = g * answers.size() / count; i < (g + 1) * answers.size() / count; ++i) {
      group.said += answers[i].first;
      group.right += right[i];
      ++group.n;
    }
    if (group.n > 0) out.push_back(group);
  }
  return out;
}

}  // namespace

Figure share(std::uint64_t hits, std::uint64_t of) {
  if (of == 0) return {};
  constexpr double kZ = 1.959963984540054;
  const auto n = static_cast<double>(of);
  const double p = static_cast<double>(hits) / n;
  const double middle = (p + kZ * kZ / (2 * n)) / (1 + kZ * kZ / n);
  const double half = kZ / (1 + kZ * kZ / n) * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n));
  return {p, std::max(0.0, middle - half), std::min(1.0, middle + half), of};
}

double debiased_ece(std::span<const std::pair<double, bool>> answers) {
  if (answers.empty()) return 0;
  double seen = 0;
  double chance = 0;
  for (const auto& g : groups(answers)) {
    const auto n = static_cast<double>(g.n);
    const double p = g.right / n;
    const double difference = p - g.said / n;
    // A group without a single miss still has a deviation: that of one more hit and miss.
    const double smooth = (g.right + 1) / (n + 2);
    const double deviation = std::sqrt(smooth * (1 - smooth) / n);
    seen += n * std::abs(difference);
    chance += n * (folded(difference, deviation) - std::abs(difference));
  }
  return std::max(0.0, (seen - chance) / static_cast<double>(answers.size()));
}

std::vector<CalibrationBin> calibration(std::span<const std::pair<double, bool>> answers) {
  std::vector<CalibrationBin> out;
  if (answers.empty()) return out;
  for (const auto& g : groups(answers)) {
    out.push_back({g.said / static_cast<double>(g.n),
                   share(static_cast<std::uint64_t>(std::llround(g.right)), g.n)});
  }
  return out;
}

Figure bootstrap(double value, std::uint64_t of, std::uint32_t worlds,
                 const std::function<double(std::span<const std::uint32_t>)>& of_worlds) {
  if (of == 0 || worlds == 0) return {};
  SeededRandom random(worlds);  // the same interval for the same answers
  std::vector<double> seen;
  std::vector<std::uint32_t> drawn(worlds);
  for (int i = 0; i < kDraws; ++i) {
    for (auto& w : drawn) w = static_cast<std::uint32_t>(random.below(worlds));
    seen.push_back(of_worlds(drawn));
  }
  std::ranges::sort(seen);
  return {value, std::min(value, seen[kDraws / 40]),
          std::max(value, seen[kDraws - 1 - kDraws / 40]), of};
}

}  // namespace hitokoe::evaluation
