// Older leaks, for what comes in. Read again when an incident has changed or the index is another
// one; where that takes long, for at most a twentieth of the time.
#pragma once

#include <memory>
#include <mutex>

#include "hitokoe/incident/known_leaks.h"
#include "hitokoe/matcher/matcher.h"

namespace hitokoe::service {

// Thread-safe.
class KnownLeakWatch {
 public:
  struct Older {
    std::shared_ptr<const matcher::KnownLeaks> leaks;        // never null
    std::shared_ptr<const matcher::PreparedLeaks> prepared;  // in the index's numbers
  };
  KnownLeakWatch(incident::IncidentStore& store, identity::KeyStore& keys, const Clock& clock)
      : store_(store), keys_(keys), clock_(clock) {}

  // A small query where nothing has changed; else as incident::known_leaks(), and a microsecond a
  // customer. Errors: of the store and the keys.
  Result<Older> current(const std::shared_ptr<const matcher::Index>& index);

 private:
  incident::IncidentStore& store_;
  identity::KeyStore& keys_;
  const Clock& clock_;
  std::mutex mutex_;
  std::shared_ptr<const matcher::Index> index_;
  std::uint64_t revision_ = 0;
  SteadyTime not_before_{};  // when it may be read again
  Older older_;
};

}  // namespace hitokoe::service
