// The HTTP client against a server that lies.
#include "hitokoe/net/fetcher.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <list>
#include <map>
#include <memory>
#include <optional>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/simulated_clock.h"
#include "tests/integration/net/hostile_server.h"

namespace hitokoe::net {
namespace {

using hitokoe::testing::answer;
using hitokoe::testing::HostileConnection;
using hitokoe::testing::HostileRequest;
using hitokoe::testing::HostileServer;
using std::chrono::milliseconds;

// Names of a zone that the test writes, and how often they were asked for.
class ZoneResolver final : public Resolver {
 public:
  Task<Result<std::vector<IpAddress>>> resolve(std::string host, Duration) override {
    ++asked[host];
    const auto found = zone.find(host);
    if (found == zone.end())
      co_return fail(Errc::kUnavailable, "name: not in the zone", "name: not in the zone");
    std::vector<IpAddress> out;
    for (const auto& text : found->second) out.push_back(IpAddress::parse(text).value());
    co_return out;
  }
  std::map<std::string, std::vector<std::string>> zone;
  std::map<std::string, int> asked;
};

Task<Result<void>> fetch_into(Fetcher& fetcher, Request request,
                              std::optional<Result<Response>>& out) {
  out.emplace(co_await fetcher.fetch(std::move(request)));
  co_return ok();
}

class FetcherTest : public ::testing::Test {
 protected:
  FetcherTest() : fetcher_(make_fetcher(io_.get_executor(), resolver_, clock_)) {}

  Request request(std::string url, std::vector<std::string> allowed = {"127.0.0.1/32"}) {
    Request out;
    out.url = std::move(url);
    // Generous, so that a loaded machine changes nothing; who waits for a limit sets a short one.
    out.connect_timeout = std::chrono::seconds(20);
    out.first_byte_timeout = std::chrono::seconds(20);
    out.total_timeout = std::chrono::seconds(60);
    for (const auto& network : allowed) {
      out.allow_networks.push_back(IpNetwork::parse(network).value());
    }
    return out;
  }

  Result<Response> fetch(Request request) {
    std::optional<Result<Response>> out;
    TaskGroup group(io_.get_executor());
    group.spawn("fetch", fetch_into(*fetcher_, std::move(request), out));
    io_.restart();
    while (!out) io_.run_one();
    while (group.running() != 0) io_.run_one();
    return std::move(*out);
  }

  std::string fault(Request request) {
    const auto result = fetch(std::move(request));
    return result ? "status " + std::to_string(result.value().status)
                  : std::string(fault_name(result.error()));
  }

  asio::io_context io_;
  SimulatedClock clock_{UtcTime{}};
  ZoneResolver resolver_;
  std::unique_ptr<Fetcher> fetcher_;
};

// One server for all lies: the path says which.
bool lie(const HostileRequest& request, HostileConnection& out) {
  const auto& path = request.target;
  if (path == "/fine") return out.send(answer(200, "hello", "Content-Type: text/plain\r\n"));
  if (path == "/empty") return out.send(answer(200, ""));
  if (path == "/no-content") return out.send("HTTP/1.1 204 X\r\n\r\n");
  if (path == "/missing") return out.send(answer(404, "no"));
  if (path == "/silent") out.wait_for_ever();
  if (path == "/reset") out.reset();
  if (path == "/reset-in-body") {
    out.send("HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\npartial");
    out.wait(milliseconds(50));
    out.reset();
  }
  if (path == "/too-short") out.send("HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\nonly this");
  if (path == "/nothing-of-it") out.send("HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n");
  if (path == "/too-long") out.send("HTTP/1.1 200 X\r\nContent-Length: 4\r\n\r\nfour and more");
  if (path == "/bad-chunk") {
    out.send("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzzz\r\n");
  }
  if (path == "/two-lengths") {
    out.send("HTTP/1.1 200 X\r\nContent-Length: 4\r\nContent-Length: 400\r\n\r\nfour");
  }
  if (path == "/negative") out.send("HTTP/1.1 200 X\r\nContent-Length: -5\r\n\r\nhello");
  if (path == "/garbage") out.send("\x16\x03\x01 this is not HTTP at all\r\n\r\n");
  if (path == "/http09") out.send("<html>no status line</html>");
  if (path == "/loop-a") return out.send(answer(302, "", "Location: /loop-b\r\n"));
  if (path == "/loop-b") return out.send(answer(302, "", "Location: /loop-a\r\n"));
  if (path.starts_with("/on/")) {
    return out.send(answer(302, "", "Location: /on/" + path.substr(4) + "x\r\n"));
  }
  if (path == "/hop") return out.send(answer(301, "moved", "Location: fine?hop\r\n"));
  if (path == "/fine?hop") return out.send(answer(200, "after a hop"));
  if (path == "/to-file") return out.send(answer(302, "", "Location: file:///etc/passwd\r\n"));
  if (path == "/to-ftp") return out.send(answer(302, "", "Location: ftp://127.0.0.1/\r\n"));
  if (path == "/big-redirect") {
    return out.send(answer(302, std::string(1 << 20, 'r'), "Location: /fine\r\n"));
  }
  if (path == "/header-1mb") {
    out.send("HTTP/1.1 200 X\r\nX-Big: " + std::string(1 << 20, 'h') + "\r\n\r\nbody");
  }
  if (path == "/many-headers") {
    out.send("HTTP/1.1 200 X\r\n");
    for (int i = 0; i < 100'000; ++i) {
      if (!out.send("X-" + std::to_string(i) + ": y\r\n")) break;
    }
    out.send("\r\nbody");
  }
  if (path == "/endless-100") {
    while (out.send("HTTP/1.1 100 Continue\r\n\r\n")) {
    }
  }
  if (path == "/endless") {
    out.send("HTTP/1.1 200 X\r\n\r\n");
    while (out.send(std::string(65536, 'e'))) {
    }
  }
  if (path == "/drip-headers") {
    out.send("HTTP/1.1 200 X\r\n");
    for (int i = 0; i < 1000 && out.send("X: y\r\n"); ++i) out.wait(milliseconds(100));
  }
  if (path == "/drip") {
    out.send("HTTP/1.1 200 X\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 1000 && out.send("d"); ++i) out.wait(milliseconds(100));
  }
  if (path == "/headers-then-silence") {
    out.send("HTTP/1.1 200 X\r\nContent-Length: 1000\r\n\r\n");
    out.wait_for_ever();
  }
  if (path == "/validators") {
    if (request.headers.contains("if-none-match") &&
        request.headers.at("if-none-match") == "\"v1\"" &&
        request.headers.contains("if-modified-since")) {
      return out.send("HTTP/1.1 304 X\r\nETag: \"v1\"\r\n\r\n");
    }
    return out.send(answer(200, "list", "ETag: \"v1\"\r\n"));
  }
  return false;
}

class AgainstLies : public FetcherTest {
 protected:
  HostileServer server_{lie};
};

TEST_F(AgainstLies, ReadsAnHonestAnswer) {
  auto result = fetch(request(server_.url("/fine")));
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result.value().status, 200);
  EXPECT_EQ(as_text(result.value().body), "hello");
  EXPECT_EQ(result.value().cut, Cut::kNone);
  EXPECT_EQ(header(result.value().headers, "CONTENT-TYPE"), "text/plain");
  EXPECT_EQ(result.value().remote_address, "127.0.0.1:" + std::to_string(server_.port()));
  EXPECT_EQ(result.value().final_url, server_.url("/fine"));
}

TEST_F(AgainstLies, TakesEmptyBodiesAndOtherStatusesAsAnswers) {
  EXPECT_EQ(fetch(request(server_.url("/empty"))).value().body.size(), 0u);
  EXPECT_EQ(fetch(request(server_.url("/no-content"))).value().status, 204);
  EXPECT_EQ(fetch(request(server_.url("/missing"))).value().status, 404);
}

TEST_F(AgainstLies, KeepsAConnectionForTheNextRequest) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(fetch(request(server_.url("/fine"))));
  EXPECT_EQ(server_.connections(), 1);
}

TEST_F(AgainstLies, GivesUpOnAServerThatNeverAnswers) {
  auto impatient = request(server_.url("/silent"));
  impatient.first_byte_timeout = milliseconds(300);
  EXPECT_EQ(fault(impatient), "timeout");
}

TEST_F(AgainstLies, GivesUpOnAServerThatDripsItsHeaders) {
  auto slow = request(server_.url("/drip-headers"));
  slow.low_speed_window = milliseconds(1000);
  EXPECT_EQ(fault(slow), "timeout");
}

TEST_F(AgainstLies, KeepsWhatASlowServerDripped) {
  auto slow = request(server_.url("/drip"));
  slow.low_speed_window = milliseconds(1000);
  slow.total_timeout = std::chrono::minutes(1);
  auto result = fetch(slow);
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result.value().cut, Cut::kTimeout);
  EXPECT_GT(result.value().body.size(), 0u);

  auto late = request(server_.url("/drip"));
  late.total_timeout = milliseconds(500);
  EXPECT_EQ(fetch(late).value().cut, Cut::kTimeout);
  auto waiting = request(server_.url("/headers-then-silence"));
  waiting.total_timeout = milliseconds(500);
  EXPECT_EQ(fault(waiting), "timeout");
}

TEST_F(AgainstLies, TellsAResetFromAnAnswer) {
  EXPECT_EQ(fault(request(server_.url("/reset"))), "connection");
  EXPECT_EQ(fault(request(server_.url("/nothing-of-it"))), "connection");
}

TEST_F(AgainstLies, KeepsABodyThatTheConnectionCut) {
  for (const char* path : {"/reset-in-body", "/too-short", "/bad-chunk"}) {
    auto result = fetch(request(server_.url(path)));
    ASSERT_TRUE(result) << path << " " << result.error().detail;
    EXPECT_EQ(result.value().cut, Cut::kConnection) << path;
    EXPECT_GT(result.value().body.size(), 0u) << path;
  }
}

TEST_F(AgainstLies, BelievesTheLengthAndIgnoresWhatFollows) {
  auto result = fetch(request(server_.url("/too-long")));
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(as_text(result.value().body), "four");
  // And what followed is not the answer to the next question.
  EXPECT_EQ(as_text(fetch(request(server_.url("/fine"))).value().body), "hello");
}

TEST_F(AgainstLies, RefusesWhatIsNotHttp) {
  EXPECT_EQ(fault(request(server_.url("/garbage"))), "protocol");
  EXPECT_EQ(fault(request(server_.url("/http09"))), "protocol");
}

TEST_F(AgainstLies, SurvivesLengthsThatContradict) {
  for (const char* path : {"/two-lengths", "/negative"}) {
    const auto result = fetch(request(server_.url(path)));
    if (result) {
      EXPECT_LE(result.value().body.size(), 5u) << path;
    }
  }
}

TEST_F(AgainstLies, FollowsRedirectsButNotForEver) {
  auto result = fetch(request(server_.url("/hop")));
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(as_text(result.value().body), "after a hop");
  EXPECT_EQ(result.value().final_url, server_.url("/fine?hop"));
  EXPECT_EQ(result.value().redirects, 1);
  EXPECT_EQ(fault(request(server_.url("/loop-a"))), "redirect_loop");
  EXPECT_EQ(fault(request(server_.url("/on/"))), "too_many_redirects");
  EXPECT_EQ(server_.count("/on/xxxxxxxxxx"), 1);
  EXPECT_EQ(server_.count("/on/xxxxxxxxxxx"), 0);
  EXPECT_EQ(as_text(fetch(request(server_.url("/big-redirect"))).value().body), "hello");
}

TEST_F(AgainstLies, FollowsOnlyHttp) {
  EXPECT_EQ(fault(request(server_.url("/to-file"))), "scheme");
  EXPECT_EQ(fault(request(server_.url("/to-ftp"))), "scheme");
  EXPECT_EQ(fault(request("file:///etc/passwd")), "scheme");
  EXPECT_EQ(fault(request("not a url")), "bad_url");
}

TEST_F(AgainstLies, BoundsTheHeaders) {
  EXPECT_EQ(fault(request(server_.url("/header-1mb"))), "header_too_large");
  EXPECT_EQ(fault(request(server_.url("/many-headers"))), "header_too_large");
  EXPECT_EQ(fault(request(server_.url("/endless-100"))), "header_too_large");
}

TEST_F(AgainstLies, KeepsTheCapOfABodyWithoutEnd) {
  auto capped = request(server_.url("/endless"));
  capped.body_cap = 100'000;
  auto result = fetch(capped);
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result.value().cut, Cut::kCap);
  EXPECT_EQ(result.value().body.size(), 100'000u);
}

TEST_F(AgainstLies, DoesNotCallABodyOfExactlyTheCapCut) {
  auto capped = request(server_.url("/fine"));
  capped.body_cap = 5;
  EXPECT_EQ(fetch(capped).value().cut, Cut::kNone);
  capped.body_cap = 4;
  EXPECT_EQ(fetch(capped).value().cut, Cut::kCap);
}

TEST_F(AgainstLies, AsksOnlyForWhatChanged) {
  auto again = request(server_.url("/validators"));
  EXPECT_EQ(fetch(again).value().status, 200);
  again.etag = "\"v1\"";
  again.last_modified = "Thu, 01 Jan 2026 00:00:00 GMT";
  EXPECT_EQ(fetch(again).value().status, 304);
}

TEST_F(AgainstLies, StopsWhenItsGroupStops) {
  auto waiting = request(server_.url("/silent"));
  waiting.first_byte_timeout = std::chrono::hours(1);
  std::optional<Result<Response>> out;
  TaskGroup group(io_.get_executor());
  group.spawn("fetch", fetch_into(*fetcher_, waiting, out));
  while (server_.count("/silent") == 0) io_.run_one_for(milliseconds(10));
  group.stop();
  while (group.running() != 0) io_.run_one();
  EXPECT_TRUE(!out || out->error().code == Errc::kCancelled);
}

TEST_F(AgainstLies, NeverReachesAnAddressThatTheSourceDoesNotName) {
  EXPECT_EQ(fault(request(server_.url("/fine"), {})), "address");
  EXPECT_EQ(fault(request(server_.url("/fine"), {"127.0.0.2/32"})), "address");
  const auto port = std::to_string(server_.port());
  for (const char* host : {"2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]",
                           "127.0.0.1.", "%31%32%37.0.0.1", "１２７.０.０.１"}) {
    EXPECT_EQ(fault(request("http://" + std::string(host) + ":" + port + "/fine", {})), "address")
        << host;
  }
  EXPECT_EQ(server_.connections(), 0);
  EXPECT_TRUE(resolver_.asked.empty());
}

TEST_F(AgainstLies, ChecksEveryAddressOfAName) {
  const auto port = std::to_string(server_.port());
  resolver_.zone["inside.test"] = {"127.0.0.1"};
  resolver_.zone["mixed.test"] = {"1.1.1.1", "10.0.0.1"};
  resolver_.zone["mapped.test"] = {"::ffff:10.0.0.1"};
  resolver_.zone["nat64.test"] = {"64:ff9b::a00:1"};
  for (const char* host : {"inside.test", "mixed.test", "mapped.test", "nat64.test"}) {
    EXPECT_EQ(fault(request("http://" + std::string(host) + ":" + port + "/fine", {})), "address")
        << host;
  }
  EXPECT_EQ(server_.connections(), 0);
  auto allowed = fetch(request("http://inside.test:" + port + "/fine"));
  ASSERT_TRUE(allowed) << allowed.error().detail;
  EXPECT_EQ(as_text(allowed.value().body), "hello");
}

TEST_F(AgainstLies, ConnectsToTheAddressThatWasChecked) {
  // libcurl would not find this name by itself: the answer proves that the pinned one was used.
  resolver_.zone["pinned.invalid"] = {"127.0.0.1"};
  const auto url = "http://pinned.invalid:" + std::to_string(server_.port()) + "/fine";
  ASSERT_TRUE(fetch(request(url)));
  // The name moves inside, after the first look-up was forgotten.
  resolver_.zone["pinned.invalid"] = {"127.0.0.3"};
  clock_.advance(std::chrono::minutes(1));
  EXPECT_EQ(fault(request(url)), "address");
}

TEST_F(AgainstLies, DoesNotLendAnOpenConnectionToASourceThatMayNotUseIt) {
  resolver_.zone["shared.test"] = {"127.0.0.1"};
  const auto url = "http://shared.test:" + std::to_string(server_.port()) + "/fine";
  ASSERT_TRUE(fetch(request(url, {"127.0.0.1/32"})));
  // For the other source the name is checked as 127.0.0.2; libcurl still has a connection to
  // 127.0.0.1 under the same name.
  resolver_.zone["shared.test"] = {"127.0.0.2"};
  clock_.advance(std::chrono::minutes(1));
  EXPECT_NE(fault(request(url, {"127.0.0.2/32"})), "status 200");
  EXPECT_EQ(server_.count("/fine"), 1);
}

TEST_F(AgainstLies, NeverAsksAResolverForAnOverlayName) {
  for (const char* url :
       {"http://abc.onion/", "http://ABC.ONION./", "http://abc。onion/", "http://site.i2p/x"}) {
    EXPECT_EQ(fault(request(url)), "overlay") << url;
  }
  EXPECT_TRUE(resolver_.asked.empty());
}

TEST_F(FetcherTest, DoesNotFollowARedirectInside) {
  HostileServer inside([](const HostileRequest&, HostileConnection& out) {
    return out.send(answer(200, "secret"));
  });
  std::string target = inside.url("/admin");
  HostileServer outside(
      [&](const HostileRequest& seen, HostileConnection& out) {
        if (seen.target == "/name") {
          return out.send(answer(
              302, "", "Location: http://inside.test:" + std::to_string(inside.port()) + "/\r\n"));
        }
        return out.send(answer(302, "", "Location: " + target + "\r\n"));
      },
      "127.0.0.2");
  resolver_.zone["inside.test"] = {"127.0.0.1"};
  EXPECT_EQ(fault(request(outside.url("/"), {"127.0.0.2/32"})), "address");
  EXPECT_EQ(fault(request(outside.url("/name"), {"127.0.0.2/32"})), "address");
  EXPECT_EQ(inside.connections(), 0);
}

TEST_F(FetcherTest, KeepsCookiesForTheServerThatTheyAreFor) {
  HostileServer second([](const HostileRequest&, HostileConnection& out) {
    return out.send(answer(200, "second"));
  });
  HostileServer first([&](const HostileRequest&, HostileConnection& out) {
    return out.send(answer(302, "", "Location: " + second.url("/") + "\r\n"));
  });
  auto with_cookie = request(first.url("/"));
  with_cookie.headers = {
      {"Cookie", "a=b"}, {"Accept", "text/plain"}, {"X-Bad", "a\r\nInjected: 1"}};
  ASSERT_TRUE(fetch(with_cookie));
  EXPECT_EQ(first.requests().at(0).headers.at("cookie"), "a=b");
  EXPECT_FALSE(first.requests().at(0).headers.contains("injected"));
  EXPECT_FALSE(second.requests().at(0).headers.contains("cookie"));
  EXPECT_EQ(second.requests().at(0).headers.at("accept"), "text/plain");
}

// A handle keeps what is set for requests of a kind: nothing of one may be said by the next.
TEST_F(FetcherTest, SaysNothingOfTheRequestBefore) {
  HostileServer server(
      [](const HostileRequest&, HostileConnection& out) { return out.send(answer(200, "fine")); });
  auto first = request(server.url("/1"));
  first.headers = {{"X-Mine", "first"}};
  first.etag = "\"v1\"";
  ASSERT_TRUE(fetch(first));
  ASSERT_TRUE(fetch(request(server.url("/2"))));
  auto other = request(server.url("/3"));
  other.user_agent = "other";
  other.decode = false;
  ASSERT_TRUE(fetch(other));
  auto posted = request(server.url("/4"));
  posted.post = "made up";
  ASSERT_TRUE(fetch(posted));
  ASSERT_TRUE(fetch(request(server.url("/5"))));
  const auto seen = server.requests();
  ASSERT_EQ(seen.size(), 5U);
  EXPECT_EQ(seen[0].headers.at("x-mine"), "first");
  for (const std::size_t n : {std::size_t{1}, std::size_t{4}}) {
    EXPECT_FALSE(seen[n].headers.contains("x-mine")) << n;
    EXPECT_FALSE(seen[n].headers.contains("if-none-match")) << n;
    EXPECT_FALSE(seen[n].headers.contains("content-length")) << n;
    EXPECT_TRUE(seen[n].headers.contains("accept-encoding")) << n;
    EXPECT_EQ(seen[n].headers.at("user-agent"), "hitokoe") << n;
  }
  EXPECT_EQ(seen[2].headers.at("user-agent"), "other");
  EXPECT_FALSE(seen[2].headers.contains("accept-encoding"));
  EXPECT_EQ(seen[3].headers.at("content-length"), "7");
}

// A kept connection that the server ends is no work for the loop, and the next request gets
// another.
TEST_F(FetcherTest, TakesAnotherConnectionWhereTheKeptOneEnded) {
  HostileServer server([](const HostileRequest&, HostileConnection& out) {
    out.send(answer(200, "fine"));
    return false;
  });
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(fetch(request(server.url("/"))));
  EXPECT_EQ(server.connections(), 3);
}

TEST_F(FetcherTest, LeavesOverlayNamesToTheProxy) {
  HostileServer proxy([](const HostileRequest& seen, HostileConnection& out) {
    if (seen.target ==
        "http://hg3r4p4k6ixktcm65yb64tiqyavuarpr6vp6orjoopptxx5npzut32ad.onion/inside") {
      return out.send(answer(302, "", "Location: http://127.0.0.1:1/\r\n"));
    }
    return out.send(answer(200, seen.target));
  });
  auto hidden =
      request("http://hg3r4p4k6ixktcm65yb64tiqyavuarpr6vp6orjoopptxx5npzut32ad.onion/x", {});
  hidden.proxy = proxy.url("");
  auto result = fetch(hidden);
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(as_text(result.value().body),
            "http://hg3r4p4k6ixktcm65yb64tiqyavuarpr6vp6orjoopptxx5npzut32ad.onion/x");
  EXPECT_TRUE(resolver_.asked.empty());
  hidden.url = "http://hg3r4p4k6ixktcm65yb64tiqyavuarpr6vp6orjoopptxx5npzut32ad.onion/inside";
  EXPECT_EQ(fault(hidden), "address");
}

// libcurl resolves a proxy's name itself, in a thread, and is woken by a socket that it closes
// without telling: the same number is then another socket.
TEST_F(FetcherTest, ManyProxiesGivenByNameOneAfterTheOther) {
  std::array<char, 256> name{};
  ASSERT_EQ(::gethostname(name.data(), name.size() - 1), 0);
  addrinfo wanted{};
  wanted.ai_family = AF_INET;
  addrinfo* found = nullptr;
  ASSERT_EQ(::getaddrinfo(name.data(), nullptr, &wanted, &found), 0)
      << name.data() << " is not in /etc/hosts";
  std::array<char, INET_ADDRSTRLEN> address{};
  const auto* in = reinterpret_cast<const sockaddr_in*>(found->ai_addr);
  ::inet_ntop(AF_INET, &in->sin_addr, address.data(), address.size());
  ::freeaddrinfo(found);
  const auto echo = [](const HostileRequest& seen, HostileConnection& out) {
    return out.send(answer(200, seen.target));
  };
  std::list<HostileServer> proxies;  // each is resolved anew
  for (int i = 0; i < 12; ++i) proxies.emplace_back(echo, address.data());
  for (const auto& proxy : proxies) {
    auto hidden =
        request("http://hg3r4p4k6ixktcm65yb64tiqyavuarpr6vp6orjoopptxx5npzut32ad.onion/x", {});
    hidden.connect_timeout = std::chrono::seconds(3);
    hidden.proxy = "http://" + std::string(name.data()) + ":" + std::to_string(proxy.port());
    for (int again = 0; again < 2; ++again) {
      const auto result = fetch(hidden);
      ASSERT_TRUE(result) << result.error().detail;
      EXPECT_EQ(as_text(result.value().body), hidden.url);
    }
  }
}

TEST_F(FetcherTest, GivesAnErrorWhereNobodyListens) {
  int port = 0;
  {
    HostileServer gone([](const HostileRequest&, HostileConnection&) { return false; });
    port = gone.port();
  }
  EXPECT_EQ(fault(request("http://127.0.0.1:" + std::to_string(port) + "/")), "connect");
  EXPECT_EQ(fault(request("http://no.such.test/")), "name");
}

// The beginning of head -c 67108864 /dev/zero | gzip -9n; the rest of it are zeros.
TEST_F(FetcherTest, StopsUnpackingABombAtTheCap) {
  const Bytes head = from_hex("1f8b0800000000000203ecc1010100000080").value();
  std::string bomb(head.begin(), head.end());
  bomb.push_back('\x90');
  bomb.append("\xfe\xaf\xee\x08\x0a");
  bomb.append(65'000, '\0');
  HostileServer server([&](const HostileRequest& seen, HostileConnection& out) {
    if (seen.target == "/broken") {
      return out.send(answer(200, "this is no gzip", "Content-Encoding: gzip\r\n"));
    }
    return out.send(answer(200, bomb, "Content-Encoding: gzip\r\n"));
  });
  auto capped = request(server.url("/"));
  capped.body_cap = 1 << 20;
  auto result = fetch(capped);
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result.value().cut, Cut::kCap);
  EXPECT_EQ(result.value().body.size(), 1u << 20);

  EXPECT_EQ(fault(request(server.url("/broken"))), "encoding");
  auto raw = request(server.url("/broken"));
  raw.decode = false;
  EXPECT_EQ(as_text(fetch(raw).value().body), "this is no gzip");
}

TEST_F(FetcherTest, FetchesManyAtTheSameTime) {
  HostileServer server([](const HostileRequest& seen, HostileConnection& out) {
    return out.send(answer(200, seen.target));
  });
  std::vector<std::optional<Result<Response>>> out(100);
  TaskGroup group(io_.get_executor());
  for (std::size_t i = 0; i < out.size(); ++i) {
    group.spawn("fetch",
                fetch_into(*fetcher_, request(server.url("/" + std::to_string(i))), out[i]));
  }
  io_.restart();
  while (group.running() != 0) io_.run_one();
  for (std::size_t i = 0; i < out.size(); ++i) {
    ASSERT_TRUE(out[i] && *out[i]);
    EXPECT_EQ(as_text(out[i]->value().body), "/" + std::to_string(i));
  }
}

TEST(SystemResolver, KnowsLocalhostAndGivesUpInTime) {
  asio::io_context io;
  auto resolver = make_system_resolver(io.get_executor());
  std::optional<Result<std::vector<IpAddress>>> out;
  struct Ask {
    static Task<Result<void>> run(Resolver& r,
                                  std::optional<Result<std::vector<IpAddress>>>& into) {
      into.emplace(co_await r.resolve("localhost", std::chrono::seconds(5)));
      co_return ok();
    }
  };
  TaskGroup group(io.get_executor());
  group.spawn("ask", Ask::run(*resolver, out));
  while (group.running() != 0) io.run_one();
  ASSERT_TRUE(out && *out);
  EXPECT_EQ(classify(out->value().front()), AddressClass::kLoopback);
}

}  // namespace
}  // namespace hitokoe::net
