#include "service/failure_limiter.h"

#include <algorithm>

namespace hitokoe::service {

Duration FailureLimiter::wait(const std::string& address) {
  const auto it = entries_.find(address);
  if (it == entries_.end()) return {};
  const auto until = it->second.since + limits_.window;
  const auto now = clock_.steady();
  if (now >= until) {
    entries_.erase(it);
    return {};
  }
  if (it->second.failures < limits_.failures) return {};
  return std::chrono::ceil<Duration>(until - now);
}

void FailureLimiter::failed(const std::string& address) {
  if (entries_.size() >= limits_.addresses && !entries_.contains(address)) {
    entries_.erase(std::min_element(
        entries_.begin(), entries_.end(),
        [](const auto& a, const auto& b) { return a.second.since < b.second.since; }));
  }
  Entry& entry = entries_[address];
  if (entry.failures == 0) entry.since = clock_.steady();
  ++entry.failures;
}

}  // namespace hitokoe::service
