// Requests as a source wants them.
#pragma once

#include <optional>
#include <string>

#include "crawler/adapters/adapter.h"
#include "crawler/robots.h"
#include "hitokoe/crawler/source.h"
#include "hitokoe/net/fetcher.h"

namespace hitokoe::crawler {

net::Request make_request(const Source& source, std::string url, std::uint64_t body_cap);
net::Request make_request(const Source& source, const Ask& ask, std::uint64_t body_cap);

struct RobotsAnswer {
  Robots robots;
  std::optional<Error> error;  // of the fetch, where there was no answer
  std::string trouble;         // empty: known; else why not ("robots_timeout", "robots_status_503")
  std::optional<net::Response> response;  // without its body
};
// Asks `origin` for robots.txt. RFC 9309 section 2.3.1: none (4xx) allows everything, an
// unreachable one nothing for now. kCancelled only.
Task<Result<RobotsAnswer>> ask_robots(const Source& source, std::string origin,
                                      net::Fetcher& fetcher, std::string circuit = {});

// Whether items may be there.
bool is_home(const Source& source, const net::Url& url);

}  // namespace hitokoe::crawler
