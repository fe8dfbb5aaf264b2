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

  void add_upload(std::string method, std::string_view pattern, std::uint64_t most,
                  HttpUpload handler);

  struct Upload {
    HttpUpload handler;
    std::uint64_t most = 0;  // bytes
  };
  // Sets `request.params`. Null: the request is for no upload.
  const Upload* find_upload(HttpRequest& request) const;

  // Sets `handler` and `request.params`, or gives the 404 or 405 to answer with.
  std::optional<HttpResponse> find(HttpRequest& request, const HttpHandler*& handler) const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> segments;
    HttpHandler handler;
    Upload upload{};
  };
  std::vector<Route> routes_;
  std::vector<Route> uploads_;
};

// Fills path and query from an origin-form target ("/a/b?c=d"). False: malformed.
bool split_target(std::string_view target, HttpRequest& request);

}  // namespace hitokoe::net
