#include "evaluation/oracle/likelihood.h"

#include <bit>
#include <cmath>
#include <limits>

namespace hitokoe::evaluation {

namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

// Over the assignments of rows[at…] to layers that are not `used`.
double assignments(std::span<const ObservedRows::Weights> rows, std::size_t at, unsigned used,
                   std::span<const double> odds) {
  if (at == rows.size()) return 1;
  double sum = 0;
  for (std::size_t layer = 0; layer < odds.size(); ++layer) {
    if (((used >> layer) & 1U) != 0 || rows[at][layer] <= 0 || odds[layer] <= 0) continue;
    sum += odds[layer] * rows[at][layer] * assignments(rows, at + 1, used | (1U << layer), odds);
  }
  return sum;
}

std::size_t hash(const ObservedRows::Weights& weights) {
  std::uint64_t out = 0;
  for (const double w : weights) {
    out = (std::rotl(out, 29) ^ std::bit_cast<std::uint64_t>(w)) * 0x9e3779b97f4a7c15;
  }
  return static_cast<std::size_t>(out ^ (out >> 32));
}

}  // namespace

ObservedRows::ObservedRows(std::span<const std::uint32_t> person,
                           std::span<const std::span<const double>> weights)
    : layers_(weights.size()) {
  const auto of = [&](std::size_t row) {
    Weights out{};
    for (std::size_t layer = 0; layer < layers_; ++layer) {
      if (!weights[layer].empty()) out[layer] = weights[layer][row];
    }
    return out;
  };
  kinds_.reserve(person.size());
  std::vector<std::uint32_t> table(std::bit_ceil(2 * person.size() + 1), 0);  // a kind's number + 1
  for (std::size_t from = 0; from < person.size();) {
    std::size_t to = from + 1;
    while (to < person.size() && person[to] == person[from]) ++to;
    if (to == from + 1) {
      const auto w = of(from);
      std::size_t slot = hash(w) & (table.size() - 1);
      while (table[slot] != 0 && kinds_[table[slot] - 1].weights != w) {
        slot = (slot + 1) & (table.size() - 1);
      }
      if (table[slot] == 0) {
        kinds_.push_back({w, 0});
        table[slot] = static_cast<std::uint32_t>(kinds_.size());
      }
      kinds_[table[slot] - 1].rows += 1;
    } else {
      for (std::size_t i = from; i < to; ++i) several_.push_back(of(i));
      ends_.push_back(static_cast<std::uint32_t>(several_.size()));
    }
    from = to;
  }
}

double ObservedRows::log_likelihood(std::span<const Layer> layers) const {
  std::array<double, kMostLayers> odds{};
  double out = 0;
  for (std::size_t i = 0; i < layers_; ++i) {
    const double seen = layers[i].rate * layers[i].visible;
    odds[i] = layers[i].rate / (1 - seen);
    out += layers[i].size * std::log1p(-seen);
  }
  for (const auto& kind : kinds_) {
    double sum = 0;
    for (std::size_t i = 0; i < layers_; ++i) sum += odds[i] * kind.weights[i];
    if (sum <= 0) return kNever;
    out += kind.rows * std::log(sum);
  }
  std::size_t from = 0;
  for (const auto end : ends_) {
    const double sum = assignments(std::span(several_).subspan(from, end - from), 0, 0,
                                   std::span(odds).first(layers_));
    if (sum <= 0) return kNever;
    out += std::log(sum);
    from = end;
  }
  return out;
}

}  // namespace hitokoe::evaluation
