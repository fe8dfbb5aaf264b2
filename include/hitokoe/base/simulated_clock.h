// A clock that moves only when it is told to. For simulations and tests.
#pragma once

#include <mutex>

#include "hitokoe/base/time.h"

namespace hitokoe {

class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(UtcTime start);
  UtcTime now() const override;
  SteadyTime steady() const override;
  void advance(Duration by);  // by >= 0

 private:
  mutable std::mutex mutex_;
  UtcTime now_;
  SteadyTime steady_{};
};

}  // namespace hitokoe
