// Leaks of one stretch of a holder's file: a page of it, its first rows, the rows of some days.
//
// Rows from all over a copy of n customers have 1/n each; from a stretch of m of them, 1/m. Whose
// file has the leaked customers side by side is found by the shortest stretches that hold most of
// them (a scan statistic: Naus, J. Am. Stat. Assoc. 60, 1965). Where a stretch begins and ends is
// not known beforehand and is paid for; a stretch that is hardly shorter than the file says
// nothing.
//
// Rows of known older leaks must be left out: they lie as that leak lay.
#pragma once

#include <cstdint>
#include <span>

#include "matcher/attribute/rates.h"

namespace hitokoe::matcher {

// Natural log of the ratio to a source that took rows from all over its file; at least
// log(1 − Rates::stretch), at most kMostStretch. `ranks` of the leak's customers in the file, in
// any order; `size`: of the file; `temper`: as everywhere. O(n log n).
inline constexpr double kMostStretch = 6.9;  // 30 dB
double stretch_evidence(std::span<const std::uint32_t> ranks, double size, double temper,
                        const Rates& rates);

}  // namespace hitokoe::matcher
