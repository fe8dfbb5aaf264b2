// The routes of an incident's casework: docs/openapi.yaml. Leaked text is never served: it is shown
// by the local command line alone, after a request that may be approved here.
#pragma once

#include "hitokoe/incident/casework_service.h"
#include "service/api.h"

namespace hitokoe::service {

// Runs on the server's executor; what takes time runs on the pool. Must outlive the server.
class CaseworkApi {
 public:
  struct Parts {
    Api& api;  // who asks
    incident::CaseworkService& casework;
    CpuPool& pool;
    Logger log;
  };
  explicit CaseworkApi(Parts parts) : p_(std::move(parts)) {}

  void install(net::HttpServer& server);

 private:
  using Request = net::HttpRequest;
  using Response = net::HttpResponse;
  using Change = Result<void> (CaseworkApi::*)(const Viewer&, const std::string& incident,
                                               const Request&);

  Task<Response> show(const Request& request);
  Task<Response> change(const Request& request, Change how);
  Result<void> set_task(const Viewer& viewer, const std::string& id, const Request& request);
  Result<void> set_takedown(const Viewer& viewer, const std::string& id, const Request& request);
  Result<void> link(const Viewer& viewer, const std::string& id, const Request& request);
  Result<void> unlink(const Viewer& viewer, const std::string& id, const Request& request);
  Result<void> ask_view(const Viewer& viewer, const std::string& id, const Request& request);
  Result<void> decide_view(const Viewer& viewer, const std::string& id, const Request& request);
  Response failed(const Error& error, const Request& request);

  Parts p_;
};

}  // namespace hitokoe::service
