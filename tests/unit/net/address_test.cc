#include "hitokoe/net/address.h"

#include <gtest/gtest.h>

namespace hitokoe::net {
namespace {

struct Row {
  const char* address;
  AddressClass what;
};

class AddressGuard : public testing::TestWithParam<Row> {};

TEST_P(AddressGuard, ClassifiesByWhereThePacketsEnd) {
  const auto address = IpAddress::parse(GetParam().address);
  ASSERT_TRUE(address) << GetParam().address;
  EXPECT_EQ(to_string(classify(address.value())), to_string(GetParam().what)) << GetParam().address;
  const auto checked = check_address(address.value(), {});
  EXPECT_EQ(checked.has_value(), GetParam().what == AddressClass::kPublic);
  if (!checked) {
    EXPECT_EQ(checked.error().code, Errc::kForbidden);
  }
}

// The edges of every block: first, last, one before, one after.
INSTANTIATE_TEST_SUITE_P(
    V4, AddressGuard,
    testing::Values(
        Row{"0.0.0.0", AddressClass::kUnspecified},
        Row{"0.255.255.255", AddressClass::kUnspecified}, Row{"1.0.0.0", AddressClass::kPublic},
        Row{"9.255.255.255", AddressClass::kPublic}, Row{"10.0.0.0", AddressClass::kPrivate},
        Row{"10.255.255.255", AddressClass::kPrivate}, Row{"11.0.0.0", AddressClass::kPublic},
        Row{"100.63.255.255", AddressClass::kPublic}, Row{"100.64.0.0", AddressClass::kCarrierNat},
        Row{"100.127.255.255", AddressClass::kCarrierNat},
        Row{"100.128.0.0", AddressClass::kPublic}, Row{"126.255.255.255", AddressClass::kPublic},
        Row{"127.0.0.0", AddressClass::kLoopback}, Row{"127.255.255.255", AddressClass::kLoopback},
        Row{"128.0.0.0", AddressClass::kPublic}, Row{"169.253.255.255", AddressClass::kPublic},
        Row{"169.254.169.254", AddressClass::kLinkLocal}, Row{"169.255.0.0", AddressClass::kPublic},
        Row{"172.15.255.255", AddressClass::kPublic}, Row{"172.16.0.0", AddressClass::kPrivate},
        Row{"172.31.255.255", AddressClass::kPrivate}, Row{"172.32.0.0", AddressClass::kPublic},
        Row{"192.0.0.8", AddressClass::kReserved}, Row{"192.0.2.1", AddressClass::kDocumentation},
        Row{"192.0.3.0", AddressClass::kPublic}, Row{"192.88.99.1", AddressClass::kReserved},
        Row{"192.167.255.255", AddressClass::kPublic}, Row{"192.168.0.1", AddressClass::kPrivate},
        Row{"192.169.0.0", AddressClass::kPublic}, Row{"198.17.255.255", AddressClass::kPublic},
        Row{"198.18.0.0", AddressClass::kReserved}, Row{"198.19.255.255", AddressClass::kReserved},
        Row{"198.20.0.0", AddressClass::kPublic}, Row{"198.51.100.7", AddressClass::kDocumentation},
        Row{"203.0.113.7", AddressClass::kDocumentation},
        Row{"223.255.255.255", AddressClass::kPublic}, Row{"224.0.0.1", AddressClass::kMulticast},
        Row{"239.255.255.255", AddressClass::kMulticast}, Row{"240.0.0.0", AddressClass::kReserved},
        Row{"255.255.255.255", AddressClass::kReserved}));

INSTANTIATE_TEST_SUITE_P(
    V6, AddressGuard,
    testing::Values(
        Row{"::", AddressClass::kUnspecified}, Row{"::1", AddressClass::kLoopback},
        Row{"::127.0.0.1", AddressClass::kLoopback},       // compatible
        Row{"::8.8.8.8", AddressClass::kReserved},         // compatible
        Row{"::ffff:127.0.0.1", AddressClass::kLoopback},  // mapped
        Row{"::ffff:a00:1", AddressClass::kPrivate}, Row{"::ffff:8.8.8.8", AddressClass::kReserved},
        Row{"64:ff9b::8.8.8.8", AddressClass::kPublic},  // NAT64
        Row{"64:ff9b::10.1.2.3", AddressClass::kPrivate},
        Row{"64:ff9b::7f00:1", AddressClass::kLoopback},
        Row{"64:ff9b:1::8.8.8.8", AddressClass::kReserved},
        Row{"64:ff9b:1::127.0.0.1", AddressClass::kLoopback},
        Row{"2002:7f00:1::1", AddressClass::kLoopback},  // 6to4
        Row{"2002:c0a8:101::", AddressClass::kPrivate},
        Row{"2002:808:808::1", AddressClass::kPublic}, Row{"100::1", AddressClass::kReserved},
        Row{"2001::1", AddressClass::kReserved},  // Teredo
        Row{"2001:1ff:ffff::1", AddressClass::kReserved}, Row{"2001:200::1", AddressClass::kPublic},
        Row{"2001:db8::1", AddressClass::kDocumentation},
        Row{"3fff:fff::1", AddressClass::kDocumentation},
        Row{"3fff:1000::1", AddressClass::kPublic}, Row{"2606:4700::1111", AddressClass::kPublic},
        Row{"4000::1", AddressClass::kReserved}, Row{"fc00::1", AddressClass::kUniqueLocal},
        Row{"fdff:ffff::1", AddressClass::kUniqueLocal}, Row{"fe80::1", AddressClass::kLinkLocal},
        Row{"febf::1", AddressClass::kLinkLocal}, Row{"fec0::1", AddressClass::kLinkLocal},
        Row{"ff02::1", AddressClass::kMulticast}));

// A slow, obvious oracle: bit by bit.
bool contains_slowly(const std::string& base, int prefix, const IpAddress& address) {
  const auto want = IpAddress::parse(base).value();
  if (want.is_v4() != address.is_v4()) return false;
  const int first = want.is_v4() ? 96 : 0;
  for (int bit = first; bit < first + prefix; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    const int shift = 7 - bit % 8;
    if (((want.bytes()[byte] >> shift) & 1) != ((address.bytes()[byte] >> shift) & 1)) return false;
  }
  return true;
}

TEST(IpNetwork, AgreesWithASlowOracleAtEveryPrefix) {
  for (int prefix = 0; prefix <= 32; ++prefix) {
    const std::uint32_t base = prefix == 0 ? 0 : 0xb5a5c3f0u & (0xffffffffu << (32 - prefix));
    const auto text = IpAddress::v4(base).text();
    const auto network = IpNetwork::parse(text + "/" + std::to_string(prefix));
    ASSERT_TRUE(network) << text << "/" << prefix;
    for (int flip = 0; flip < 32; ++flip) {
      const auto address = IpAddress::v4(base ^ (1u << flip));
      EXPECT_EQ(network.value().contains(address), contains_slowly(text, prefix, address));
    }
  }
}

TEST(IpNetwork, NeverMatchesAcrossFamilies) {
  EXPECT_FALSE(IpNetwork::parse("0.0.0.0/0").value().contains(IpAddress::parse("::1").value()));
  EXPECT_FALSE(IpNetwork::parse("::/0").value().contains(IpAddress::parse("127.0.0.1").value()));
  EXPECT_FALSE(check_address(IpAddress::parse("::ffff:127.0.0.1").value(),
                             {IpNetwork::parse("127.0.0.0/8").value()}));
}

TEST(IpNetwork, RefusesWhatIsNoNetwork) {
  for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "::/129", "10/8",
                           "10.0.0.0/-1", "10.0.0.0/8x", "fe80::1%lo/64", "127.1"}) {
    EXPECT_FALSE(IpNetwork::parse(text)) << text;
  }
}

TEST(IpNetwork, OpensOnlyWhatASourceNames) {
  const std::vector<IpNetwork> allowed{IpNetwork::parse("127.0.0.2").value()};
  EXPECT_TRUE(check_address(IpAddress::parse("127.0.0.2").value(), allowed));
  EXPECT_FALSE(check_address(IpAddress::parse("127.0.0.1").value(), allowed));
  EXPECT_FALSE(check_address(IpAddress::parse("10.0.0.1").value(), allowed));
}

}  // namespace
}  // namespace hitokoe::net
