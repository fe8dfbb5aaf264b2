// Slows down guessing: after so many failures from one address within the window, it is turned
// away until the window has passed.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "hitokoe/base/time.h"

namespace hitokoe::service {

struct FailureLimits {
  std::uint32_t failures = 10;
  Duration window = std::chrono::minutes(1);
  std::size_t addresses = 10'000;  // remembered; the oldest is forgotten first
};

// One thread.
class FailureLimiter {
 public:
  FailureLimiter(const Clock& clock, FailureLimits limits) : clock_(clock), limits_(limits) {}

  // How long `address` has to wait; zero: it may try.
  Duration wait(const std::string& address);
  void failed(const std::string& address);

 private:
  struct Entry {
    SteadyTime since{};
    std::uint32_t failures = 0;
  };
  const Clock& clock_;
  FailureLimits limits_;
  std::map<std::string, Entry> entries_;
};

}  // namespace hitokoe::service
