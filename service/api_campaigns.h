// The routes of campaigns: docs/openapi.yaml.
#pragma once

#include "hitokoe/incident/campaign_service.h"
#include "hitokoe/incident/follow_up.h"
#include "hitokoe/registry/registry_store.h"
#include "service/api.h"

namespace hitokoe::service {

// Runs on the server's executor; what takes time runs on the pool. Must outlive the server.
class CampaignsApi {
 public:
  struct Parts {
    Api& api;  // who asks
    incident::CampaignStore& campaigns;
    incident::FollowStore& follows;
    incident::IncidentService& incidents;
    registry::RegistryStore& registry;
    identity::KeyStore& keys;
    CpuPool& pool;
    const Clock& clock;
    Random& random;
    Logger log;
  };
  explicit CampaignsApi(Parts parts) : p_(std::move(parts)) {}

  void install(net::HttpServer& server);

 private:
  using Request = net::HttpRequest;
  using Response = net::HttpResponse;

  Task<Response> list(const Request& request);
  Task<Response> difference(const Request& request);  // what came later; one at a time
  Task<Response> status(const Request& request);
  Task<Response> texts(const Request& request);    // what is approved
  Task<Response> approve(const Request& request);  // as a person of a party
  Task<Response> refuse(const Request& request);
  Task<Response> pause(const Request& request);
  Response failed(const Error& error, const char* event, const Request& request);
  // Runs `f` with a CampaignService on the registry in force.
  template <class F>
  auto with_service(F f) -> decltype(f(std::declval<incident::CampaignService&>()));

  Parts p_;
  bool comparing_ = false;  // a difference is being computed; of the thread of the server
};

}  // namespace hitokoe::service
