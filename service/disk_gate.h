// The disk's budget: while it is used up nothing more is taken in, and all else goes on.
#pragma once

#include <atomic>
#include <filesystem>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/crawler/retention.h"
#include "hitokoe/service/config.h"

namespace hitokoe::service {

class DiskGate final : public crawler::IntakeGate {
 public:
  // `data`: the data folder, whose file system and captures are looked at.
  DiskGate(std::filesystem::path data, DiskOptions options, MetricsRegistry& metrics, Logger log);

  bool open() const override { return open_.load(std::memory_order_relaxed); }
  // Measures; a twentieth of room is wanted before it opens again. kIo: then it stays as it is.
  Result<void> look();
  // Looks every `options.every`, on the pool, until the surrounding TaskGroup stops.
  Task<Result<void>> run(CpuPool& pool, Sleeper& sleeper);

 private:
  Result<std::uint64_t> bytes_of_captures() const;

  std::filesystem::path data_;
  DiskOptions options_;
  Logger log_;
  std::atomic<bool> open_{true};
  Gauge& gate_;
  Gauge& free_;
  Gauge& used_;
};

}  // namespace hitokoe::service
