// Verdicts over all exposures of an incident after it was merged, parted or split: made at once
// where a person did that through this process, and looked for now and then, for what another
// process did or a crash left.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/incident/joint_verdict.h"
#include "hitokoe/registry/registry_store.h"
#include "service/index_watch.h"

namespace hitokoe::service {

// Thread-safe.
class VerdictWatch {
 public:
  struct Parts {
    incident::IncidentService::Parts incidents;
    IndexWatch& index;
    registry::RegistryStore& registry;
    Sleeper& sleeper;
    CpuPool& pool;
    MetricsRegistry& metrics;
    Logger log;
  };
  VerdictWatch(Parts parts, double naming_threshold, Duration every);

  Task<Result<void>> run();  // until the surrounding TaskGroup stops
  // These, now. Errors are logged: the next look takes them up again.
  void judge(std::span<const std::string> incidents, std::string_view actor);
  // All that stand without a verdict and were not looked at as they are now. One that cannot be
  // judged (its key is destroyed, what was kept is damaged) is logged once, and holds up no other.
  // @return verdicts made.
  Result<std::size_t> look();

 private:
  struct Ground {  // that verdicts are made on; loaded when the first one is
    std::shared_ptr<const matcher::Index> index;  // null: not loaded yet
    std::optional<registry::Registry> registry;
    matcher::Options options;
    std::uint64_t revision = 0;  // of all incidents, when their leaks were read
  };
  Result<void> stand_on(Ground& ground, const incident::Incident& in);
  Result<bool> try_judge(Ground& ground, const incident::Incident& in, std::string_view actor);

  Parts p_;
  double threshold_;
  Duration every_;
  std::mutex mutex_;
  std::map<std::string, std::uint64_t> seen_;  // incident → revision at which nothing came of it
  Counter& judged_;
};

}  // namespace hitokoe::service
