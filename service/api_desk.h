// The routes of the inquiry desk: docs/openapi.yaml, docs/desk.md.
#pragma once

#include <map>

#include "hitokoe/incident/desk_service.h"
#include "service/api.h"

namespace hitokoe::service {

// Runs on the server's executor; what takes time runs on the pool. Must outlive the server.
class DeskApi {
 public:
  struct Parts {
    Api& api;  // who asks
    incident::DeskService& desk;
    const Clock& clock;
    Sleeper& sleeper;
    CpuPool& pool;
    MetricsRegistry& metrics;
    Logger log;
  };
  explicit DeskApi(Parts parts);

  void install(net::HttpServer& server);

 private:
  using Request = net::HttpRequest;
  using Response = net::HttpResponse;

  Task<Response> questions(const Request& request);
  Task<Response> check(const Request& request);
  Task<Response> checks(const Request& request);
  Task<Response> notes(const Request& request);
  Task<Response> add_note(const Request& request);
  Task<Response> add_follow_up(const Request& request);
  Task<Response> follow_ups(const Request& request);
  Task<Response> finish_follow_up(const Request& request);
  Task<Response> statistics(const Request& request);
  Task<Response> unlock_customer(const Request& request);
  Task<Response> unlock_operator(const Request& request);
  Task<Response> unlock(const Request& request, bool customer);
  Response failed(const Error& error, const Request& request);

  Parts p_;
  std::map<incident::DeskOutcome, Counter*> outcomes_;
  Counter& limited_;
  Counter& late_;
};

}  // namespace hitokoe::service
