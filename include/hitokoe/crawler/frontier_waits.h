// What a frontier may know of waiting beside its jobs. A frontier that keeps it is one of these,
// too; with one that is not, a restart forgets what hosts asked for, and a clock that was ahead is
// waited for. Implementations: the frontiers of storage/sql, storage/memory and storage/redis.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"

namespace hitokoe::crawler {

// Each call is one durable step.
class FrontierWaits {
 public:
  virtual ~FrontierWaits() = default;
  // What a host asked for (Retry-After) holds after a restart, too; the last call counts.
  virtual Result<void> leave_alone(const std::string& host, UtcTime until) = 0;
  // Hosts that are to be left alone after `now`, sorted; those that are not any more are forgotten
  // (by a frontier with a clock of its own, that of storage/redis, only where that says so, too).
  virtual Result<std::vector<std::pair<std::string, UtcTime>>> left_alone(UtcTime now) = 0;
  // No queued job of these sources stays due later than `wait` after now: the clock was ahead when
  // they were queued. A frontier with a clock of its own counts from that instead of `now`.
  virtual Result<void> not_later(UtcTime now, Duration wait,
                                 const std::vector<std::string>& sources) = 0;
};

}  // namespace hitokoe::crawler
