// `hitokoe incident show --explain`: why, of all exposures of an incident judged together.
#pragma once

#include <string_view>

#include "hitokoe/matcher/report.h"

namespace hitokoe::app {

// What IncidentService::attribution() told, as values for show_sources() and show_explanation().
// Holders without an explanation are left out; what a viewer was not told is empty. kCorrupt: JSON
// that it did not write.
Result<matcher::ScanReport> explained_report(std::string_view attribution);

}  // namespace hitokoe::app
