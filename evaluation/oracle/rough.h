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

  // Log likelihood, about, by copy: of the best of its parts beside as much junk and older dump as
  // fits best; minus infinity where it holds no row.
  std::vector<double> of_all() const { return of_all({}, 0); }
  // The same, with this copy a source already.
  std::vector<double> beside(std::uint32_t copy) const;

  // Rows that a copy may have given, with their weights; ascending.
  struct Held {
    std::uint32_t row;
    double weight;
  };
  const std::vector<Held>& held(std::uint32_t copy) const { return held_[copy]; }

 private:
  // What else the rows may be from, in one of several amounts.
  struct Background {
    std::vector<double> odds;  // by row
    double log_likelihood = 0;
  };
  struct Piece {  // of a copy
    std::vector<Held> held;
    double size;
  };
  void make_backgrounds(std::span<const Dump> dumps);
  std::vector<double> of_all(std::span<const Held> other, double other_size) const;
  std::vector<Piece> pieces(std::uint32_t copy) const;

  const World& world_;
  const RowWeights& rows_;
  std::vector<std::vector<Held>> held_;               // by copy
  std::vector<std::vector<Background>> backgrounds_;  // by carrier
};

}  // namespace hitokoe::evaluation
