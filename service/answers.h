// How handlers of the API answer.
#pragma once

#include <string>
#include <utility>

#include "hitokoe/base/error.h"
#include "hitokoe/net/http_server.h"

namespace hitokoe::service {

inline net::HttpResponse json_response(std::string body, int status = 200) {
  net::HttpResponse response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(body);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

// Our own words for a status; an Error's text is for the operator's log, never for the client.
net::HttpResponse problem_for(const Error& error, Language l);

}  // namespace hitokoe::service
