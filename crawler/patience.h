// What an answer says about when to come back.
#pragma once

#include "hitokoe/base/time.h"
#include "hitokoe/net/fetcher.h"

namespace hitokoe::crawler {

// 429, 503, and a 403 that says that the allowance of requests is used up.
bool is_slow_down(const net::Response& response);

// How long to leave the host alone: Retry-After where it complains; else, at any status, until the
// end of the window where X-RateLimit-Remaining is 0 (X-RateLimit-Reset: seconds since 1970, or
// from now, as some write it). Moments are measured from the answer's Date, and from `now` where it
// has none. Zero where it says nothing.
Duration asked_patience(const net::Response& response, UtcTime now);

}  // namespace hitokoe::crawler
