// Bodies that are read as they come: pieces, limits, clients that lie or go away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <thread>

#include "hitokoe/net/http_server.h"
#include "tests/unit/net/raw_client.h"

namespace hitokoe::net {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Seen {
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> largest{0};
  std::atomic<int> cut{0};
  std::atomic<int> too_long{0};
};

Task<HttpResponse> take(Seen& seen, const HttpRequest& request, HttpBody& body) {
  HttpResponse response;
  if (request.query.contains("refuse")) {
    response.status = 403;
    co_return response;
  }
  std::uint64_t total = 0;
  for (;;) {
    const auto piece = co_await body.next();
    if (!piece) {
      ++(piece.error().code == Errc::kLimit ? seen.too_long : seen.cut);
      response.status = piece.error().code == Errc::kLimit ? 413 : 400;
      co_return response;
    }
    if (!piece.value()) break;
    total += piece.value()->size();
    seen.largest = std::max<std::uint64_t>(seen.largest, piece.value()->size());
  }
  seen.bytes += total;
  response.body = "took " + std::to_string(total) + "\n";
  co_return response;
}

Task<HttpResponse> hello(const HttpRequest&) {
  HttpResponse response;
  response.body = "hello\n";
  co_return response;
}

class HttpUploadTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kMost = 4U << 20;

  void SetUp() override {
    server.route_upload("POST", "/up", kMost,
                        [this](const HttpRequest& r, HttpBody& b) { return take(seen, r, b); });
    server.route("GET", "/hello", hello);
    ASSERT_TRUE(server.start());
    runs = std::thread([this] { io.run(); });
  }
  void TearDown() override {
    asio::co_spawn(io, server.stop(std::chrono::seconds(1)), asio::use_future).get();
    runs.join();
  }
  static std::string head(const std::string& more, const std::string& target = "/up") {
    return "POST " + target + " HTTP/1.1\r\nHost: a\r\n" + more + "\r\n";
  }

  Seen seen;
  asio::io_context io;
  HttpServer server{io.get_executor(),
                    {.body_bytes = 1024, .read_timeout = std::chrono::milliseconds(300)},
                    Logger::silent()};
  std::thread runs;
};

TEST_F(HttpUploadTest, TakesFarMoreThanAnOrdinaryBodyInPieces) {
  RawClient client(server.port());
  const std::string body(3U << 20, 'x');
  ASSERT_TRUE(client.send(head("Content-Length: " + std::to_string(body.size()) + "\r\n")));
  ASSERT_TRUE(client.send(body));
  EXPECT_THAT(client.read_until("\n"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(client.read_until("took 3145728\n"), HasSubstr("took 3145728\n"));
  EXPECT_LE(seen.largest, 64U << 10);
  // The connection goes on.
  ASSERT_TRUE(client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_THAT(client.read_until("hello\n"), HasSubstr("hello\n"));
}

TEST_F(HttpUploadTest, TakesChunks) {
  RawClient client(server.port());
  ASSERT_TRUE(client.send(head("Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n10\r\n" +
                          std::string(16, 'y') + "\r\n0\r\n\r\n"));
  EXPECT_THAT(client.read_until("took 19\n"), HasSubstr("took 19\n"));
}

TEST_F(HttpUploadTest, AClientThatWaitsIsToldToGoOnOnlyIfItIsWanted) {
  RawClient client(server.port());
  const std::string waits = "Content-Length: 5\r\nExpect: 100-continue\r\n";
  ASSERT_TRUE(client.send(head(waits)));
  EXPECT_THAT(client.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 100 Continue\r\n"));
  ASSERT_TRUE(client.send("12345"));
  EXPECT_THAT(client.read_until("took 5\n"), HasSubstr("took 5\n"));
  RawClient other(server.port());
  ASSERT_TRUE(other.send(head(waits, "/up?refuse=1")));
  const auto refused = other.read_until("\r\n\r\n");
  EXPECT_THAT(refused, AllOf(StartsWith("HTTP/1.1 403"), HasSubstr("Connection: close")));
}

TEST_F(HttpUploadTest, RefusesWhatSaysThatItIsTooLongBeforeItComes) {
  RawClient client(server.port());
  ASSERT_TRUE(client.send(head("Content-Length: " + std::to_string(kMost + 1) + "\r\n")));
  EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 413"));
  EXPECT_EQ(seen.too_long, 0) << "the handler was not called";
}

TEST_F(HttpUploadTest, StopsChunksThatNeverEndAtTheLimit) {
  RawClient client(server.port());
  ASSERT_TRUE(client.send(head("Transfer-Encoding: chunked\r\n")));
  const std::string chunk = "10000\r\n" + std::string(65536, 'z') + "\r\n";
  for (int i = 0; i < 100 && client.send(chunk); ++i) {
  }
  EXPECT_THAT(client.read_all(), HasSubstr("HTTP/1.1 413"));
  EXPECT_EQ(seen.too_long, 1);
}

TEST_F(HttpUploadTest, NoticesACutAndALieAboutTheLength) {
  {
    RawClient client(server.port());
    ASSERT_TRUE(client.send(head("Content-Length: 1000\r\n") + "only this"));
  }
  RawClient silent(server.port());
  ASSERT_TRUE(silent.send(head("Content-Length: 1000\r\n") + "and then nothing"));
  EXPECT_EQ(silent.read_all(), "") << "what is too slow is cut";
  RawClient wrong(server.port());
  ASSERT_TRUE(wrong.send(head("Transfer-Encoding: chunked\r\n") + "zz\r\nnot hexadecimal"));
  EXPECT_THAT(wrong.read_all(), StartsWith("HTTP/1.1 400"));
  EXPECT_EQ(seen.bytes, 0U);
  EXPECT_EQ(seen.cut, 3);
}

}  // namespace
}  // namespace hitokoe::net
