// Looks every day, and whenever the registry changes, what of the supervision of contractors is
// overdue; tells it as gauges, and each new finding once in the log.
#pragma once

#include <map>
#include <set>
#include <string>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "service/registry_watch.h"

namespace hitokoe::service {

class SupervisionWatch {
 public:
  struct Parts {
    RegistryWatch& registry;
    const Clock& clock;
    Sleeper& sleeper;
    CpuPool& pool;
    MetricsRegistry& metrics;
    Logger log;
  };
  // `every`: between two looks whether the day or the registry is another one.
  SupervisionWatch(Parts parts, Duration every);

  Task<Result<void>> run();  // until the surrounding TaskGroup stops
  // Once. True: it was a new day or another registry.
  Result<bool> look();

 private:
  Parts p_;
  Duration every_;
  JstDay looked_{};
  std::shared_ptr<const registry::Registry> registry_;  // as it was then
  std::set<std::string> told_;
  Gauge& overdue_;
  std::map<registry::Finding::Kind, Gauge*> by_kind_;
};

}  // namespace hitokoe::service
