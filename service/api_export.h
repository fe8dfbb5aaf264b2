// GET /api/v1/export/{what}: tables as CSV or JSON, by Accept.
#pragma once

#include "service/api.h"
#include "service/exports.h"

namespace hitokoe::service {

class ExportApi {
 public:
  struct Parts {
    Api& api;  // who asks
    ExportParts from;
    CpuPool& pool;
    Logger log;
  };
  explicit ExportApi(Parts parts) : p_(std::move(parts)) {}

  void install(net::HttpServer& server);

 private:
  Task<net::HttpResponse> give(const net::HttpRequest& request);

  Parts p_;
};

}  // namespace hitokoe::service
