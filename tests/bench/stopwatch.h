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

inline double clock_now(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

// The same in processor time of this thread: what others on the machine do weighs less.
template <class Work>
double cpu_seconds(const Work& work) {
  const double begin = clock_now(CLOCK_THREAD_CPUTIME_ID);
  work();
  return clock_now(CLOCK_THREAD_CPUTIME_ID) - begin;
}

// … of all threads of the process.
template <class Work>
double process_seconds(const Work& work) {
  const double begin = clock_now(CLOCK_PROCESS_CPUTIME_ID);
  work();
  return clock_now(CLOCK_PROCESS_CPUTIME_ID) - begin;
}

}  // namespace hitokoe::bench
