// The routes of reports to authorities, of escalation, of the calendar, and of what is told
// outward: docs/openapi.yaml.
#pragma once

#include "hitokoe/incident/escalation.h"
#include "hitokoe/incident/outbox.h"
#include "hitokoe/incident/reports.h"
#include "service/api.h"

namespace hitokoe::service {

// Runs on the server's executor; what takes time runs on the pool. Must outlive the server.
class ReportsApi {
 public:
  struct Parts {
    Api& api;  // who asks
    incident::ReportService& reports;
    incident::IncidentService& incidents;
    incident::EscalationStore& escalations;
    const incident::EscalationPlan& plan;
    incident::Outbox& outbox;
    CpuPool& pool;
    const Clock& clock;
    Logger log;
  };
  explicit ReportsApi(Parts parts) : p_(std::move(parts)) {}

  void install(net::HttpServer& server);

 private:
  using Request = net::HttpRequest;
  using Response = net::HttpResponse;

  Task<Response> list(const Request& request);
  Task<Response> draft(const Request& request);
  Task<Response> show(const Request& request);
  Task<Response> submit(const Request& request);
  Task<Response> record(const Request& request);
  Task<Response> escalations(const Request& request);
  Task<Response> calendar(const Request& request);
  Task<Response> outbox(const Request& request);
  Task<Response> retry(const Request& request);
  Response failed(const Error& error, const char* event, const Request& request);

  Parts p_;
};

}  // namespace hitokoe::service
