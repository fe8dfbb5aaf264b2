// The routes of file sharing: docs/openapi.yaml. Seen by accounts that see all parties, but not by
// the desk.
#pragma once

#include "hitokoe/crawler/share_store.h"
#include "service/api.h"

namespace hitokoe::service {

// Runs on the server's executor; what takes time runs on the pool. Must outlive the server.
class SharesApi {
 public:
  struct Parts {
    Api& api;  // who asks
    crawler::ShareStore& shares;
    CpuPool& pool;
    Logger log;
  };
  explicit SharesApi(Parts parts) : p_(std::move(parts)) {}
  void install(net::HttpServer& server);

 private:
  using Request = net::HttpRequest;
  using Response = net::HttpResponse;

  Task<Response> list(const Request& request);
  Task<Response> one(const Request& request);
  Response failed(const Error& error, const Request& request);

  Parts p_;
};

}  // namespace hitokoe::service
