// The alert to each party that an incident concerns: a mail to its contacts when a finding concerns
// it for the first time, and the receipt, which is since when the party knows (docs/clocks.md).
#pragma once

#include <string>
#include <string_view>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/incident/incident_service.h"
#include "hitokoe/incident/outbox.h"
#include "hitokoe/service/config.h"

namespace hitokoe::service {

// Thread-safe as its parts are.
class PartyAlerts {
 public:
  struct Parts {
    incident::Outbox& outbox;
    incident::AuditLog& audit;
    incident::IncidentService& incidents;
    const Clock& clock;
    Sleeper& sleeper;
    CpuPool& pool;
    MetricsRegistry& metrics;
    Logger log;
  };
  PartyAlerts(Parts parts, EscalationOptions options, Duration every);

  Task<Result<void>> run();  // until the surrounding TaskGroup stops
  // Before anything is found: what parties are told begins here, where it never began before.
  Result<void> begin();
  // Once: puts the alerts of new events into the outbox, each with the place in the audit log up to
  // which it was read: none is lost or made twice. kConflict: another process was faster.
  // @return mails.
  Result<std::size_t> look();

  // The relay took such a mail, or a webhook of the party anything about the incident, at `at`: the
  // first receipt of each party is recorded, where IncidentService::alert_received() lets it count.
  // One that would move the time of knowledge later does not where the incident was there before
  // begin(), was merged or parted, a step of escalation of the party was raised, the party worked
  // on it, or the message had been given up once. A receipt of an incident that was merged is one
  // of the incident that goes on. What goes wrong is logged: the time of the finding counts then.
  void mail_taken(const incident::OutMessage& mail, UtcTime at);
  void webhook_taken(const incident::OutMessage& message, const std::string& party, UtcTime at);

 private:
  std::vector<incident::OutMessage> mails_for(const incident::Event& event) const;
  Result<bool> knew_before(const std::string& incident, const std::string& party,
                           std::uint64_t opened, const incident::OutMessage& message);
  Result<void> record(const std::string& told_of, const std::string& party, UtcTime at,
                      const incident::OutMessage& message);
  void told(const Result<void>& recorded, const std::string& incident, const std::string& party);

  Parts p_;
  EscalationOptions options_;
  Duration every_;
  Counter& made_;
  Counter& received_;
};

}  // namespace hitokoe::service
