// Destroys captures that nobody needs after their source's days, and the keys of days that are
// over.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/crawler/capture.h"
#include "hitokoe/crawler/retention.h"
#include "hitokoe/crawler/source.h"
#include "hitokoe/service/config.h"

namespace hitokoe::service {

class RetentionLoop {
 public:
  struct Parts {
    crawler::CaptureStore& captures;
    crawler::CapturePurge& purge;
    crawler::CaptureUse& use;
    const Clock& clock;
    Sleeper& sleeper;
    CpuPool& pool;
    MetricsRegistry& metrics;
    Logger log;
  };
  // `sources`: their retention_days; of any other source, what `options` says.
  RetentionLoop(Parts parts, const std::vector<crawler::Source>& sources, RetentionOptions options);

  // Until the surrounding TaskGroup stops. What fails is logged and tried again.
  Task<Result<void>> run();

  struct Report {
    std::uint64_t purged = 0;
    std::uint64_t in_use = 0;       // over their days, but still needed
    std::vector<std::string> days;  // whose keys were destroyed
  };
  Result<Report> look();  // once

 private:
  struct Doomed {
    std::string id;
    std::string source;
  };
  int days_of(const std::string& source) const;
  Result<std::vector<Doomed>> over(UtcTime now);
  Result<void> destroy(const std::vector<Doomed>& some, Report& report);
  Result<void> finish_forgetting();  // what a killed process had destroyed

  Parts p_;
  RetentionOptions options_;
  std::map<std::string, int> days_;
  int least_ = 0;
  int most_ = 0;
  std::map<std::string, UtcTime> until_;  // of captures that were opened: not before then
  bool finished_ = false;                 // what was unfinished when this process began
  Counter& purged_;
  Counter& keys_;
};

}  // namespace hitokoe::service
