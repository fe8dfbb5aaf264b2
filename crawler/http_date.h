// Dates as HTTP writes them.
#pragma once

#include <optional>
#include <string_view>

#include "hitokoe/base/time.h"

namespace hitokoe::crawler {

// RFC 9110 section 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT", and the two obsolete forms
// "Sunday, 06-Nov-94 08:49:37 GMT" (the year that lies within 50 years of `now`) and
// "Sun Nov  6 08:49:37 1994". Nothing for anything else.
std::optional<UtcTime> parse_http_date(std::string_view text, UtcTime now);

// RFC 9110 section 10.2.3: seconds, or a date. How long from `now`; never negative.
std::optional<Duration> parse_retry_after(std::string_view text, UtcTime now);

}  // namespace hitokoe::crawler
