#include "evaluation/oracle/likelihood.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace hitokoe::evaluation::test {
namespace {

// A layer of a tiny world: who is in it, and how likely a row of each looks like A or like B.
struct TinyLayer {
  double rate;
  std::vector<int> people;
  std::vector<double> looks_a, looks_b;  // the rest cannot be seen; alike for all in sum
};

constexpr double kVisible = 0.9;

// By trying everything that can happen to everybody.
std::map<std::string, double> enumerate(const std::vector<TinyLayer>& layers, int people) {
  struct Element {
    int person;
    double absent, a, b;
  };
  std::vector<Element> elements;
  for (const auto& l : layers) {
    for (std::size_t i = 0; i < l.people.size(); ++i) {
      elements.push_back(
          {l.people[i], 1 - l.rate * kVisible, l.rate * l.looks_a[i], l.rate * l.looks_b[i]});
    }
  }
  std::map<std::string, double> out;
  std::size_t all = 1;
  for (std::size_t i = 0; i < elements.size(); ++i) all *= 3;
  for (std::size_t n = 0; n < all; ++n) {
    std::vector<std::string> rows(static_cast<std::size_t>(people));
    double p = 1;
    std::size_t rest = n;
    for (const auto& e : elements) {
      const auto what = rest % 3;
      rest /= 3;
      p *= what == 0 ? e.absent : what == 1 ? e.a : e.b;
      if (what != 0) rows[static_cast<std::size_t>(e.person)] += what == 1 ? 'A' : 'B';
    }
    std::string key;
    for (auto& r : rows) {
      std::ranges::sort(r);
      key += r + "|";
    }
    out[key] += p;
  }
  return out;
}

TEST(ObservedRows, IsTheProbabilityThatTryingEverythingGives) {
  const std::vector<TinyLayer> layers = {
      {0.6, {0, 1, 2}, {0.7, 0.3, 0.0}, {0.2, 0.6, 0.9}},
      {0.3, {1, 2, 3}, {0.5, 0.8, 0.4}, {0.4, 0.1, 0.5}},
      {0.1, {0, 1, 2, 3}, {0.45, 0.5, 0.6, 0.2}, {0.45, 0.4, 0.3, 0.7}},
  };
  constexpr int kPeople = 4;
  const auto truth = enumerate(layers, kPeople);
  double sum = 0;
  for (const auto& [key, p] : truth) {
    sum += p;
    std::vector<std::uint32_t> person;
    std::string looks;
    double alike = 1;  // rows that look the same can be exchanged
    std::uint32_t at = 0;
    for (const char c : key) {
      if (c == '|') {
        ++at;
        continue;
      }
      person.push_back(at);
      looks += c;
    }
    for (std::size_t i = 0; i < person.size();) {
      std::size_t j = i;
      while (j < person.size() && person[j] == person[i] && looks[j] == looks[i]) ++j;
      alike *= std::tgamma(static_cast<double>(j - i) + 1);
      i = j;
    }
    std::vector<std::vector<double>> weights(layers.size());
    std::vector<std::span<const double>> spans;
    std::vector<Layer> used;
    for (std::size_t l = 0; l < layers.size(); ++l) {
      for (std::size_t i = 0; i < person.size(); ++i) {
        const auto in = std::ranges::find(layers[l].people, static_cast<int>(person[i]));
        const auto k = static_cast<std::size_t>(in - layers[l].people.begin());
        weights[l].push_back(in == layers[l].people.end() ? 0
                             : looks[i] == 'A'            ? layers[l].looks_a[k]
                                                          : layers[l].looks_b[k]);
      }
      used.push_back({layers[l].rate, kVisible, static_cast<double>(layers[l].people.size())});
    }
    for (const auto& w : weights) spans.emplace_back(w);
    const double said = std::exp(ObservedRows(person, spans).log_likelihood(used)) / alike;
    EXPECT_NEAR(said, p, 1e-12) << key;
  }
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(ObservedRows, MoreRowsOfAPersonThanLayersAreImpossible) {
  const std::vector<std::uint32_t> person = {4, 4};
  const std::vector<double> weights = {0.5, 0.5};
  const std::span<const double> spans[] = {weights};
  const Layer layers[] = {{0.5, 1, 10}};
  EXPECT_EQ(ObservedRows(person, spans).log_likelihood(layers),
            -std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace hitokoe::evaluation::test
