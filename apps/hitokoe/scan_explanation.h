// `hitokoe scan --explain`: why the report says what it says.
#pragma once

#include <ostream>

#include "hitokoe/base/language.h"
#include "hitokoe/matcher/report.h"

namespace hitokoe::app {

// Decoys and older leaks; shown with every report that has any.
void show_sources(std::ostream& out, Language language, const matcher::ScanReport& report);
// The summary; evidence, contradictions and dates of each holder that matters; what would tell
// more.
void show_explanation(std::ostream& out, Language language, const matcher::ScanReport& report);

}  // namespace hitokoe::app
