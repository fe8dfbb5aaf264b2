// The routes of merging and splitting incidents, and of the verdict that is owed since:
// docs/openapi.yaml.
#pragma once

#include "hitokoe/incident/move_service.h"
#include "service/api.h"

namespace hitokoe::service {

// Runs on the server's executor; what takes time runs on the pool. Must outlive the server.
class MovesApi {
 public:
  struct Parts {
    Api& api;  // who asks
    incident::MoveService& moves;
    CpuPool& pool;
    Logger log;
  };
  explicit MovesApi(Parts parts) : p_(std::move(parts)) {}

  void install(net::HttpServer& server);

 private:
  using Request = net::HttpRequest;
  using Response = net::HttpResponse;
  enum class Move { kMerge, kUnmerge, kSplit };  // no verdict is made in a request

  Task<Response> list(const Request& request);
  Task<Response> change(const Request& request, Move how);
  Task<Response> ask_verdict(const Request& request);
  // @return the incident whose moves are shown then.
  Result<std::string> run(const Viewer& viewer, const std::string& id, const Request& request,
                          Move how);
  Result<std::string> told(const Viewer& viewer, const std::string& id);
  Response failed(const Error& error, const Request& request);

  Parts p_;
};

}  // namespace hitokoe::service
