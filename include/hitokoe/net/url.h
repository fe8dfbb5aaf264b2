// URLs as the client that fetches them reads them: parsed by libcurl, so that what was checked is
// what is connected to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hitokoe/base/result.h"
#include "hitokoe/net/address.h"

namespace hitokoe::net {

// An absolute http or https URL in normal form: host in lower case, as Punycode, without the
// trailing dot; IPv4 in any spelling as dotted decimal; no user name, password or fragment.
class Url {
 public:
  static constexpr std::size_t kLongest = 8192;

  // kBadInput: not a URL, over kLongest, or with bytes that no URL has. kForbidden: another scheme.
  static Result<Url> parse(std::string_view text);
  // A reference ("/+list", "../x", "?page=2", absolute) as seen on this page.
  Result<Url> resolve(std::string_view reference) const;

  const std::string& text() const { return text_; }
  const std::string& scheme() const { return scheme_; }
  const std::string& host() const { return host_; }  // IPv6 without brackets
  std::uint16_t port() const { return port_; }
  const std::string& target() const { return target_; }  // path and query: "/a?b"
  std::string origin() const;                            // "https://host:443"
  std::optional<IpAddress> literal() const;              // where the host is an address
  // A name that only an overlay network knows (.onion, .i2p): never given to a resolver.
  bool is_overlay() const;

 private:
  std::string text_, scheme_, host_, target_;
  std::uint16_t port_ = 0;
};

}  // namespace hitokoe::net
