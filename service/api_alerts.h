// The routes of alerts and hunts: docs/openapi.yaml.
#pragma once

#include "service/api.h"
#include "service/hunt_loop.h"

namespace hitokoe::service {

// Runs on the server's executor; what takes time runs on the pool. Must outlive the server.
class AlertsApi {
 public:
  struct Parts {
    Api& api;  // who asks
    incident::AlertStore& alerts;
    incident::HuntStore& hunts;
    HuntLoop& loop;  // begins hunts; works on none here
    CpuPool& pool;
    const Clock& clock;
    Logger log;
  };
  explicit AlertsApi(Parts parts) : p_(std::move(parts)) {}

  void install(net::HttpServer& server);

 private:
  using Request = net::HttpRequest;
  using Response = net::HttpResponse;

  Task<Response> alerts(const Request& request);
  Task<Response> alert(const Request& request);
  Task<Response> change_alert(const Request& request);
  Task<Response> hunts(const Request& request);
  Task<Response> hunt(const Request& request);
  Task<Response> start_hunt(const Request& request);
  Task<Response> change_hunt(const Request& request);
  Response failed(const Error& error, const char* event, const Request& request);

  Parts p_;
};

}  // namespace hitokoe::service
