// Which receipts of alerts may be since when a party knows (docs/clocks.md, "When a clock starts").
#pragma once

#include "hitokoe/base/time.h"

namespace hitokoe::incident {

// May a receipt move the time of knowledge of what was found at `found`? Only on the same Japanese
// day: no deadline that counts days moves. Otherwise the earlier one of the two counts.
bool receipt_counts(UtcTime found, UtcTime received);

}  // namespace hitokoe::incident
