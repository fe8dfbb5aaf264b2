#include "hitokoe/net/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_future.hpp>
#include <thread>

#include "hitokoe/base/file.h"
#include "hitokoe/net/tls_certificate.h"
#include "tests/scratch_folder.h"
#include "tests/unit/net/raw_client.h"

namespace hitokoe::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Task<HttpResponse> echo(const HttpRequest& request) {
  HttpResponse response;
  response.body = request.method + " " + request.path;
  for (const auto& [name, value] : request.params) response.body += " " + name + "=" + value;
  for (const auto& [name, value] : request.query) response.body += " " + name + ":" + value;
  response.body += " body " + std::to_string(request.body.size()) + "\n";
  co_return response;
}

Task<HttpResponse> broken(const HttpRequest&) {
  throw std::runtime_error("a library's own words");
  co_return HttpResponse();
}

struct Gate {
  explicit Gate(asio::any_io_executor e) : timer(e) {
    timer.expires_at(asio::steady_timer::time_point::max());
  }
  asio::steady_timer timer;
  std::atomic<int> waiting{0};
};

Task<HttpResponse> wait_at(Gate& gate) {
  ++gate.waiting;
  boost::system::error_code error;
  co_await gate.timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  HttpResponse response;
  response.body = "passed\n";
  co_return response;
}

// "one", and when the gate is opened "two".
Task<std::optional<std::string>> next_of(Gate& gate, std::shared_ptr<int> given) {
  switch ((*given)++) {
    case 0:
      co_return "one\n";
    case 1: {
      ++gate.waiting;
      boost::system::error_code error;
      co_await gate.timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
      co_return "two\n";
    }
    case 2:
      co_return "";  // nothing yet: no end
    default:
      co_return std::nullopt;
  }
}

Task<HttpResponse> pieces(Gate& gate) {
  HttpResponse response;
  response.next = [&gate, given = std::make_shared<int>(0)] { return next_of(gate, given); };
  co_return response;
}

class HttpServerTest : public testing::Test {
 protected:
  void start(HttpServerOptions options = {}) {
    gate_ = std::make_unique<Gate>(io_.get_executor());
    server_ = std::make_unique<HttpServer>(io_.get_executor(), options, Logger::silent());
    server_->route("GET", "/things/{id}", echo);
    server_->route("POST", "/things", echo);
    server_->route("GET", "/broken", broken);
    server_->route("GET", "/gate", [this](const HttpRequest&) { return wait_at(*gate_); });
    server_->route("GET", "/pieces", [this](const HttpRequest&) { return pieces(*gate_); });
    ASSERT_TRUE(server_->start());
    thread_ = std::thread([this] { io_.run(); });
  }
  void stop(Duration grace) {
    asio::co_spawn(io_, server_->stop(grace), asio::use_future).get();
    stopped_ = true;
  }
  void open_gate() {
    // Also for those who come to it later.
    asio::post(io_, [this] { gate_->timer.expires_at(asio::steady_timer::time_point::min()); });
  }
  void TearDown() override {
    if (!thread_.joinable()) return;
    if (!stopped_) stop(milliseconds(0));
    thread_.join();
  }
  std::string exchange(std::string_view request) {
    RawClient client(server_->port());
    client.send(request);
    return client.read_all();
  }

  asio::io_context io_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
  bool stopped_ = false;
};

TEST_F(HttpServerTest, GivesDecodedParametersToTheRoute) {
  start();
  const auto answer = exchange(
      "GET /things/a%20b?x=1+2&y=%E4%B8%80&x=3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("GET /things/a b id=a b x:1 2 y:一 body 0\n"));
}

TEST_F(HttpServerTest, AnswersHeadWithoutABody) {
  start();
  const auto answer = exchange("HEAD /things/7 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: "));
  EXPECT_THAT(answer, testing::EndsWith("\r\n\r\n"));
}

TEST_F(HttpServerTest, SendsEachPieceOfABodyAsItComes) {
  start();
  RawClient client(server_->port());
  client.send("GET /pieces HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.read_until("\r\n4\r\none\n\r\n"),
              testing::AllOf(HasSubstr("Transfer-Encoding: chunked\r\n"),
                             Not(HasSubstr("Content-Length")), HasSubstr("\r\n4\r\none\n")));
  open_gate();
  EXPECT_EQ(client.read_until("\r\n0\r\n\r\n"), "4\r\ntwo\n\r\n0\r\n\r\n");
  client.send("GET /things/7 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.read_until("body 0\n"), HasSubstr("id=7"));
}

TEST_F(HttpServerTest, SendsPiecesWithoutChunksToAnOldClient) {
  start();
  RawClient client(server_->port());
  client.send("GET /pieces HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.read_until("one\n"), Not(HasSubstr("chunked")));
  open_gate();
  EXPECT_EQ(client.read_all(), "two\n");
  EXPECT_THAT(exchange("HEAD /pieces HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
              Not(HasSubstr("one")));
}

TEST_F(HttpServerTest, AStopDoesNotWaitForPiecesThatMayCome) {
  start();
  RawClient client(server_->port());
  client.send("GET /pieces HTTP/1.1\r\nHost: h\r\n\r\n");
  client.read_until("one\n");
  while (gate_->waiting == 0) std::this_thread::yield();
  const auto begun = std::chrono::steady_clock::now();
  stop(seconds(60));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(30));
}

TEST_F(HttpServerTest, TellsUnknownPathsFromWrongMethods) {
  start();
  EXPECT_THAT(exchange("GET /secret-name HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
              testing::AllOf(StartsWith("HTTP/1.1 404"), Not(HasSubstr("secret-name"))));
  EXPECT_THAT(exchange("DELETE /things HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
              testing::AllOf(StartsWith("HTTP/1.1 405"), HasSubstr("Allow: POST")));
}

TEST_F(HttpServerTest, RefusesInTheLanguageThatIsAskedFor) {
  start({.body_bytes = 10});
  const auto ask = [&](const std::string& line, const std::string& languages) {
    return exchange(line + " HTTP/1.1\r\nHost: h\r\nAccept-Language: " + languages +
                    "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  };
  EXPECT_THAT(ask("GET /nowhere", "ja,en;q=0.5"),
              testing::AllOf(StartsWith("HTTP/1.1 404"), HasSubstr("Content-Language: ja\r\n"),
                             HasSubstr("Vary: Accept-Language\r\n"),
                             HasSubstr("そのような資源はありません")));
  EXPECT_THAT(ask("GET /nowhere", "en,ja;q=0.5"),
              testing::AllOf(HasSubstr("Content-Language: en\r\n"), HasSubstr("no such resource")));
  EXPECT_THAT(ask("DELETE /things", "ja"), HasSubstr("この資源では使えないメソッド"));
  EXPECT_THAT(ask("GET /broken", "ja"), HasSubstr("内部エラー"));
  EXPECT_THAT(ask("GET /%zz", "ja"), HasSubstr("要求の対象の形式が正しくありません"));
  EXPECT_THAT(exchange("POST /things HTTP/1.1\r\nHost: h\r\nAccept-Language: ja\r\n"
                       "Content-Length: 11\r\n\r\n12345678901"),
              testing::AllOf(StartsWith("HTTP/1.1 413"), HasSubstr("要求の本文が大きすぎます")));
}

TEST_F(HttpServerTest, KeepsAConnectionForSeveralRequestsEvenPipelined) {
  start();
  RawClient client(server_->port());
  client.send("GET /things/1 HTTP/1.1\r\nHost: h\r\n\r\nGET /things/2 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.read_until("body 0\n"), HasSubstr("id=1"));
  EXPECT_THAT(client.read_until("body 0\n"), HasSubstr("id=2"));
  client.send("GET /things/3 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.read_until("body 0\n"), HasSubstr("id=3"));
}

TEST_F(HttpServerTest, TakesARequestInAnyTwoPieces) {
  start();
  const std::string request =
      "POST /things?a=b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    RawClient client(server_->port());
    client.send(request.substr(0, cut));
    client.send(request.substr(cut));
    EXPECT_THAT(client.read_until("body 5\n"), HasSubstr("POST /things a:b body 5\n")) << cut;
  }
}

TEST_F(HttpServerTest, RefusesMalformedRequestsWithoutRepeatingThem) {
  start();
  for (const std::string_view request :
       {"nonsense\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon here\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "GET relative HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        "GET /%0aX HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        "GET /a% HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        "POST /things HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
        "POST /things HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
    const auto answer = exchange(request);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 ")) << request;
    EXPECT_THAT(answer, Not(HasSubstr("no colon here")));
  }
}

TEST_F(HttpServerTest, RefusesAHeaderOverTheLimit) {
  start({.header_bytes = 1000});
  EXPECT_THAT(exchange("GET / HTTP/1.1\r\nX: " + std::string(5000, 'x') + "\r\nHost: h\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpServerTest, RefusesABodyOverTheLimitHoweverItComes) {
  start({.body_bytes = 100});
  EXPECT_THAT(exchange("POST /things HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n" +
                       std::string(101, 'x')),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(
      exchange("POST /things HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n" +
               std::string(255, 'x') + "\r\n0\r\n\r\n"),
      StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, CutsAClientThatNeverFinishesItsRequest) {
  start({.read_timeout = milliseconds(50)});
  RawClient client(server_->port());
  client.send("GET /things/1 HT");
  EXPECT_TRUE(client.closed());
}

TEST_F(HttpServerTest, ClosesAConnectionThatStaysSilent) {
  start({.idle_timeout = milliseconds(50)});
  RawClient client(server_->port());
  EXPECT_TRUE(client.closed());
}

TEST_F(HttpServerTest, HidesWhatAHandlerThrew) {
  start();
  EXPECT_THAT(exchange("GET /broken HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
              testing::AllOf(StartsWith("HTTP/1.1 500 "), Not(HasSubstr("library"))));
}

TEST_F(HttpServerTest, ServesNoMoreThanItsBoundAtATimeAndTheRestLater) {
  start({.connections = 2});
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<RawClient>(server_->port()));
    clients.back()->send("GET /things/1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  }
  for (auto& client : clients) EXPECT_THAT(client->read_all(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, FinishesRunningRequestsWhenItStops) {
  start();
  RawClient idle(server_->port());
  RawClient busy(server_->port());
  busy.send("GET /gate HTTP/1.1\r\nHost: h\r\n\r\n");
  while (gate_->waiting == 0) std::this_thread::yield();
  auto stopped = asio::co_spawn(io_, server_->stop(seconds(5)), asio::use_future);
  EXPECT_TRUE(idle.closed());
  open_gate();
  EXPECT_THAT(busy.read_all(), testing::AllOf(HasSubstr("passed\n"), HasSubstr("close")));
  stopped.get();
  stopped_ = true;
}

TEST_F(HttpServerTest, CutsWhatRunsLongerThanTheGrace) {
  start();
  RawClient busy(server_->port());
  busy.send("GET /gate HTTP/1.1\r\nHost: h\r\n\r\n");
  while (gate_->waiting == 0) std::this_thread::yield();
  stop(milliseconds(20));
  EXPECT_EQ(busy.read_all(), "");
}

TEST_F(HttpServerTest, RefusesAnAddressThatIsTaken) {
  start();
  HttpServer second(io_.get_executor(), {.port = server_->port()}, Logger::silent());
  const auto bound = second.start();
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().code, Errc::kUnavailable);
}

TEST_F(HttpServerTest, SpeaksTlsWithACertificateOfItsOwn) {
  const ScratchFolder folder;
  const auto files =
      make_certificate(folder.path(), {"localhost", "127.0.0.1"}, SystemClock().now());
  ASSERT_TRUE(files);
  start({.certificate = files.value().certificate, .private_key = files.value().private_key});
  EXPECT_THAT(server_->base_url(), StartsWith("https://127.0.0.1:"));
  RawClient client(server_->port());
  ASSERT_TRUE(client.start_tls(files.value().certificate, "localhost"));
  client.send("GET /things/1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.read_all(), HasSubstr("id=1"));
  RawClient other(server_->port());
  EXPECT_FALSE(other.start_tls(files.value().certificate, "elsewhere.test"));
}

TEST(HttpRequestTest, FindsHeadersInAnyCase) {
  HttpRequest request;
  request.headers = {{"AUTHORIZATION", "a"}, {"authorization", "b"}};
  EXPECT_EQ(request.header("Authorization"), "a");
  EXPECT_EQ(request.header("Accept"), std::nullopt);
}

TEST(ProblemTest, IsJsonWhateverTheDetail) {
  const Words detail{"a \"quoted\"\nword", "「引用」"};
  EXPECT_EQ(problem(404, detail, Language::kEnglish).body,
            "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,"
            "\"detail\":\"a \\\"quoted\\\" word\"}\n");
  EXPECT_EQ(problem(404, detail, Language::kJapanese).body,
            "{\"type\":\"about:blank\",\"title\":\"見つかりません\",\"status\":404,"
            "\"detail\":\"「引用」\"}\n");
}

TEST(AcceptLanguageTest, ThePreferredOfTheTwoIsTaken) {
  for (const auto* japanese : {"ja", "JA", "ja-JP", "ja,en;q=0.8", "en;q=0.1, ja ; q=0.15",
                               "fr, ja;q=0.5, en;q=0.499", "ja;q=0.001"}) {
    EXPECT_EQ(accepted_language(japanese), Language::kJapanese) << japanese;
  }
  for (const auto* english :
       {"", "*", "en", "en-GB,ja;q=0.9", "fr", "ja;q=0", "ja;q=0.5,en", "ja;q=x", "jaw", ",;,q="}) {
    EXPECT_EQ(accepted_language(english), Language::kEnglish) << english;
  }
}

TEST(TlsCertificateTest, KeepsWhatIsStillGoodAndRenewsWhatIsNot) {
  const ScratchFolder scratch;
  const auto folder = scratch / "certificate";
  const UtcTime now = SystemClock().now();
  const auto first = make_certificate(folder, {"localhost"}, now, 2);
  ASSERT_TRUE(first);
  const auto written = read_file(first.value().certificate);
  ASSERT_TRUE(make_certificate(folder, {"localhost"}, now, 2));
  EXPECT_EQ(read_file(first.value().certificate).value(), written.value());
  ASSERT_TRUE(make_certificate(folder, {"localhost"}, now + std::chrono::hours(30), 2));
  EXPECT_NE(read_file(first.value().certificate).value(), written.value());
}

}  // namespace
}  // namespace hitokoe::net
