// Simple methods to compare with. Those that only rank say P = 1 for their first; where several are
// equal, they share it.
#pragma once

#include "evaluation/baselines/overlap.h"
#include "evaluation/metrics/judged.h"

namespace hitokoe::evaluation {

// The party that holds most of the people.
Answer most_matches(const World& world, const Overlap& overlap);
// Of the copies with most matches, the one with the fewest customers.
Answer smallest_set(const World& world, const Overlap& overlap);
// The copy with the largest |leak ∩ copy| / |leak ∪ copy|.
Answer jaccard(const World& world, const Overlap& overlap);
// Guilt of each agent by itself, 1 − ∏ (1 − (1−p)/n): see Overlap::innocence.
Answer guilt(const World& world, const Overlap& overlap);

}  // namespace hitokoe::evaluation
