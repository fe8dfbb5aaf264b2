// Merges the index's segments now and then, behind everything else, and counts what is in it.
#pragma once

#include <atomic>
#include <filesystem>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/matcher/matcher.h"

namespace hitokoe::service {

class IndexMerge {
 public:
  struct Parts {
    std::filesystem::path data;
    identity::KeyStore& keys;
    const Clock& clock;
    Sleeper& sleeper;
    MetricsRegistry& metrics;
    Logger log;
  };
  IndexMerge(Parts parts, Duration every);

  // Until the surrounding TaskGroup stops.
  Task<Result<void>> run();
  // A merge that is under way ends soon, and leaves the index as it was.
  void stop() { stopping_ = true; }

 private:
  void look();
  Result<void> count();

  Parts p_;
  Duration every_;
  std::atomic<bool> stopping_ = false;
  CpuPool pool_{1};  // its own: a merge takes minutes, and its thread gives way to all others
  Gauge& generation_;
  Gauge& keys_;
  Gauge& subjects_;
  Gauge& segments_;
  Gauge& bytes_;
  Counter& merges_;
  Counter& failed_;
  Histogram& seconds_;
};

}  // namespace hitokoe::service
