// The routes of sources: docs/openapi.yaml.
#pragma once

#include <vector>

#include "hitokoe/crawler/frontier.h"
#include "hitokoe/crawler/reach.h"
#include "hitokoe/crawler/source.h"
#include "hitokoe/crawler/source_control.h"
#include "service/api.h"

namespace hitokoe::service {

// Runs on the server's executor; what takes time runs on the pool. Must outlive the server. Sources
// are seen by accounts that see all parties, but not by the desk; who may change something may
// pause and resume them.
class SourcesApi {
 public:
  struct Parts {
    Api& api;  // who asks
    crawler::Frontier& frontier;
    crawler::ReachLog& reach;
    crawler::SourceControl& control;
    crawler::SourceAccounts& accounts;
    CpuPool& pool;
    const Clock& clock;
    Logger log;
  };
  explicit SourcesApi(Parts parts) : p_(std::move(parts)) {}

  // As configured; before install().
  void know(std::vector<crawler::Source> sources) { sources_ = std::move(sources); }
  void install(net::HttpServer& server);

 private:
  using Request = net::HttpRequest;
  using Response = net::HttpResponse;

  Task<Response> list(const Request& request);
  Task<Response> coverage(const Request& request);
  Task<Response> change(const Request& request);
  Result<std::string> list_json();
  Result<std::string> one_json(const crawler::Source& source);
  const crawler::Source* find(const Request& request, const Viewer& viewer) const;
  Response failed(const Error& error, const Request& request);

  Parts p_;
  std::vector<crawler::Source> sources_;
};

}  // namespace hitokoe::service
