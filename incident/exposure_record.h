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

// From the holder up to the carrier, of those that may be named: each tells the next.
void add_edges(const ExposureRecord& record, std::set<DelegateEdge>& edges);

// INC-YYYYMMDD-NNNN: the next one of the day.
std::string next_incident_id(const std::vector<std::string>& ids, JstDay day);

}  // namespace hitokoe::incident
