// How long a piece of work takes.
#pragma once

#include <chrono>
#include <ctime>

#include "hitokoe/base/time.h"

namespace hitokoe::bench {

template <class Work>
double seconds(const Work& work) {
  const SystemClock clock;
  const auto begin = clock.steady();
  work();
  return std::chrono::duration<double>(clock.steady() - begin).count();
}

// The same in processor time of this thread: what others on the machine do weighs less.
template <class Work>
double cpu_seconds(const Work& work) {
  const auto now = [] {
    timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
  };
  const double begin = now();
  work();
  return now() - begin;
}

}  // namespace hitokoe::bench
