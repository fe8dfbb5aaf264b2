// The routes of merging and splitting incidents: docs/openapi.yaml.
#pragma once

#include "hitokoe/incident/move_service.h"
#include "service/api.h"
#include "service/verdict_watch.h"

namespace hitokoe::service {

// Runs on the server's executor; what takes time runs on the pool. Must outlive the server.
class MovesApi {
 public:
  struct Parts {
    Api& api;  // who asks
    incident::MoveService& moves;
    VerdictWatch& verdicts;
    CpuPool& pool;
    Logger log;
  };
  explicit MovesApi(Parts parts) : p_(std::move(parts)) {}

  void install(net::HttpServer& server);

 private:
  using Request = net::HttpRequest;
  using Response = net::HttpResponse;
  enum class Move { kMerge, kUnmerge, kSplit };

  Task<Response> list(const Request& request);
  Task<Response> change(const Request& request, Move how);
  // @return the incident whose moves are shown then.
  Result<std::string> run(const Viewer& viewer, const std::string& id, const Request& request,
                          Move how);
  Result<std::string> told(const Viewer& viewer, const std::string& id);
  Response failed(const Error& error, const Request& request);

  Parts p_;
};

}  // namespace hitokoe::service
