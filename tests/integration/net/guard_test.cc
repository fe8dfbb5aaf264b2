// The address guard against a name server that changes its mind: a real one, asked by the real
// resolver, in a network of this process alone.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/net/fetcher.h"
#include "tests/integration/net/hostile_server.h"
#include "tests/integration/sealed_network.h"
#include "tests/integration/testbed.h"

namespace hitokoe::net {
namespace {

using hitokoe::testing::answer;
using hitokoe::testing::HostileConnection;
using hitokoe::testing::HostileRequest;
using hitokoe::testing::HostileServer;
using hitokoe::testing::Testbed;

constexpr const char* kPublic = "192.31.196.77";
constexpr const char* kPublicSix = "2620:4f:8000::77";

Task<Result<void>> fetch_into(Fetcher& fetcher, Request request,
                              std::optional<Result<Response>>& out) {
  out.emplace(co_await fetcher.fetch(std::move(request)));
  co_return ok();
}

class Guard : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    ASSERT_EQ(hitokoe::testing::seal_network({kPublic, kPublicSix}), "");
  }
  Guard()
      : names_("names", hitokoe::testing::kNameServerPort),
        site_([this](const auto& request, auto& out) { return serve(request, out); }, "0.0.0.0"),
        resolver_(make_system_resolver(io_.get_executor())),
        fetcher_(make_fetcher(io_.get_executor(), *resolver_, clock_)) {
    EXPECT_EQ(names_.started(), 0) << names_.said();
    say("A public.test", kPublic);
  }

  bool serve(const HostileRequest& request, HostileConnection& out) {
    if (request.target == "/moved") {
      return out.send(answer(302, "", "Location: " + location_ + "\r\n"));
    }
    return out.send(answer(200, "seen"));
  }
  std::string at(const std::string& host, const std::string& path = "/") const {
    return "http://" + host + ":" + std::to_string(site_.port()) + path;
  }
  // "status 200", or the fault's name.
  std::string fetch(const std::string& url) {
    Request request;
    request.url = url;
    request.connect_timeout = std::chrono::seconds(20);
    std::optional<Result<Response>> out;
    TaskGroup group(io_.get_executor());
    group.spawn("fetch", fetch_into(*fetcher_, std::move(request), out));
    io_.restart();
    while (!out) io_.run_one();
    while (group.running() != 0) io_.run_one();
    if (!*out) return std::string(fault_name(out->error()));
    remote_ = out->value().remote_address;
    return "status " + std::to_string(out->value().status);
  }
  // What the name server says from now on ("A name"), as `ops/testbed seed names` would tell it.
  void say(const std::string& question, const std::string& answers) {
    zone_[question] = answers;
    std::ofstream fresh(names_.folder() / "zone.new");
    for (const auto& [asked, told] : zone_) fresh << asked << ' ' << told << '\n';
    fresh.close();
    std::filesystem::rename(names_.folder() / "zone.new", names_.folder() / "zone");
  }
  // Longer than an answer is remembered.
  void wait() { clock_.advance(std::chrono::minutes(1)); }

  std::map<std::string, std::string> zone_;
  std::string location_;
  std::string remote_;
  asio::io_context io_;
  SimulatedClock clock_{UtcTime{}};
  Testbed names_;
  HostileServer site_;  // on every address of this machine, the inner ones too
  std::unique_ptr<Resolver> resolver_;
  std::unique_ptr<Fetcher> fetcher_;
};

TEST_F(Guard, TakesAPublicAddress) {
  EXPECT_EQ(fetch(at("public.test")), "status 200");
  EXPECT_EQ(remote_, std::string(kPublic) + ":" + std::to_string(site_.port()));
}

TEST_F(Guard, ANameThatTurnsInwardIsRefusedAndNothingConnects) {
  for (const auto* inner : {"127.0.0.1", "10.0.0.1", "169.254.169.254"}) {
    say("A turns.test", std::string(kPublic) + " / " + inner);
    EXPECT_EQ(fetch(at("turns.test")), "status 200");
    const int connections = site_.connections();
    wait();
    EXPECT_EQ(fetch(at("turns.test")), "address") << inner;
    EXPECT_EQ(site_.connections(), connections) << inner;
    wait();
  }
}

TEST_F(Guard, TheAddressThatWasCheckedIsTheOneThatIsConnectedTo) {
  // Whoever asks a second time is told an inner address.
  say("A twice.test", std::string(kPublic) + " / " + "127.0.0.1");
  EXPECT_EQ(fetch(at("twice.test")), "status 200");
  EXPECT_TRUE(remote_.starts_with(kPublic)) << remote_;
}

TEST_F(Guard, OneInnerAddressAmongPublicOnesIsEnoughToRefuse) {
  say("A mixed.test", std::string(kPublic) + " " + "10.1.2.3");
  EXPECT_EQ(fetch(at("mixed.test")), "address");
  say("A mixed-six.test", kPublic);
  say("AAAA mixed-six.test", "::1");
  EXPECT_EQ(fetch(at("mixed-six.test")), "address");
  EXPECT_EQ(site_.connections(), 0);
}

TEST_F(Guard, EveryInnerFormOfAnAnswerIsRefused) {
  int number = 0;
  for (const auto* inner :
       {"0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.0.1", "198.18.0.1",
        "224.0.0.1", "240.0.0.1", "255.255.255.255"}) {
    const auto name = "four-" + std::to_string(number++) + ".test";
    say("A " + name, inner);
    EXPECT_EQ(fetch(at(name)), "address") << inner;
  }
  for (const auto* inner : {"::",
                            "::1",
                            "::127.0.0.1",
                            "::ffff:127.0.0.1",
                            "::ffff:10.0.0.1",
                            "::ffff:192.31.196.77",
                            "::ffff:0:127.0.0.1",
                            "64:ff9b::127.0.0.1",
                            "64:ff9b::10.0.0.1",
                            "64:ff9b:1::192.168.0.1",
                            "2002:7f00:1::1",
                            "2002:a00:1::1",
                            "2001::1",
                            "fc00::1",
                            "fd12::1",
                            "fe80::1",
                            "fec0::1",
                            "ff02::1",
                            "2001:db8::1",
                            "100::1"}) {
    const auto name = "six-" + std::to_string(number++) + ".test";
    say("AAAA " + name, inner);
    EXPECT_EQ(fetch(at(name)), "address") << inner;
  }
  EXPECT_EQ(site_.connections(), 0);
}

TEST_F(Guard, AnAliasOfAnInnerNameIsRefused) {
  say("CNAME alias.test", "inner.test");
  say("A inner.test", "127.0.0.1");
  EXPECT_EQ(fetch(at("alias.test")), "address");
  EXPECT_EQ(site_.connections(), 0);
}

TEST_F(Guard, ARedirectInwardIsRefused) {
  say("A inner.test", "127.0.0.1");
  const auto port = ":" + std::to_string(site_.port()) + "/";
  for (const std::string host : {"inner.test", "127.0.0.1", "127.1", "2130706433", "0x7f.1",
                                 "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
                                 "[64:ff9b::7f00:1]", "0", "localhost", "%31%32%37.0.0.1"}) {
    location_ = "http://" + host + port;
    EXPECT_EQ(fetch(at("public.test", "/moved")), "address") << host;
    EXPECT_EQ(site_.count("/"), 0) << host;
  }
}

TEST_F(Guard, ANameWithoutAddressIsNoAddress) { EXPECT_EQ(fetch(at("nowhere.test")), "name"); }

}  // namespace
}  // namespace hitokoe::net
