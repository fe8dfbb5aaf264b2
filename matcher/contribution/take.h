// From an exposure's findings to its contribution.
#pragma once

#include <optional>
#include <span>

#include "hitokoe/matcher/report.h"
#include "matcher/attribute/leak.h"
#include "matcher/contribution/contribution.h"
#include "matcher/index/index.h"
#include "matcher/resolve/findings.h"

namespace hitokoe::matcher {

// report.subjects[i] belongs to found[i]; of the report also the counts. O(kinds + found).
MadeContribution take_contribution(const IndexImpl& index, const Leak& leak,
                                   const KnownLeaksView& known, std::span<const FoundSubject> found,
                                   const ScanReport& report, std::optional<JstDay> seen,
                                   bool sorted);

}  // namespace hitokoe::matcher
