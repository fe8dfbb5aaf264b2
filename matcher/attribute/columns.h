// What the columns of a leak say.
#pragma once

#include <span>
#include <vector>

#include "matcher/attribute/evidence.h"

namespace hitokoe::matcher {

// The fields that at least a tenth of the carrier's rows show with a value that agrees.
std::vector<FieldId> leaked_columns(const Leak& leak, std::uint32_t carrier);

// Columns that any copy of the carrier has.
std::vector<FieldId> known_columns(const CarrierView& view);

// Log of the ratio to an unknown source: a holder that never had a column cannot have leaked it.
// Of a leak as a whole, not of its rows: one leaker dropped, or added, a column once.
double column_evidence(std::span<const FieldId> leaked, std::span<const FieldId> held,
                       std::span<const FieldId> known, const Rates& rates);

}  // namespace hitokoe::matcher
