// Looks now and then at what has been kept for its time: tells it, and destroys by itself only what
// the plan says so of.
#pragma once

#include <set>
#include <string>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/incident/retention.h"

namespace hitokoe::service {

class RetentionWatch {
 public:
  struct Parts {
    incident::RetentionService::Parts retention;
    incident::RetentionPlan plan;
    Sleeper& sleeper;
    CpuPool& pool;
    MetricsRegistry& metrics;
    Logger log;
  };
  RetentionWatch(Parts parts, Duration every);

  // Until the surrounding TaskGroup stops.
  Task<Result<void>> run();
  // One look: the gauges, a line in the log for what is newly due, what goes by itself, and what a
  // crash interrupted.
  Result<void> look();

 private:
  Parts p_;
  incident::RetentionService retention_;
  Duration every_;
  std::set<std::string> told_;
  Gauge& due_;
  Gauge& held_;
  Counter& destroyed_;
};

}  // namespace hitokoe::service
