// The routes of the registry, its findings, counts, instructions and handovers: docs/openapi.yaml.
#pragma once

#include "hitokoe/registry/instructions.h"
#include "service/api.h"
#include "service/registry_watch.h"

namespace hitokoe::service {

// Runs on the server's executor; what takes time runs on the pool. Must outlive the server.
class RegistryApi {
 public:
  struct Parts {
    Api& api;  // who asks
    RegistryWatch& registry;
    registry::StatementStore& statements;
    registry::InstructionStore& instructions;
    CpuPool& pool;
    const Clock& clock;
    Logger log;
  };
  explicit RegistryApi(Parts parts) : p_(std::move(parts)) {}

  void install(net::HttpServer& server);

 private:
  using Request = net::HttpRequest;
  using Response = net::HttpResponse;
  // What is asked, answered as JSON, of the whole registry and for this viewer.
  using Answer = Result<std::string> (RegistryApi::*)(const Viewer& viewer, const Request& request);

  Task<Response> answer(const Request& request, Answer how, int status, const char* event);
  Task<Response> counts(const Request& request);

  Result<std::string> registry(const Viewer& viewer, const Request& request);
  Result<std::string> findings(const Viewer& viewer, const Request& request);
  Result<std::string> redelegations(const Viewer& viewer, const Request& request);
  Result<std::string> instructions(const Viewer& viewer, const Request& request);
  Result<std::string> instruction(const Viewer& viewer, const Request& request);
  Result<std::string> instruct(const Viewer& viewer, const Request& request);
  Result<std::string> state(const Viewer& viewer, const Request& request);
  Result<std::string> counts_for(const Viewer& viewer, const Request& request, Language csv_in,
                                 bool& csv);

  Parts p_;
};

}  // namespace hitokoe::service
