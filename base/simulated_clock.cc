#include "hitokoe/base/simulated_clock.h"

namespace hitokoe {

SimulatedClock::SimulatedClock(UtcTime start) : now_(start) {}

UtcTime SimulatedClock::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

SteadyTime SimulatedClock::steady() const {
  const std::lock_guard lock(mutex_);
  return steady_;
}

void SimulatedClock::advance(Duration by) {
  const std::lock_guard lock(mutex_);
  now_ += by;
  steady_ += by;
}

}  // namespace hitokoe
