// The routes by which others hand something in: docs/intake.md, docs/openapi.yaml.
#pragma once

#include <memory>

#include "hitokoe/crawler/intake.h"
#include "hitokoe/crawler/retention.h"
#include "service/api.h"
#include "service/sealed_spool.h"

namespace hitokoe::service {

// Runs on the server's executor; what takes time runs on the pool. Must outlive the server. For
// operators and coordinators. Memory: 64 KiB an upload while it comes; one at a time is then taken
// in whole (about four times its size).
class IntakeApi {
 public:
  struct Parts {
    Api& api;  // who asks
    crawler::Intake& intake;
    const crawler::IntakeGate& gate;
    CpuPool& pool;
    Random& random;
    Logger log;
  };
  IntakeApi(Parts parts, std::uint64_t most) : p_(std::move(parts)), most_(most) {}

  void install(net::HttpServer& server, std::unique_ptr<SealedSpool> spool);

 private:
  using Request = net::HttpRequest;
  using Response = net::HttpResponse;

  Task<Response> post(const Request& request, net::HttpBody& body);
  Task<Response> post_ail(const Request& request, net::HttpBody& body);
  Task<Response> state(const Request& request);
  // The account, or the answer to give instead.
  Task<std::optional<Response>> refused(const Request& request);
  Task<Result<void>> receive(const std::string& name, net::HttpBody& body);
  Result<crawler::Taken> take(const std::string& name, const crawler::HandedIn& what,
                              const std::string& digest);
  Result<crawler::Taken> take_ail(const std::string& name);
  Response answer(const Result<crawler::Taken>& taken, const Request& request);
  Response failed(const Error& error, const Request& request);

  Parts p_;
  std::uint64_t most_;
  std::unique_ptr<SealedSpool> spool_;
  std::mutex one_at_a_time_;  // what is whole in memory
};

}  // namespace hitokoe::service
