// Reads the Maildir to which bounces come, for all campaigns of which mails have gone out.
#pragma once

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/incident/campaign_bounces.h"
#include "hitokoe/service/config.h"

namespace hitokoe::service {

class BounceWatch {
 public:
  struct Parts {
    incident::CampaignStore& campaigns;
    const Clock& clock;
    Sleeper& sleeper;
    CpuPool& pool;
    MetricsRegistry& metrics;
    Logger log;
  };
  BounceWatch(Parts parts, BounceOptions options, std::string domain);

  // Until the surrounding TaskGroup stops. A Maildir that cannot be read is told in the log and
  // looked for again.
  Task<Result<void>> run();
  // One look. Blocks.
  Result<incident::BounceCounts> look();

 private:
  Parts p_;
  BounceOptions options_;
  std::string domain_;
  Counter &hard_, &soft_, &foreign_, &other_;
};

}  // namespace hitokoe::service
