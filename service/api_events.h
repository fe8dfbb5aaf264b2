// GET /api/v1/events: docs/openapi.yaml.
#pragma once

#include <memory>

#include "service/api.h"
#include "service/live_events.h"

namespace hitokoe::service {

// Runs on the server's executor. Must outlive the server.
class EventsApi {
 public:
  EventsApi(Api& api, LiveEvents& events, const Clock& clock)
      : api_(api), events_(events), clock_(clock) {}

  void install(net::HttpServer& server);

 private:
  struct Stream;
  Task<net::HttpResponse> events(const net::HttpRequest& request);
  Task<std::optional<std::string>> more(std::shared_ptr<Stream> stream);

  Api& api_;
  LiveEvents& events_;
  const Clock& clock_;
};

}  // namespace hitokoe::service
