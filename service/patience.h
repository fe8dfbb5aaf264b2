// How long to wait before the next attempt.
#pragma once

#include <algorithm>

#include "hitokoe/base/random.h"
#include "hitokoe/base/time.h"

namespace hitokoe::service {

// `least` doubled for every attempt that failed, at most `most`; of that a half to the whole by
// chance, so that what failed together is not tried again together. `attempts`: 1, 2, 3 …
inline Duration backoff(std::uint32_t attempts, Duration least, Duration most, Random& random) {
  Duration wait = std::max(least, Duration(1));
  for (std::uint32_t i = 1; i < attempts && wait < most; ++i) wait *= 2;
  wait = std::min(wait, most);
  const double share = 0.5 + random.unit() / 2;
  return Duration(static_cast<std::int64_t>(static_cast<double>(wait.count()) * share));
}

}  // namespace hitokoe::service
