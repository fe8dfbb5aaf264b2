#include "crawler/circuit.h"

#include <gtest/gtest.h>

#include "hitokoe/crawler/capture.h"
#include "hitokoe/net/fetcher.h"

namespace hitokoe::crawler {
namespace {

Source behind(const std::string& proxy) {
  Source source;
  source.id = "secret-source";
  source.proxy = proxy;
  return source;
}

TEST(Circuit, HasANameOfItsOwnThatTellsNothing) {
  SystemRandom random;
  Circuit one(behind("socks5h://127.0.0.1:9050"), random);
  const Circuit other(behind("socks5h://127.0.0.1:9050"), random);
  EXPECT_NE(one.name(), other.name());
  EXPECT_EQ(one.name().find("secret"), std::string::npos);
  const auto before = one.name();
  one.renew(random);
  EXPECT_NE(one.name(), before);
}

TEST(Circuit, IsNoneWithoutASocksProxy) {
  SystemRandom random;
  for (const auto* proxy : {"", "http://127.0.0.1:4444"}) {
    Circuit none(behind(proxy), random);
    none.renew(random);
    EXPECT_EQ(none.name(), "") << proxy;
  }
}

TEST(Circuit, IsRenewedWhereThatMayHelp) {
  const auto worth = [](Errc code, net::FetchFault fault) {
    return is_worth_a_new_circuit(
        Error{code, Words::same(std::string(net::to_string(fault)) + ": x")});
  };
  using enum net::FetchFault;
  for (const auto fault :
       {kConnect, kConnection, kOnionDescriptor, kOnionIntroduction, kOnionRendezvous, kName}) {
    EXPECT_TRUE(worth(Errc::kUnavailable, fault)) << net::to_string(fault);
  }
  EXPECT_TRUE(worth(Errc::kTimeout, kTimeout));
  for (const auto fault : {kProxy, kOnionLocked, kTls}) {
    EXPECT_FALSE(worth(Errc::kUnavailable, fault)) << net::to_string(fault);
  }
  EXPECT_FALSE(worth(Errc::kForbidden, kOnionName));
  EXPECT_FALSE(worth(Errc::kLimit, kRedirectLoop));
}

// printf '%064d%064d' 1 2 | xxd -r -p | sha256sum
TEST(ChainDigest, IsThatOfTheDigestsInOrder) {
  const std::string one(std::string(63, '0') + "1");
  const std::string two(std::string(63, '0') + "2");
  EXPECT_EQ(chain_digest({one, two}),
            "d6ba9329f8932c12192b37849f772104d20048f76434a3290512d9d814e4116f");
  EXPECT_NE(chain_digest({one, two}), chain_digest({two, one}));
  EXPECT_EQ(chain_digest({}), "");
  EXPECT_EQ(chain_digest({"no digest"}), "");
}

}  // namespace
}  // namespace hitokoe::crawler
