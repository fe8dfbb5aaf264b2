// Looks at the deadlines of all incidents now and then, and signs the audit log.
#pragma once

#include <set>
#include <string>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/incident/audit.h"
#include "hitokoe/incident/incident_service.h"
#include "hitokoe/service/config.h"

namespace hitokoe::service {

class Tick {
 public:
  struct Parts {
    incident::IncidentService& incidents;
    incident::AuditLog& audit;
    identity::KeyStore& keys;
    const Clock& clock;
    Sleeper& sleeper;
    CpuPool& pool;
    MetricsRegistry& metrics;
    Logger log;
  };
  Tick(Parts parts, TickOptions options);

  // Until the surrounding TaskGroup stops.
  Task<Result<void>> run();
  // Signs the end of the audit log; at the end of the process too.
  Result<void> checkpoint();

 private:
  Result<void> look();

  Parts p_;
  TickOptions options_;
  SteadyTime signed_{};
  std::set<std::string> told_;  // deadlines that were logged as overdue
  Gauge& open_;
  Gauge& overdue_;
};

}  // namespace hitokoe::service
