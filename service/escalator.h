// Looks now and then at every deadline and every missing approval, and raises the steps that were
// reached: with an event, a row that console and terminal show, and a mail to each contact.
#pragma once

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/incident/escalation.h"
#include "hitokoe/incident/incident_service.h"
#include "hitokoe/service/config.h"

namespace hitokoe::service {

class Escalator {
 public:
  struct Parts {
    incident::IncidentService& incidents;
    incident::CampaignStore& campaigns;
    incident::EscalationStore& escalations;
    incident::Outbox& outbox;  // counted only
    const incident::Holidays& holidays;
    const incident::EscalationPlan& plan;
    const Clock& clock;
    Sleeper& sleeper;
    CpuPool& pool;
    MetricsRegistry& metrics;
    Logger log;
  };
  Escalator(Parts parts, EscalationOptions options, Duration every);

  Task<Result<void>> run();  // until the surrounding TaskGroup stops
  // Once. @return steps that were raised now.
  Result<std::size_t> look();

 private:
  Result<bool> raise(const incident::Escalation& escalation);
  void watch_holidays();
  Result<void> count();

  Parts p_;
  EscalationOptions options_;
  Duration every_;
  bool told_of_holidays_ = false;
  Counter& clocks_;
  Counter& approvals_;
  Gauge& holiday_days_;
  Gauge& mails_waiting_;
  Gauge& mails_dead_;
  Gauge& webhooks_waiting_;
  Gauge& webhooks_dead_;
};

}  // namespace hitokoe::service
