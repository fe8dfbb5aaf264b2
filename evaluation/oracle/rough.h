// A quick look at all copies, which finds those that the exact sum has to be taken over.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "evaluation/oracle/row_weights.h"

namespace hitokoe::evaluation {

class RoughScores {
 public:
  RoughScores(const World& world, std::span<const Dump> dumps, const RowWeights& rows);

  // Log of the gain over the junk alone, by copy, with the best of its parts; minus infinity where
  // it holds no row.
  std::vector<double> of_all() const { return of_all(background_); }
  // The same, where this copy explains what it can already.
  std::vector<double> beside(std::uint32_t copy) const;

  // Rows that a copy may have given, with their weights; ascending.
  struct Held {
    std::uint32_t row;
    double weight;
  };
  const std::vector<Held>& held(std::uint32_t copy) const { return held_[copy]; }

 private:
  std::vector<double> of_all(std::span<const double> background) const;
  double gain(std::span<const Held> held, double size, std::span<const double> background) const;
  double best_part(std::uint32_t copy, std::span<const double> background) const;

  const World& world_;
  const RowWeights& rows_;
  std::vector<std::vector<Held>> held_;  // by copy
  std::vector<double> background_;       // by row
};

}  // namespace hitokoe::evaluation
