// Looks through kept captures for what is new: hunts that people start, and those that new terms or
// a changed index start by themselves. After live captures, one at a time; progress is durable
// capture by capture, so that a process that is killed goes on where it was.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "hitokoe/base/async.h"
#include "hitokoe/crawler/work_queue.h"
#include "hitokoe/incident/hunts.h"
#include "hitokoe/registry/registry_store.h"
#include "hitokoe/service/config.h"
#include "service/capture_matcher.h"
#include "service/index_watch.h"
#include "service/role_lock.h"
#include "service/term_watch.h"

namespace hitokoe::service {

class HuntLoop {
 public:
  struct Parts {
    std::filesystem::path data;
    incident::HuntStore& hunts;
    incident::TermStore& terms_store;
    TermWatch& terms;
    IndexWatch& index;
    registry::RegistryStore& registry;
    crawler::CaptureStore& captures;
    crawler::WorkQueue& queue;
    CaptureMatcher& matcher;
    const Clock& clock;
    Sleeper& sleeper;
    CpuPool& pool;
    MetricsRegistry& metrics;
    Logger log;
  };
  HuntLoop(Parts parts, HuntOptions options);

  // Until the surrounding TaskGroup stops. Waits while captures of the crawler wait, or while
  // another process hunts.
  Task<Result<void>> run();

  // Begins a hunt over what is kept: captures of plan.since and later, oldest first. kNotFound:
  // terms are asked for and there are none; the same of fingerprints.
  Result<incident::Hunt> start(const incident::HuntPlan& plan, std::string_view actor);
  // Starts one where terms or index are others than the last ones, as the options say.
  Result<std::optional<incident::Hunt>> start_what_is_due();
  // One capture of a hunt. Nothing: none is left, or it does not run. For whoever holds the lock.
  Result<std::optional<incident::Hunt>> step(const std::string& id);
  // Works on one hunt until it is done or no longer runs; `told` after each capture. kConflict:
  // another process hunts on this data folder.
  Result<incident::Hunt> work(const std::string& id,
                              const std::function<void(const incident::Hunt&)>& told);

 private:
  Result<MatchBasis> basis_of(const incident::Hunt& hunt);
  Result<incident::HuntBasis> basis_now();
  Result<incident::Hunt> start(const incident::HuntPlan& plan,
                               const std::optional<incident::HuntBasis>& basis,
                               std::string_view actor);
  Result<bool> round();

  Parts p_;
  HuntOptions options_;
  std::optional<RoleLock> lock_;
  Counter& done_;
  Counter& unreadable_;
  Counter& gone_;
  Gauge& left_;
};

}  // namespace hitokoe::service
