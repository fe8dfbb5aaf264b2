#include "hitokoe/net/tor_control.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <string>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/file.h"

namespace hitokoe::net {

namespace {

using asio::ip::tcp;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kLongestAnswer = 4096;
constexpr std::uint64_t kLongestCookie = 1024;

asio::ip::address asio_address(const IpAddress& from) {
  if (from.is_v4()) return asio::ip::address_v4(from.v4_value());
  return asio::ip::address_v6(from.bytes());
}

class Renewer final : public CircuitRenewer {
 public:
  explicit Renewer(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  Task<Result<void>> renew(TorControl control, Duration timeout) override {
    CO_TRY(const auto cookie, read_file(control.cookie, kLongestCookie));
    const auto talk = std::make_shared<Talk>(executor_);
    talk->limit.expires_after(timeout);
    talk->limit.async_wait([talk](const boost::system::error_code& error) {
      if (error) return;
      talk->timed_out = true;
      boost::system::error_code ignored;
      talk->socket.close(ignored);
    });
    auto done = co_await converse(*talk, control, to_hex(cookie));
    talk->limit.cancel();
    boost::system::error_code ignored;
    talk->socket.close(ignored);
    if (!done && talk->timed_out) {
      co_return fail(Errc::kTimeout, "the control port of Tor does not answer in time",
                     "Tor の制御ポートが時間内に応えません");
    }
    co_return done;
  }

 private:
  struct Talk {
    explicit Talk(const asio::any_io_executor& executor) : socket(executor), limit(executor) {}
    tcp::socket socket;
    asio::steady_timer limit;
    std::string in;
    bool timed_out = false;
  };

  static auto unavailable(const boost::system::error_code& error) {
    return error == asio::error::operation_aborted
               ? fail(Errc::kCancelled, "stopped", "停止しました")
               : fail(Errc::kUnavailable, "the control port of Tor does not answer",
                      "Tor の制御ポートが応えません");
  }

  // One command and the status of its answer.
  static Task<Result<std::string>> say(Talk& talk, std::string command) {
    const auto [written, n] =
        co_await asio::async_write(talk.socket, asio::buffer(command), kTuple);
    if (written) co_return unavailable(written);
    for (;;) {
      const auto [read, size] = co_await asio::async_read_until(
          talk.socket, asio::dynamic_buffer(talk.in, kLongestAnswer), "\r\n", kTuple);
      if (read) co_return unavailable(read);
      const std::string line = talk.in.substr(0, size);
      talk.in.erase(0, size);
      // "250-…" goes on, "250 …" ends.
      if (line.size() > 4 && line[3] == ' ') co_return line.substr(0, 3);
    }
  }

  static Task<Result<void>> converse(Talk& talk, TorControl control, std::string cookie) {
    const auto [failed] = co_await talk.socket.async_connect(
        tcp::endpoint(asio_address(control.address), control.port), kTuple);
    if (failed) co_return unavailable(failed);
    CO_TRY(const auto known, co_await say(talk, "AUTHENTICATE " + cookie + "\r\n"));
    if (known != "250") {
      co_return fail(Errc::kForbidden, "Tor does not take this cookie",
                     "Tor がこのクッキーを受け付けません");
    }
    CO_TRY(const auto renewed, co_await say(talk, "SIGNAL NEWNYM\r\n"));
    if (renewed != "250") {
      co_return fail(Errc::kUnavailable, "Tor makes no new circuits", "Tor が回線を作り直しません");
    }
    co_return ok();
  }

  asio::any_io_executor executor_;
};

}  // namespace

std::unique_ptr<CircuitRenewer> make_circuit_renewer(asio::any_io_executor executor) {
  return std::make_unique<Renewer>(std::move(executor));
}

}  // namespace hitokoe::net
