// Where a proxy is, so that no connection of a request that wants it leads anywhere else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hitokoe/net/address.h"

namespace hitokoe::net {

struct ProxyPlace {
  std::optional<IpAddress> address;  // none: a name, which is resolved
  std::uint16_t port = 0;

  bool is(const IpAddress& other, std::uint16_t other_port) const {
    return other_port == port && (!address || *address == other);
  }
};

// "socks5h://127.0.0.1:9050". Without a port the usual one of SOCKS and of HTTP proxies, 1080.
// None: it cannot be read.
std::optional<ProxyPlace> proxy_place(const std::string& proxy);

}  // namespace hitokoe::net
