#include "hitokoe/net/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace hitokoe::net {

namespace {

using Bytes16 = std::array<std::uint8_t, 16>;

constexpr Bytes16 kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};

bool same_prefix(const Bytes16& a, const Bytes16& b, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(a.begin(), a.begin() + bits / 8, b.begin())) return false;
  const int rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
  return ((a[whole] ^ b[whole]) & mask) == 0;
}

struct V4Block {
  std::uint32_t base;
  int prefix;
  AddressClass what;
};

// https://www.iana.org/assignments/iana-ipv4-special-registry
constexpr V4Block kV4Blocks[] = {
    {0x00000000, 8, AddressClass::kUnspecified},
    {0x0a000000, 8, AddressClass::kPrivate},
    {0x64400000, 10, AddressClass::kCarrierNat},
    {0x7f000000, 8, AddressClass::kLoopback},
    {0xa9fe0000, 16, AddressClass::kLinkLocal},
    {0xac100000, 12, AddressClass::kPrivate},
    {0xc0000000, 24, AddressClass::kReserved},       // IETF protocol assignments
    {0xc0000200, 24, AddressClass::kDocumentation},  // TEST-NET-1
    {0xc0586300, 24, AddressClass::kReserved},       // 6to4 relay anycast, deprecated
    {0xc0a80000, 16, AddressClass::kPrivate},
    {0xc6120000, 15, AddressClass::kReserved},       // benchmarking
    {0xc6336400, 24, AddressClass::kDocumentation},  // TEST-NET-2
    {0xcb007100, 24, AddressClass::kDocumentation},  // TEST-NET-3
    {0xe0000000, 4, AddressClass::kMulticast},
    {0xf0000000, 4, AddressClass::kReserved},  // with 255.255.255.255
};

AddressClass classify_v4(std::uint32_t value) {
  for (const auto& block : kV4Blocks) {
    if (((value ^ block.base) >> (32 - block.prefix)) == 0) return block.what;
  }
  return AddressClass::kPublic;
}

struct V6Block {
  std::array<std::uint16_t, 4> base;  // the first four groups
  int prefix;
  AddressClass what;
};

// https://www.iana.org/assignments/iana-ipv6-special-registry
constexpr V6Block kV6Blocks[] = {
    {{0x0100, 0, 0, 0}, 64, AddressClass::kReserved},  // discard-only
    {{0x2001, 0x0db8, 0, 0}, 32, AddressClass::kDocumentation},
    {{0x2001, 0, 0, 0}, 23, AddressClass::kReserved},  // Teredo, ORCHID, benchmarking, …
    {{0x3fff, 0, 0, 0}, 20, AddressClass::kDocumentation},
    {{0x5f00, 0, 0, 0}, 16, AddressClass::kReserved},  // segment routing
    {{0xfc00, 0, 0, 0}, 7, AddressClass::kUniqueLocal},
    {{0xfe80, 0, 0, 0}, 10, AddressClass::kLinkLocal},
    {{0xfec0, 0, 0, 0}, 10, AddressClass::kLinkLocal},
    {{0xff00, 0, 0, 0}, 8, AddressClass::kMulticast},
};

std::uint32_t v4_at(const Bytes16& b, std::size_t at) {
  return std::uint32_t{b[at]} << 24 | std::uint32_t{b[at + 1]} << 16 |
         std::uint32_t{b[at + 2]} << 8 | std::uint32_t{b[at + 3]};
}

Bytes16 groups(std::array<std::uint16_t, 4> first) {
  Bytes16 out{};
  for (std::size_t i = 0; i < 4; ++i) {
    out[2 * i] = static_cast<std::uint8_t>(first[i] >> 8);
    out[2 * i + 1] = static_cast<std::uint8_t>(first[i] & 0xff);
  }
  return out;
}

// The IPv4 address that a translator or the kernel would take out of an IPv6 one.
std::optional<std::uint32_t> embedded_v4(const Bytes16& b) {
  if (same_prefix(b, groups({0x0064, 0xff9b, 0, 0}), 96)) return v4_at(b, 12);
  if (same_prefix(b, groups({0x0064, 0xff9b, 0x0001, 0}), 48)) return v4_at(b, 12);
  if (same_prefix(b, groups({0x2002, 0, 0, 0}), 16)) return v4_at(b, 2);
  return std::nullopt;
}

AddressClass classify_v6(const Bytes16& b) {
  if (same_prefix(b, Bytes16{}, 96)) {
    const std::uint32_t low = v4_at(b, 12);
    if (low == 0) return AddressClass::kUnspecified;
    if (low == 1) return AddressClass::kLoopback;
    const auto inner = classify_v4(low);
    return inner == AddressClass::kPublic ? AddressClass::kReserved : inner;
  }
  if (same_prefix(b, kMappedPrefix, 96)) {
    const auto inner = classify_v4(v4_at(b, 12));
    return inner == AddressClass::kPublic ? AddressClass::kReserved : inner;
  }
  if (same_prefix(b, groups({0x0064, 0xff9b, 0x0001, 0}), 48)) {
    // A local-use translator (RFC 8215) may lead anywhere inside.
    const auto inner = classify_v4(v4_at(b, 12));
    return inner == AddressClass::kPublic ? AddressClass::kReserved : inner;
  }
  if (const auto v4 = embedded_v4(b)) return classify_v4(*v4);
  for (const auto& block : kV6Blocks) {
    if (same_prefix(b, groups(block.base), block.prefix)) return block.what;
  }
  // Only 2000::/3 is given out for global unicast.
  return (b[0] >> 5) == 1 ? AddressClass::kPublic : AddressClass::kReserved;
}

}  // namespace

Result<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string copy(text);
  std::array<std::uint8_t, 4> four{};
  Bytes16 sixteen{};
  if (copy.size() == text.size() && copy.find('\0') == std::string::npos) {
    if (inet_pton(AF_INET, copy.c_str(), four.data()) == 1) {
      return v4(std::uint32_t{four[0]} << 24 | std::uint32_t{four[1]} << 16 |
                std::uint32_t{four[2]} << 8 | std::uint32_t{four[3]});
    }
    if (inet_pton(AF_INET6, copy.c_str(), sixteen.data()) == 1) return v6(sixteen);
  }
  return fail(Errc::kBadInput, "not an IP address", "IP アドレスではありません");
}

IpAddress IpAddress::v4(std::uint32_t host_order) {
  IpAddress out;
  out.v4_ = true;
  out.bytes_ = kMappedPrefix;
  for (std::size_t i = 0; i < 4; ++i) {
    out.bytes_[12 + i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
  }
  return out;
}

IpAddress IpAddress::v6(const Bytes16& bytes) {
  IpAddress out;
  out.bytes_ = bytes;
  return out;
}

std::uint32_t IpAddress::v4_value() const { return v4_at(bytes_, 12); }

std::string IpAddress::text() const {
  char out[INET6_ADDRSTRLEN] = {};
  if (v4_) {
    inet_ntop(AF_INET, bytes_.data() + 12, out, sizeof out);
  } else {
    inet_ntop(AF_INET6, bytes_.data(), out, sizeof out);
  }
  return out;
}

Result<IpNetwork> IpNetwork::parse(std::string_view text) {
  const auto slash = text.find('/');
  TRY(const auto base, IpAddress::parse(text.substr(0, slash)));
  IpNetwork out;
  out.base_ = base;
  const int most = base.is_v4() ? 32 : 128;
  out.prefix_ = most;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), out.prefix_);
    if (error != std::errc{} || end != digits.data() + digits.size() || out.prefix_ < 0 ||
        out.prefix_ > most) {
      return fail(Errc::kBadInput, "the prefix length must be 0 to " + std::to_string(most),
                  "プレフィックス長は 0 から " + std::to_string(most) + " まで");
    }
  }
  const int skip = base.is_v4() ? 96 : 0;
  for (int bit = out.prefix_ + skip; bit < 128; ++bit) {
    if ((base.bytes()[static_cast<std::size_t>(bit / 8)] & (0x80 >> (bit % 8))) != 0) {
      return fail(Errc::kBadInput, "bits are set after the prefix length",
                  "プレフィックス長より後のビットが立っています");
    }
  }
  return out;
}

bool IpNetwork::contains(const IpAddress& address) const {
  if (address.is_v4() != base_.is_v4()) return false;
  return same_prefix(address.bytes(), base_.bytes(), prefix_ + (base_.is_v4() ? 96 : 0));
}

std::string IpNetwork::text() const { return base_.text() + "/" + std::to_string(prefix_); }

std::string_view to_string(AddressClass c) {
  switch (c) {
    case AddressClass::kPublic:
      return "public";
    case AddressClass::kUnspecified:
      return "unspecified";
    case AddressClass::kLoopback:
      return "loopback";
    case AddressClass::kPrivate:
      return "private";
    case AddressClass::kCarrierNat:
      return "carrier_nat";
    case AddressClass::kLinkLocal:
      return "link_local";
    case AddressClass::kUniqueLocal:
      return "unique_local";
    case AddressClass::kMulticast:
      return "multicast";
    case AddressClass::kDocumentation:
      return "documentation";
    case AddressClass::kReserved:
      return "reserved";
  }
  return "reserved";
}

AddressClass classify(const IpAddress& address) {
  return address.is_v4() ? classify_v4(address.v4_value()) : classify_v6(address.bytes());
}

Result<void> check_address(const IpAddress& address, const std::vector<IpNetwork>& allowed) {
  const auto what = classify(address);
  if (what == AddressClass::kPublic) return ok();
  for (const auto& network : allowed) {
    if (network.contains(address)) return ok();
  }
  return fail(
      Errc::kForbidden, "address: " + std::string(to_string(what)),
      "address: 接続が許されていない種類のアドレス（" + std::string(to_string(what)) + "）");
}

}  // namespace hitokoe::net
