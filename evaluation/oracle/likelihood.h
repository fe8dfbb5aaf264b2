// The exact likelihood of a leak whose rows come from several layers by independent chances.
//
// Each person of a layer's frame is in the leak with probability `rate`, and the row can be
// resolved with probability `visible`. A row has a weight in every layer: how likely a row of that
// person, once chosen, looks just so; 0: the layer cannot have given it. A person has at most one
// row of each layer, so
//
//   L = Π_layers (1 − rate·visible)^size · Π_people Σ_assignments Π_rows odds(layer)·weight
//
// over the ways to assign the person's rows to different layers; odds = rate / (1 − rate·visible).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace hitokoe::evaluation {

inline constexpr std::size_t kMostLayers = 4;

struct Layer {
  double rate = 0;
  double visible = 1;
  double size = 0;  // people in its frame
};

class ObservedRows {
 public:
  using Weights = std::array<double, kMostLayers>;
  // `person[i]` tells whose row i is; rows of one person stand together. `weights[layer]`: by row.
  // An empty span: a layer without any.
  ObservedRows(std::span<const std::uint32_t> person,
               std::span<const std::span<const double>> weights);
  // Natural log; minus infinity where it is impossible. O(kinds of rows).
  double log_likelihood(std::span<const Layer> layers) const;

 private:
  struct Kind {
    Weights weights;
    double rows;
  };
  std::size_t layers_;
  std::vector<Kind> kinds_;          // of people with one row
  std::vector<Weights> several_;     // rows of people with more
  std::vector<std::uint32_t> ends_;  // of each such person in several_
};

}  // namespace hitokoe::evaluation
