// Cookies of an account over real connections: whose they are, how many, and who sees them.
#include "hitokoe/net/cookies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <optional>

#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/net/fetcher.h"
#include "tests/integration/net/hostile_server.h"

namespace hitokoe::net {
namespace {

using hitokoe::testing::answer;
using hitokoe::testing::HostileConnection;
using hitokoe::testing::HostileRequest;
using hitokoe::testing::HostileServer;
using ::testing::HasSubstr;
using ::testing::Not;

// Every name is this machine.
class HereResolver final : public Resolver {
 public:
  Task<Result<std::vector<IpAddress>>> resolve(std::string, Duration) override {
    co_return std::vector<IpAddress>{IpAddress::parse("127.0.0.1").value()};
  }
};

Task<Result<void>> fetch_into(Fetcher& fetcher, Request request,
                              std::optional<Result<Response>>& out) {
  out.emplace(co_await fetcher.fetch(std::move(request)));
  co_return ok();
}

class CookiesTest : public ::testing::Test {
 protected:
  CookiesTest()
      : server_([this](const HostileRequest& r, HostileConnection& out) {
          const auto cookie = r.headers.find("cookie");
          seen_ = cookie == r.headers.end() ? "" : cookie->second;
          if (r.target == "/away")
            return out.send(answer(302, "", "Location: " + at("other.test", "/x") + "\r\n"));
          if (r.target == "/home")
            return out.send(answer(302, "", "Location: /x\r\nSet-Cookie: on=way\r\n"));
          return out.send(answer(200, "text", r.target == "/set" ? sets_ : ""));
        }),
        fetcher_(make_fetcher(io_.get_executor(), resolver_, clock_)) {}

  std::string at(const std::string& host, const std::string& target) const {
    return "http://" + host + ":" + std::to_string(server_.port()) + target;
  }
  Response get(const std::string& host, const std::string& target,
               const std::shared_ptr<CookieJar>& jar, bool keep_redirect = false,
               std::optional<std::string> post = std::nullopt) {
    Request request;
    request.url = at(host, target);
    request.allow_networks.push_back(IpNetwork::parse("127.0.0.1/32").value());
    request.cookies = jar;
    request.keep_redirect = keep_redirect;
    request.post = std::move(post);
    std::optional<Result<Response>> out;
    TaskGroup group(io_.get_executor());
    group.spawn("fetch", fetch_into(*fetcher_, std::move(request), out));
    io_.restart();
    while (!out) io_.run_one();
    while (group.running() != 0) io_.run_one();
    EXPECT_TRUE(*out) << (*out ? "" : out->error().detail);
    return std::move(*out).value();
  }

  std::string sets_;
  std::string seen_;
  HostileServer server_;
  asio::io_context io_;
  SimulatedClock clock_{UtcTime{}};
  HereResolver resolver_;
  std::unique_ptr<Fetcher> fetcher_;
};

TEST_F(CookiesTest, AreSentWhereTheyBelongAndNotToAnotherAccount) {
  const auto one = std::make_shared<CookieJar>();
  const auto two = std::make_shared<CookieJar>();
  sets_ = "Set-Cookie: a=1\r\nSet-Cookie: b=2; Path=/deep\r\nSet-Cookie: c=3; Secure\r\n";
  get("shop.test", "/set", one);
  const auto response = get("shop.test", "/x", one);
  EXPECT_EQ(seen_, "a=1") << "not that of another path, nor over a connection without TLS";
  std::string headers;
  for (const auto& [name, value] : response.request_headers) headers += name + ": " + value + "\n";
  EXPECT_THAT(headers, HasSubstr("Cookie: (hidden)"));
  EXPECT_THAT(headers, Not(HasSubstr("a=1")));
  get("shop.test", "/x", two);
  EXPECT_EQ(seen_, "") << "the same connection, another account";
  get("shop.test", "/x", nullptr);
  EXPECT_EQ(seen_, "");
  get("shop.test", "/away", one);
  EXPECT_EQ(seen_, "") << "a redirect takes nothing along";
  get("shop.test", "/home", one);
  EXPECT_THAT(seen_, HasSubstr("on=way")) << "what a redirect set is there at its end";
  EXPECT_THAT(seen_, HasSubstr("a=1"));
}

TEST_F(CookiesTest, OfAPublicSuffixOrAnotherDomainAreNotTaken) {
  const auto jar = std::make_shared<CookieJar>();
  sets_ =
      "Set-Cookie: wide=1; Domain=co.jp\r\nSet-Cookie: other=1; Domain=bank.test\r\n"
      "Set-Cookie: mine=1; Domain=shop.co.jp\r\n";
  get("www.shop.co.jp", "/set", jar);
  const auto notes = jar->notes();
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].name, "mine");
  EXPECT_TRUE(notes[0].subdomains);
  get("api.shop.co.jp", "/x", jar);
  EXPECT_EQ(seen_, "mine=1");
}

TEST_F(CookiesTest, ARedirectCanBeTheAnswerAlsoToAPost) {
  const auto response = get("shop.test", "/home", std::make_shared<CookieJar>(), true, "a=b");
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(header(response.headers, "location"), "/x");
  EXPECT_EQ(server_.count("/x"), 0);
}

TEST(CookieJar, LivesOnInLines) {
  CookieJar jar;
  EXPECT_EQ(jar.add(SecretText(
                std::string("# a remark\n#HttpOnly_a.test\tFALSE\t/\tTRUE\t4000000000\tsid\tx\r\n"
                            "a.test\tFALSE\t/\tFALSE\t0\ts\ty\nno cookie\n"))),
            2u);
  CookieJar again;
  again.add(jar.lines());
  EXPECT_EQ(again.notes(), jar.notes());
  EXPECT_EQ(again.lines().expose(), jar.lines().expose());
  again.clear();
  EXPECT_EQ(again.size(), 0u);
}

TEST(CookieJar, IsBoundedPerDomainInAllAndInLength) {
  CookieJar jar;
  std::string lines;
  for (int i = 0; i < 80; ++i) {
    lines += "a.test\tFALSE\t/\tFALSE\t" + std::to_string(4'000'000'000 + i) + "\tn" +
             std::to_string(i) + "\tv\n";
  }
  lines += "a.test\tFALSE\t/\tFALSE\t0\tlong\t" + std::string(5000, 'x') + "\n";
  jar.add(SecretText(lines));
  EXPECT_EQ(jar.size(), CookieJar::kMostPerDomain);
  const auto notes = jar.notes();
  for (const auto& note : notes) EXPECT_NE(note.name, "n0") << "those that end first go first";
}

}  // namespace
}  // namespace hitokoe::net
