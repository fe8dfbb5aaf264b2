// What a capture says of the server's certificates: on a fresh connection and on a kept one.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "hitokoe/base/log.h"
#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/net/cookies.h"
#include "hitokoe/net/fetcher.h"
#include "hitokoe/net/http_server.h"
#include "hitokoe/net/tls_certificate.h"
#include "tests/integration/sealed_network.h"
#include "tests/integration/testbed.h"

namespace hitokoe::net {
namespace {

using hitokoe::testing::Testbed;

constexpr const char* kPublic = "192.31.196.77";

Task<HttpResponse> hello(const HttpRequest&) {
  HttpResponse response;
  response.body = "hello";
  co_return response;
}

Task<HttpResponse> led_down(const HttpRequest&) {
  HttpResponse response;
  response.status = 302;
  response.headers.emplace_back("Location", "http://tls.test/");
  co_return response;
}

struct Answers {
  std::optional<Result<Response>> first;
  std::optional<Result<Response>> again;
  std::optional<Result<Response>> down;  // led to http, with cookies
};

Task<Result<void>> ask_twice(Fetcher& fetcher, HttpServer& server, Request request, Answers& out) {
  out.first.emplace(co_await fetcher.fetch(request));
  out.again.emplace(co_await fetcher.fetch(request));
  request.url += "down";
  request.cookies = std::make_shared<CookieJar>();
  out.down.emplace(co_await fetcher.fetch(request));
  co_await server.stop(std::chrono::seconds(1));
  co_return ok();
}

// By another program.
std::string digest_by_openssl(const std::filesystem::path& certificate) {
  FILE* pipe = ::popen(
      ("openssl x509 -in '" + certificate.string() + "' -outform DER | sha256sum").c_str(), "r");
  std::array<char, 65> hex{};
  const auto n = std::fread(hex.data(), 1, 64, pipe);
  ::pclose(pipe);
  return std::string(hex.data(), n);
}

TEST(Certificates, AreThoseThatTheServerShowed) {
  ASSERT_EQ(hitokoe::testing::seal_network({kPublic}), "");
  Testbed names("names", hitokoe::testing::kNameServerPort);
  ASSERT_EQ(names.started(), 0) << names.said();
  names.seed({"A", "tls.test", kPublic});
  ScratchFolder folder;
  const auto files = make_certificate(folder.path(), {"tls.test"}, SystemClock().now());
  ASSERT_TRUE(files) << files.error().detail;
  // This process trusts it, and nothing else.
  ASSERT_EQ(::mount(files.value().certificate.c_str(), "/etc/ssl/certs/ca-certificates.crt",
                    nullptr, MS_BIND, nullptr),
            0);

  asio::io_context io;
  HttpServerOptions options;
  options.address = kPublic;
  options.certificate = files.value().certificate;
  options.private_key = files.value().private_key;
  HttpServer server(io.get_executor(), options, Logger::silent());
  server.route("GET", "/", [](const HttpRequest& request) { return hello(request); });
  server.route("GET", "/down", [](const HttpRequest& r) { return led_down(r); });
  ASSERT_TRUE(server.start());

  SimulatedClock clock{UtcTime{}};
  const auto resolver = make_system_resolver(io.get_executor());
  const auto fetcher = make_fetcher(io.get_executor(), *resolver, clock);
  Request request;
  request.url = "https://tls.test:" + std::to_string(server.port()) + "/";
  Answers answers;
  TaskGroup group(io.get_executor());
  group.spawn("ask", ask_twice(*fetcher, server, request, answers));
  io.run();

  const std::vector<std::string> expected{digest_by_openssl(files.value().certificate)};
  ASSERT_TRUE(*answers.first) << answers.first->error().detail;
  EXPECT_EQ(answers.first->value().certificates, expected);
  EXPECT_EQ(answers.first->value().protocol, "HTTP/1.1");
  ASSERT_TRUE(*answers.again) << answers.again->error().detail;
  EXPECT_EQ(answers.again->value().certificates, expected) << "a kept connection";
  ASSERT_FALSE(*answers.down) << "cookies do not go on in plain text";
  EXPECT_EQ(fault_name(answers.down->error()), to_string(FetchFault::kScheme));
}

}  // namespace
}  // namespace hitokoe::net
