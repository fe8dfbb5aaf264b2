// When the leaked copy was made, from the values' windows of validity: a value's window runs from
// the last snapshot of the carrier's own base without it to the first after it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "hitokoe/matcher/report.h"
#include "matcher/attribute/leak.h"

namespace hitokoe::matcher {

// The shortest run of days between own snapshots that holds `confidence` of the weight; nothing
// where the carriers' own snapshots say nothing (fewer than two). `temper` scales the evidence.
std::optional<SnapshotInterval> date_interval(const Leak& leak,
                                              std::span<const CarrierView> carriers, double temper,
                                              double confidence = 0.9);

}  // namespace hitokoe::matcher
