// How long a piece of work takes.
#pragma once

#include <chrono>

#include "hitokoe/base/time.h"

namespace hitokoe::bench {

template <class Work>
double seconds(const Work& work) {
  const SystemClock clock;
  const auto begin = clock.steady();
  work();
  return std::chrono::duration<double>(clock.steady() - begin).count();
}

}  // namespace hitokoe::bench
