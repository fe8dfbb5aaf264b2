#include "crawler/found_items.h"

#include <algorithm>
#include <functional>

#include "hitokoe/crawler/frontier_texts.h"

namespace hitokoe::crawler {

Result<std::uint64_t> queue_found(Frontier& frontier, const Logger& log, const std::string& source,
                                  const std::vector<FetchJob>& jobs) {
  const auto left_out = std::ranges::count_if(jobs, std::not_fn(can_be_kept));
  if (left_out > 0) {
    log.warn("items_not_kept",
             {{"source", source}, {"count", static_cast<std::int64_t>(left_out)}});
  }
  return frontier.add(jobs);
}

}  // namespace hitokoe::crawler
