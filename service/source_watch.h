// Looks at all sources now and then: metrics of how late and how blind they are, and what is to be
// told of them (crawler::SourceNotices). Runs where the crawler runs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/crawler/frontier.h"
#include "hitokoe/crawler/reach.h"
#include "hitokoe/crawler/retention.h"
#include "hitokoe/crawler/source.h"
#include "hitokoe/crawler/source_accounts.h"
#include "hitokoe/crawler/source_control.h"
#include "hitokoe/crawler/source_status.h"

namespace hitokoe::service {

class SourceWatch {
 public:
  struct Parts {
    crawler::Frontier& frontier;
    crawler::ReachLog& reach;
    crawler::SourceControl& control;
    crawler::SourceNotices& notices;
    const Clock& clock;
    Sleeper& sleeper;
    CpuPool& pool;
    MetricsRegistry& metrics;
    Logger log;
    const crawler::IntakeGate* gate = nullptr;    // null: no budget is looked at
    crawler::SourceAccounts* accounts = nullptr;  // null: none are looked at
  };
  // `every`: between two looks.
  SourceWatch(Parts parts, std::vector<crawler::Source> sources, Duration every);

  // Until the surrounding TaskGroup stops. What fails is logged and tried again.
  Task<Result<void>> run();
  Result<void> look();

 private:
  void count_accounts(const crawler::Source& source,
                      const std::vector<crawler::SourceAccount>& accounts);

  struct Gauges {
    Gauge& lag;
    Gauge& paused;
    Gauge& wrong;
  };

  Parts p_;
  std::vector<crawler::Source> sources_;
  Duration every_;
  std::map<std::string, Gauges> gauges_;
};

}  // namespace hitokoe::service
