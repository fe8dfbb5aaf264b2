// IP addresses and networks, and the guard that keeps requests away from the inside.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/result.h"

namespace hitokoe::net {

// An IPv4 or IPv6 address. Value type.
class IpAddress {
 public:
  IpAddress() = default;  // ::
  // The usual spellings only: "192.0.2.1", "2001:db8::1" (brackets and zones are refused). For the
  // odd ones that URLs allow (decimal, octal, hexadecimal), parse a Url first. kBadInput.
  static Result<IpAddress> parse(std::string_view text);
  static IpAddress v4(std::uint32_t host_order);
  static IpAddress v6(const std::array<std::uint8_t, 16>& bytes);

  bool is_v4() const { return v4_; }
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }  // IPv4 as ::ffff:a.b.c.d
  std::uint32_t v4_value() const;  // host order; only for is_v4()
  std::string text() const;        // "192.0.2.1", "2001:db8::1"

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  bool v4_ = false;
  std::array<std::uint8_t, 16> bytes_{};
};

// A network in CIDR notation.
class IpNetwork {
 public:
  // "127.0.0.0/8", "fd00::/8", or an address alone (/32, /128). kBadInput, also for host bits that
  // are set.
  static Result<IpNetwork> parse(std::string_view text);
  bool contains(const IpAddress& address) const;  // never across families
  std::string text() const;

 private:
  IpAddress base_;
  int prefix_ = 0;
};

// What the guard thinks of an address. Source: the IANA special-purpose address registries (RFC
// 6890 and the RFCs that they name).
enum class AddressClass {
  kPublic,
  kUnspecified,    // 0.0.0.0/8, ::
  kLoopback,       // 127.0.0.0/8, ::1
  kPrivate,        // 10/8, 172.16/12, 192.168/16 (RFC 1918)
  kCarrierNat,     // 100.64.0.0/10 (RFC 6598)
  kLinkLocal,      // 169.254/16, fe80::/10, and the old site-local fec0::/10
  kUniqueLocal,    // fc00::/7
  kMulticast,      // 224/4, ff00::/8
  kDocumentation,  // 192.0.2/24, 198.51.100/24, 203.0.113/24, 2001:db8::/32, 3fff::/20
  kReserved,       // 192.0.0/24, 192.88.99/24, 198.18/15, 240/4, discard-only, ORCHID, Teredo, …
};
std::string_view to_string(AddressClass c);

// Classifies by the address that is reached in the end: an IPv4 address inside IPv6 (mapped,
// compatible, NAT64 64:ff9b::/96 and 64:ff9b:1::/48, 6to4 2002::/16) counts as that IPv4 address,
// where it is not public; otherwise mapped and compatible forms are kReserved.
AddressClass classify(const IpAddress& address);

// ok for a public address, and for one inside a network that the caller names.
// kForbidden: "address: <class>".
Result<void> check_address(const IpAddress& address, const std::vector<IpNetwork>& allowed);

}  // namespace hitokoe::net
