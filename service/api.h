// The HTTP interface: health, metrics, the API of docs/openapi.yaml, and the console's files.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "hitokoe/base/async.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/incident/incident_service.h"
#include "hitokoe/net/http_server.h"
#include "hitokoe/service/accounts.h"
#include "hitokoe/service/config.h"
#include "service/failure_limiter.h"

namespace hitokoe::service {

// One part of the service, as /readyz shows it: ok, or why not in a stable word.
using Readiness = std::map<std::string, Result<void>>;

// Runs on the server's executor; what takes time runs on the pool. Must outlive the server.
class Api {
 public:
  struct Parts {
    Accounts& accounts;
    incident::IncidentService& incidents;
    CpuPool& pool;
    MetricsRegistry& metrics;
    const Clock& clock;
    Logger log;
    std::function<Readiness()> readiness;  // on the pool
  };
  Api(Parts parts, ApiOptions options);

  using Request = net::HttpRequest;
  using Response = net::HttpResponse;

  void install(net::HttpServer& server);
  // Who asks, by "Authorization: Bearer hk_…"; or the answer to give instead.
  Task<outcome::basic_result<Viewer, Response, outcome::policy::terminate>> viewer(
      const Request& request);

 private:
  Task<Response> ready(const Request& request);
  Task<Response> metrics(const Request& request);
  Task<Response> login(const Request& request);
  Task<Response> me(const Request& request);
  Task<Response> incidents(const Request& request);
  Task<Response> incident(const Request& request);
  Task<Response> attribution(const Request& request);

  std::optional<Response> turned_away(const Request& request);
  Response refused(const Request& request);

  Parts p_;
  ApiOptions options_;
  FailureLimiter limiter_;
  Counter& failures_;
};

}  // namespace hitokoe::service
