// The spelling of a verdict in events and JSON; a contract of its own, as old events keep it.
#pragma once

#include <string_view>

#include "hitokoe/matcher/report.h"

namespace hitokoe::incident {

std::string_view verdict_name(matcher::Verdict verdict);

}  // namespace hitokoe::incident
