// Figures from counts, and their 95 % intervals.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "hitokoe/evaluation/figures.h"

namespace hitokoe::evaluation {

// A share with Wilson's score interval (Wilson, JASA 22, 1927).
Figure share(std::uint64_t hits, std::uint64_t of);

// Expected calibration error: groups of equal size by what was said, at most 15 and of at least 20
// answers; the mean of |right − said|, less what chance alone makes of it: a normal approximation
// in each group (Kumar, Liang, Ma, "Verified uncertainty calibration", NeurIPS 2019). Not below 0.
// Of a perfect forecast's noise some 59 % stays: with few answers it is still too large.
double debiased_ece(std::span<const std::pair<double, bool>> answers);  // sorted by what was said

// The groups of debiased_ece().
std::vector<CalibrationBin> calibration(std::span<const std::pair<double, bool>> answers);

// 2.5 % and 97.5 % of a figure over 200 draws of whole worlds with replacement: leaks of one world
// are no independent witnesses. `of_worlds` gives the figure for a list of worlds, in [0, worlds).
Figure bootstrap(double value, std::uint64_t of, std::uint32_t worlds,
                 const std::function<double(std::span<const std::uint32_t>)>& of_worlds);

}  // namespace hitokoe::evaluation
