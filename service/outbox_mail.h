// Sends the mails of the outbox: what people are told of deadlines. A mail stays until the relay
// took it (sent) or refused it for good, or gave up on it (dead). Where a crash or a lost answer
// leaves its fate unknown it goes once more, under the same Message-ID.
#pragma once

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/base/random.h"
#include "hitokoe/incident/outbox.h"
#include "hitokoe/net/mail_relay.h"
#include "hitokoe/service/config.h"
#include "service/party_alerts.h"

namespace hitokoe::service {

class OutboxMail {
 public:
  struct Parts {
    incident::Outbox& outbox;
    net::MailRelay* relay = nullptr;  // null: mails wait
    const Clock& clock;
    Sleeper& sleeper;
    Random& random;
    CpuPool& pool;
    MetricsRegistry& metrics;
    Logger log;
    PartyAlerts* alerts = nullptr;  // told when a mail was taken; null: nobody
  };
  OutboxMail(Parts parts, EscalationOptions options);

  // kUsage: contacts without mail_from or a relay, or a sender that is no address.
  static Result<void> check(const EscalationOptions& options, const SmtpSettings& smtp);

  Task<Result<void>> run();   // until the surrounding TaskGroup stops
  Task<Result<void>> tell();  // once, what is due

 private:
  Parts p_;
  EscalationOptions options_;
  Counter& sent_;
  Counter& failed_;
  Counter& dead_;
};

}  // namespace hitokoe::service
