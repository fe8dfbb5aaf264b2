// Queues what a list or a page named.
#pragma once

#include <string>
#include <vector>

#include "hitokoe/base/log.h"
#include "hitokoe/crawler/frontier.h"

namespace hitokoe::crawler {

// @return how many are new. What no store can keep is left out, and the log says of how many items
// of which source.
Result<std::uint64_t> queue_found(Frontier& frontier, const Logger& log, const std::string& source,
                                  const std::vector<FetchJob>& jobs);

}  // namespace hitokoe::crawler
