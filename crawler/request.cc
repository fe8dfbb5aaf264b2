#include "crawler/request.h"

#include <algorithm>

namespace hitokoe::crawler {

net::Request make_request(const Source& source, std::string url, std::uint64_t body_cap) {
  net::Request out;
  out.url = std::move(url);
  out.headers = {{"Accept", "*/*"}};
  if (!source.language.empty()) out.headers.emplace_back("Accept-Language", source.language);
  out.user_agent = source.user_agent;
  out.body_cap = body_cap;
  out.connect_timeout = source.connect_timeout;
  out.first_byte_timeout = source.first_byte_timeout;
  out.total_timeout = source.total_timeout;
  out.low_speed = source.low_speed;
  out.low_speed_window = source.low_speed_window;
  out.proxy = source.proxy;
  out.allow_networks = source.allow_networks;
  return out;
}

net::Request make_request(const Source& source, const Ask& ask, std::uint64_t body_cap) {
  auto out = make_request(source, ask.url, body_cap);
  out.headers.insert(out.headers.end(), ask.headers.begin(), ask.headers.end());
  out.etag = ask.etag;
  out.last_modified = ask.last_modified;
  out.decode = ask.decode;
  return out;
}

Task<Result<RobotsAnswer>> ask_robots(const Source& source, std::string origin,
                                      net::Fetcher& fetcher, std::string circuit) {
  constexpr std::uint64_t kMost = 512u << 10;
  RobotsAnswer out;
  auto request = make_request(source, origin + "/robots.txt", kMost);
  request.isolation = std::move(circuit);
  auto response = co_await fetcher.fetch(std::move(request));
  if (!response) {
    const Error& error = response.error();
    if (error.code == Errc::kCancelled) co_return outcome::failure(error);
    // What the guard refuses, it refuses for the page too, and that is the reason to show.
    if (error.code != Errc::kForbidden) {
      out.trouble = "robots_" + std::string(net::fault_name(error));
      out.error = error;
    }
    co_return out;
  }
  const int status = response.value().status;
  if (status >= 200 && status < 300) {
    out.robots = Robots::parse(as_text(response.value().body), product_token(source.user_agent));
  } else if (status == 429 || status >= 500) {
    out.trouble = "robots_status_" + std::to_string(status);
  }
  out.response = std::move(response).value();
  out.response->body.clear();
  co_return out;
}

bool is_home(const Source& source, const net::Url& url) {
  if (url.host() == source.url.host()) return true;
  const auto own = source.adapter->item_hosts();
  return std::ranges::any_of(
             source.hosts,
             [&](const std::string& host) { return host == "*" || host == url.host(); }) ||
         std::ranges::find(own, url.host()) != own.end();
}

}  // namespace hitokoe::crawler
