// What the columns of a leak say, and what the registry says before any evidence.
#pragma once

#include <span>
#include <vector>

#include "hitokoe/registry/model.h"
#include "matcher/attribute/evidence.h"

namespace hitokoe::matcher {

// The fields that at least a tenth of the carrier's rows show with a value that agrees.
std::vector<FieldId> leaked_columns(const Leak& leak, std::uint32_t carrier);

// Log of the ratio to an unknown source: a holder that never had a column cannot have leaked it.
double column_evidence(std::span<const FieldId> leaked, const SegmentSnapshot& snapshot,
                       std::span<const SegmentSnapshot> all);

// How likely this snapshot's holder is a source before any evidence, not normalised: less for the
// carrier itself, much less after a confirmed return.
double prior_weight(const std::string& snapshot, bool own, const registry::Registry& registry);

// The same, summed over the controller's snapshots that are in the registry and not in the index.
double missing_weight(std::string_view controller, std::span<const CarrierView> carriers,
                      const registry::Registry& registry, std::size_t& count);

}  // namespace hitokoe::matcher
