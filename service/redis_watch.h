// Looks at Redis now and then: metrics, readiness, and what to do when another server took over.
#pragma once

#include <atomic>
#include <cstdint>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/crawler/capture.h"
#include "hitokoe/crawler/work_queue.h"
#include "hitokoe/storage/redis.h"

namespace hitokoe::service {

class RedisWatch {
 public:
  struct Parts {
    storage::Redis& redis;
    storage::RedisWorkQueue* queue = nullptr;  // null: the work queue is elsewhere
    crawler::CaptureStore& captures;
    const Clock& clock;
    Sleeper& sleeper;
    CpuPool& pool;
    MetricsRegistry& metrics;
    Logger log;
  };
  explicit RedisWatch(Parts parts);

  // On the pool, every five seconds, until the surrounding TaskGroup stops.
  Task<Result<void>> run();
  Result<void> look();
  // Of the last look.
  Result<void> readiness() const;

 private:
  // What the old server had taken last may be lost: the newest captures are pushed again, and what
  // the queue knows changes nothing.
  Result<void> push_newest();

  Parts p_;
  std::uint64_t failovers_ = 0;
  std::atomic<Errc> trouble_{Errc::kUnavailable};
  std::atomic<bool> sound_{false};
  Gauge& connected_;
  Gauge& failovers_seen_;
  Gauge& failures_;
  Gauge& used_;
  Gauge& most_;
  Gauge& pending_;
  Gauge& claimed_;
  Gauge& set_aside_;
};

}  // namespace hitokoe::service
