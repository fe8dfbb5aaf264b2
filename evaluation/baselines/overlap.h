// How a leak and the copies of a world overlap: what the simple methods look at.
#pragma once

#include <cstdint>
#include <vector>

#include "evaluation/leaks/leak.h"

namespace hitokoe::evaluation {

struct Overlap {
  std::uint64_t people = 0;            // distinct contracts of the leak
  std::vector<std::uint64_t> copies;   // by copy: how many of them it holds
  std::vector<std::uint64_t> parties;  // by party: in any of its copies
  // By party: sum over people of log(1 − (1−p)/n), n: the parties that hold the person
  // (Papadimitriou and Garcia-Molina, "Data Leakage Detection", IEEE TKDE 23(1), 2011, section 3).
  std::vector<double> innocence;
};

inline constexpr double kGuessed = 0.5;  // p: the leaker could know the person otherwise

// Looks at fingerprinted copies alone, as the other methods do.
Overlap overlap_of(const World& world, std::span<const LeakedRow> rows);

}  // namespace hitokoe::evaluation
