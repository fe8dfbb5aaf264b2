// The routes of retention: what is kept how long, holds, destruction by key, certificates
// (docs/openapi.yaml, docs/retention.md).
#pragma once

#include "hitokoe/incident/retention.h"
#include "service/api.h"

namespace hitokoe::service {

// Runs on the server's executor; what takes time runs on the pool. Must outlive the server.
class RetentionApi {
 public:
  struct Parts {
    Api& api;  // who asks
    incident::RetentionService::Parts retention;
    incident::RetentionPlan plan;
    CpuPool& pool;
    Logger log;
  };
  explicit RetentionApi(Parts parts)
      : p_(std::move(parts)), retention_(p_.retention, std::move(p_.plan)) {}

  void install(net::HttpServer& server);

 private:
  using Request = net::HttpRequest;
  using Response = net::HttpResponse;
  // What is answered to a viewer; `id` is the incident, or empty.
  using Answer = Result<std::string> (RetentionApi::*)(const Viewer&, const std::string& id,
                                                       const Request&);

  Task<Response> answer(const Request& request, Answer how, bool markdown);
  Result<std::string> plan(const Viewer& viewer, const std::string& id, const Request& request);
  Result<std::string> items(const Viewer& viewer, const std::string& id, const Request& request);
  Result<std::string> hold(const Viewer& viewer, const std::string& id, const Request& request);
  Result<std::string> release(const Viewer& viewer, const std::string& id, const Request& request);
  Result<std::string> destroy(const Viewer& viewer, const std::string& id, const Request& request);
  Result<std::string> certificate(const Viewer& viewer, const std::string& id,
                                  const Request& request);
  Result<std::string> certificate_text(const Viewer& viewer, const std::string& id,
                                       const Request& request);
  Response failed(const Error& error, const Request& request);

  Parts p_;
  incident::RetentionService retention_;
};

}  // namespace hitokoe::service
