// What a proxy says, and where it is.
#include <gtest/gtest.h>

#include "net/proxy_place.h"
#include "net/socks_reply.h"

namespace hitokoe::net {
namespace {

TEST(SocksReply, IsTheNumberAtTheEndOfTheText) {
  EXPECT_EQ(socks_reply("Can't complete SOCKS5 connection to a.onion. (240)"), 240);
  EXPECT_EQ(socks_reply("Can't complete SOCKS5 connection to (7).test. (1)"), 1);
  EXPECT_EQ(socks_reply(""), 0);
  EXPECT_EQ(socks_reply("no number ()"), 0);
  EXPECT_EQ(socks_reply("(12) in front"), 0);
  EXPECT_EQ(socks_reply("x (1a)"), 0);
}

TEST(SocksReply, TellsApartWhatIsWrongWithAnOnion) {
  EXPECT_EQ(socks_fault(240), FetchFault::kOnionDescriptor);
  EXPECT_EQ(socks_fault(241), FetchFault::kOnionDescriptor);
  EXPECT_EQ(socks_fault(242), FetchFault::kOnionIntroduction);
  EXPECT_EQ(socks_fault(243), FetchFault::kOnionRendezvous);
  EXPECT_EQ(socks_fault(244), FetchFault::kOnionLocked);
  EXPECT_EQ(socks_fault(245), FetchFault::kOnionLocked);
  EXPECT_EQ(socks_fault(246), FetchFault::kOnionName);
  EXPECT_EQ(socks_fault(247), FetchFault::kOnionIntroduction);
  EXPECT_EQ(socks_fault(1), FetchFault::kConnect);
  EXPECT_EQ(socks_fault(2), FetchFault::kProxy);
  EXPECT_EQ(socks_fault(4), FetchFault::kName);
  EXPECT_EQ(socks_fault(5), FetchFault::kConnect);
  EXPECT_EQ(socks_fault(6), FetchFault::kTimeout);
  EXPECT_EQ(socks_fault(0), FetchFault::kProxy);
}

TEST(ProxyPlace, IsTheOnlyPlaceToConnectTo) {
  const auto tor = proxy_place("socks5h://127.0.0.1:9050");
  ASSERT_TRUE(tor);
  EXPECT_TRUE(tor->is(IpAddress::v4(0x7f000001), 9050));
  EXPECT_FALSE(tor->is(IpAddress::v4(0x7f000001), 9051));
  EXPECT_FALSE(tor->is(IpAddress::v4(0x7f000002), 9050));
  const auto six = proxy_place("http://[::1]:4444");
  ASSERT_TRUE(six && six->address);
  EXPECT_EQ(six->address->text(), "::1");
  EXPECT_EQ(proxy_place("http://127.0.0.1")->port, 1080);
  const auto named = proxy_place("socks5h://tor.internal.test:9050");
  ASSERT_TRUE(named);
  EXPECT_FALSE(named->address);
  EXPECT_TRUE(named->is(IpAddress::v4(0x0a000001), 9050));
  EXPECT_FALSE(proxy_place(""));
}

}  // namespace
}  // namespace hitokoe::net
