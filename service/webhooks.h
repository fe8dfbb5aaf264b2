// Tells webhooks what happens: each endpoint has a loop of its own, so that one that hangs holds up
// nobody else. Every event that an endpoint wants is a durable message first; it is sent until it
// is taken (2xx), and set aside for a person after `attempts`.
#pragma once

#include <string>
#include <vector>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/base/random.h"
#include "hitokoe/base/secret.h"
#include "hitokoe/incident/incident_service.h"
#include "hitokoe/incident/outbox.h"
#include "hitokoe/net/fetcher.h"
#include "hitokoe/service/config.h"
#include "service/party_alerts.h"

namespace hitokoe::service {

class Webhooks {
 public:
  struct Parts {
    incident::Outbox& outbox;
    incident::AuditLog& audit;
    incident::IncidentService& incidents;  // what an endpoint's party may know of
    net::Fetcher& fetcher;                 // used on the executor's one thread
    const Clock& clock;
    Sleeper& sleeper;
    Random& random;
    CpuPool& pool;
    MetricsRegistry& metrics;
    Logger log;
    PartyAlerts* alerts = nullptr;  // told when a party's endpoint took something; null: nobody
  };
  // kUsage: a secret that cannot be read, or is shorter than 16 bytes; names the endpoint.
  static Result<std::vector<SecretText>> load_secrets(const WebhookOptions& options);
  Webhooks(Parts parts, WebhookOptions options, std::vector<SecretText> secrets);

  std::size_t size() const { return options_.endpoints.size(); }
  // Of one endpoint, until the surrounding TaskGroup stops.
  Task<Result<void>> run(std::size_t endpoint);
  // Once: takes what is new, and sends what is due.
  Task<Result<void>> tell(std::size_t endpoint);

 private:
  struct Taken {
    bool sent = false;
    bool gone = false;  // 410: the endpoint wants no more of it
    std::string word;
    Duration wait{};  // that the server asks for
  };
  Result<void> feed(const WebhookEndpoint& endpoint);
  Task<Taken> send(const WebhookEndpoint& endpoint, const SecretText& secret,
                   const incident::OutMessage& message);

  Parts p_;
  WebhookOptions options_;
  std::vector<SecretText> secrets_;
  Counter& sent_;
  Counter& failed_;
  Counter& dead_;
};

}  // namespace hitokoe::service
