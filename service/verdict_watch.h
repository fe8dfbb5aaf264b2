// Verdicts over all exposures of an incident that are owed since it was merged, parted or split
// (hitokoe/incident/due_verdicts.h): taken up within a second, whichever process moved it. Now and
// then it is looked for incidents without a verdict, for what another crash left.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "service/role_lock.h"
#include "service/verdict_judge.h"

namespace hitokoe::service {

inline constexpr std::string_view kVerdictLock = "verdicts";  // of who makes them: role_lock.h

// Thread-safe.
class VerdictWatch {
 public:
  struct Parts {
    std::filesystem::path data;
    VerdictJudge::Parts judge;
    incident::DueVerdicts& due;
    Sleeper& sleeper;
    CpuPool& pool;
    MetricsRegistry& metrics;
    Logger log;
  };
  VerdictWatch(Parts parts, double naming_threshold, Duration every);

  // Until the surrounding TaskGroup stops. Waits while a command makes verdicts.
  Task<Result<void>> run();
  // All that are owed and may be tried now: after a failure that may pass, one waits 1, 2, 4, …
  // seconds, at most `every`. What was begun and not ended is begun again: whoever calls this knows
  // its forerunners dead. Failures are logged and hold up no other. @return verdicts made.
  Result<std::size_t> work();
  // Incidents without a verdict of which none is waited for, that were not looked at as they are
  // now; one that failed for good among them. @return verdicts made.
  Result<std::size_t> look();

 private:
  Result<void> round();
  bool ready(const incident::DueVerdict& due) const;
  void count(const std::vector<incident::DueVerdict>& due);
  void tell_made(const std::string& incident, const matcher::ScanReport& said);
  void tell_failed(const std::string& incident, const Error& error);

  Parts p_;
  double threshold_;
  Duration every_;
  std::optional<RoleLock> lock_;
  std::optional<SteadyTime> looked_;
  std::mutex mutex_;
  std::map<std::string, std::uint64_t> seen_;  // incident → revision at which nothing came of it
  Counter& judged_;
  Gauge& waiting_;
  Gauge& failed_;
};

}  // namespace hitokoe::service
