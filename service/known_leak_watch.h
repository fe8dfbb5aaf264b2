// Older leaks, for what comes in. Read again when an incident has changed or the index is another
// one; where that takes long, for at most a twentieth of the time. What could not be read is tried
// again every ten minutes.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/incident/known_leaks.h"
#include "hitokoe/matcher/matcher.h"

namespace hitokoe::service {

// Thread-safe.
class KnownLeakWatch {
 public:
  struct Older {
    incident::OlderLeaks leaks;                              // `leaks.leaks` is never null
    std::shared_ptr<const matcher::PreparedLeaks> prepared;  // in the index's numbers
  };
  KnownLeakWatch(incident::IncidentStore& store, identity::KeyStore& keys, const Clock& clock,
                 MetricsRegistry& metrics, Logger log);

  // A small query where nothing has changed; else as incident::known_leaks(), and a microsecond a
  // customer. An incident that cannot be read is logged once, and counted in a metric. Errors: of
  // the store and the keys.
  Result<Older> current(const std::shared_ptr<const matcher::Index>& index);

 private:
  bool to_be_read(std::uint64_t revision, SteadyTime now) const;
  void tell_unread();

  incident::IncidentStore& store_;
  identity::KeyStore& keys_;
  const Clock& clock_;
  Logger log_;
  Gauge& unread_;
  std::mutex mutex_;
  std::shared_ptr<const matcher::Index> index_;
  std::uint64_t revision_ = 0;
  SteadyTime not_before_{};  // when it may be read again
  SteadyTime try_again_{};   // where something was unread: when it is read again unchanged
  std::set<std::string> told_;
  Older older_;
};

}  // namespace hitokoe::service
