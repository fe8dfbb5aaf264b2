// A report as an event tells it.
#pragma once

#include <string_view>

#include "hitokoe/incident/incident.h"

namespace hitokoe::incident {

// Without carriers and people. `holders` at or above `threshold` may be named.
ExposureRecord describe(const matcher::ScanReport& report, std::string_view source,
                        std::string_view exposure, const registry::Registry& registry,
                        double threshold);

// The parties for which the record is the alert: its carriers and its delegates, but those who know
// already. `before`: the incident so far; nullptr: it is new.
void add_known(ExposureRecord& record, const Incident* before);

}  // namespace hitokoe::incident
