// Which handler answers a request: patterns of whole segments. No Beast here, so that it can be
// tested alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/net/http_server.h"

namespace hitokoe::net {

class Routes {
 public:
  void add(std::string method, std::string_view pattern, HttpHandler handler);

  // Sets `handler` and `request.params`, or gives the 404 or 405 to answer with.
  std::optional<HttpResponse> find(HttpRequest& request, const HttpHandler*& handler) const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> segments;
    HttpHandler handler;
  };
  std::vector<Route> routes_;
};

// Fills path and query from an origin-form target ("/a/b?c=d"). False: malformed.
bool split_target(std::string_view target, HttpRequest& request);

}  // namespace hitokoe::net
