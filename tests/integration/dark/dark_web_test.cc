// Sources behind real onion services, in a Tor network of the test's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <fstream>
#include <optional>
#include <set>

#include "hitokoe/net/tor_control.h"
#include "tests/integration/crawler/crawl_world.h"
#include "tests/integration/dark/onion_bed.h"

namespace hitokoe::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A name that some key has, and no service.
constexpr const char* kNobody = "hg3r4p4k6ixktcm65yb64tiqyavuarpr6vp6orjoopptxx5npzut32ad.onion";

std::string onion_source(const std::string& id, const std::string& more = "") {
  auto& bed = onion_bed();
  return list_source(id, bed.base(), "    proxy: " + bed.proxy() + "\n" + more);
}

std::set<std::string> warnings(const crawler::CrawlReport& report) {
  std::set<std::string> out;
  for (const auto& w : report.warnings) out.insert(w.what);
  return out;
}

TEST(DarkWeb, AnOnionIsCrawledAndNobodyElseHearsItsName) {
  auto& bed = onion_bed();
  bed.list({"one", "two"});
  CrawlWorld world;
  const auto report = world.crawl(onion_source("onion"));
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_THAT(warnings(report.value()), IsEmpty());
  EXPECT_EQ(world.item("one").body, "the text of /raw/one\n");
  const auto meta = world.item("two").meta;
  EXPECT_EQ(meta.final_url, bed.base() + "/raw/two");
  EXPECT_TRUE(meta.circuit.starts_with("hitokoe-")) << meta.circuit;
  EXPECT_EQ(meta.protocol, "HTTP/1.1");
  ASSERT_EQ(world.reach().size(), 1u);
  EXPECT_TRUE(world.reach()[0].up);
  EXPECT_THAT(bed.asked(), IsEmpty());
}

TEST(DarkWeb, AnOnionGoesAwayAndComesBack) {
  auto& bed = onion_bed();
  bed.list({"one"});
  CrawlWorld world;
  const auto control =
      "    tor_control: {address: '127.0.0.1:" + std::to_string(bed.tor.port() + 1) +
      "', cookie: '" + (bed.tor.folder() / "client/control_auth_cookie").string() + "'}\n";
  ASSERT_TRUE(world.crawl(onion_source("onion", control)));
  ASSERT_EQ(world.captured().size(), 1u);

  bed.tor.seed({"down", bed.onion});
  bed.list({"one", "later"});
  const auto away = world.crawl(onion_source("onion", control));
  ASSERT_TRUE(away) << away.error().detail;
  const auto down = world.reach();
  ASSERT_EQ(down.size(), 2u);
  EXPECT_FALSE(down[0].up);
  // What Tor says of it depends on how far its circuit came.
  const auto why = AnyOf("onion_introduction", "onion_rendezvous", "onion_descriptor", "connect",
                         "timeout", "connection");
  EXPECT_THAT(down[0].reason, why);
  EXPECT_THAT(warnings(away.value()), ::testing::ElementsAre("robots_" + down[0].reason));
  EXPECT_EQ(world.captured().size(), 1u);

  bed.tor.seed({"again", bed.onion});
  const auto back = world.crawl(onion_source("onion", control));
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(world.captured().size(), 2u) << "what appeared meanwhile";
  const auto up = world.reach();
  ASSERT_EQ(up.size(), 3u);
  EXPECT_TRUE(up[0].up);
  EXPECT_TRUE(up[2].up);
  EXPECT_LT(up[2].at, up[1].at);
  EXPECT_LT(up[1].at, up[0].at);
}

TEST(DarkWeb, EverySourceHasCircuitsOfItsOwn) {
  auto& bed = onion_bed();
  bed.list({"one"});
  CrawlWorld world;
  ASSERT_TRUE(world.crawl(onion_source("first")));
  ASSERT_TRUE(world.crawl(onion_source("second")));
  const auto captured = world.captured();
  ASSERT_EQ(captured.size(), 2u);
  const auto lines = bed.tor.seed({"circuits"});
  std::set<std::string> circuits;  // their numbers
  for (const auto& one : captured) {
    bool known = false;
    for (const auto& line : lines) {
      if (line.find("SOCKS_USERNAME=\"" + one.meta.circuit + "\"") == std::string::npos) continue;
      known = true;
      EXPECT_TRUE(circuits.insert(line.substr(0, line.find(' '))).second)
          << "a circuit of two names";
    }
    EXPECT_TRUE(known) << one.meta.circuit;
  }
}

TEST(DarkWeb, NamesThatCannotBeAndServicesThatAreNotAreToldApart) {
  auto& bed = onion_bed();
  CrawlWorld world;
  auto wrong = bed.base();
  wrong[10] = wrong[10] == 'a' ? 'b' : 'a';
  const auto refused = world.crawl(list_source("wrong", wrong, "    proxy: " + bed.proxy() + "\n"));
  ASSERT_FALSE(refused) << "refused when it is configured";
  EXPECT_THAT(refused.error().detail, HasSubstr("onion_name: the checksum does not hold"));

  const auto nobody = world.crawl(
      list_source("nobody", std::string("http://") + kNobody, "    proxy: " + bed.proxy() + "\n"));
  ASSERT_TRUE(nobody) << nobody.error().detail;
  EXPECT_THAT(warnings(nobody.value()), ::testing::ElementsAre("robots_onion_descriptor"));
  ASSERT_EQ(world.reach().size(), 1u);
  EXPECT_FALSE(world.reach()[0].up);
  EXPECT_EQ(world.reach()[0].reason, "onion_descriptor");
}

TEST(DarkWeb, AProxyThatIsNotThereIsNotTheSourcesFault) {
  CrawlWorld world;
  const auto report =
      world.crawl(list_source("onion", onion_bed().base(), "    proxy: socks5h://127.0.0.1:1\n"));
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_THAT(warnings(report.value()), ::testing::ElementsAre("robots_proxy"));
}

Task<Result<void>> renew_into(net::CircuitRenewer& renewer, net::TorControl control,
                              std::optional<Result<void>>& out) {
  out.emplace(co_await renewer.renew(std::move(control), std::chrono::seconds(20)));
  co_return ok();
}

Result<void> renew(const net::TorControl& control) {
  asio::io_context io;
  const auto renewer = net::make_circuit_renewer(io.get_executor());
  std::optional<Result<void>> out;
  TaskGroup group(io.get_executor());
  group.spawn("renew", renew_into(*renewer, control, out));
  io.run();
  return std::move(*out);
}

TEST(DarkWeb, TorIsAskedForNewCircuitsWithItsCookieOnly) {
  auto& bed = onion_bed();
  net::TorControl control{net::IpAddress::v4(0x7f000001),
                          static_cast<std::uint16_t>(bed.tor.port() + 1),
                          bed.tor.folder() / "client/control_auth_cookie"};
  const auto renewed = renew(control);
  EXPECT_TRUE(renewed) << renewed.error().detail;
  auto nowhere = control;
  nowhere.port = 1;
  EXPECT_EQ(renew(nowhere).error().code, Errc::kUnavailable);
  auto none = control;
  none.cookie = "/nowhere/cookie";
  EXPECT_EQ(renew(none).error().code, Errc::kNotFound);
  auto wrong = control;
  wrong.cookie = bed.tor.folder() / "wrong-cookie";
  std::ofstream(wrong.cookie) << std::string(32, 'x');
  EXPECT_EQ(renew(wrong).error().code, Errc::kForbidden);
}

}  // namespace
}  // namespace hitokoe::testing
