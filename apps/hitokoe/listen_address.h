// Where a server of ours listens, as a person writes it.
#pragma once

#include <charconv>
#include <string_view>

#include "hitokoe/base/result.h"
#include "hitokoe/net/http_server.h"

namespace hitokoe::app {

// "127.0.0.1:8080", "[::1]:8080", ":8080", "8080"
inline Result<void> set_listen(std::string_view text, net::HttpServerOptions& http) {
  const std::size_t colon = text.rfind(':');
  std::string_view host = colon == std::string_view::npos ? "" : text.substr(0, colon);
  const std::string_view port = colon == std::string_view::npos ? text : text.substr(colon + 1);
  const auto parsed = std::from_chars(port.data(), port.data() + port.size(), http.port);
  if (parsed.ec != std::errc() || parsed.ptr != port.data() + port.size()) {
    return fail(Errc::kUsage, "--listen takes ADDRESS:PORT, as 127.0.0.1:8080",
                "--listen は 127.0.0.1:8080 のような アドレス:ポート");
  }
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (!host.empty()) http.address = host;
  return ok();
}

}  // namespace hitokoe::app
