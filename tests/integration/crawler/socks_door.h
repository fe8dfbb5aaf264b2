// A SOCKS5 server (RFC 1928, user names by RFC 1929) that leads to where it is asked to and
// remembers by which names.
#pragma once

#include <boost/asio.hpp>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace hitokoe::testing {

class SocksDoor {
 public:
  SocksDoor() : acceptor_(io_, {boost::asio::ip::make_address("127.0.0.1"), 0}) {
    boost::asio::co_spawn(io_, accept(), boost::asio::detached);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~SocksDoor() {
    io_.stop();
    thread_.join();
  }
  SocksDoor(const SocksDoor&) = delete;
  SocksDoor& operator=(const SocksDoor&) = delete;

  std::string url() const {
    return "socks5h://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }
  // One for each connection, in order.
  std::vector<std::string> users() const {
    const std::scoped_lock lock(mutex_);
    return users_;
  }

 private:
  using Socket = boost::asio::ip::tcp::socket;
  using Nothing = boost::asio::awaitable<void>;
  static constexpr auto kUse = boost::asio::use_awaitable;

  Nothing accept() {
    for (;;) {
      auto socket = co_await acceptor_.async_accept(kUse);
      boost::asio::co_spawn(io_, serve(std::move(socket)), boost::asio::detached);
    }
  }

  static boost::asio::awaitable<std::string> take(Socket& from, std::size_t bytes) {
    std::string out(bytes, '\0');
    co_await boost::asio::async_read(from, boost::asio::buffer(out), kUse);
    co_return out;
  }
  static boost::asio::awaitable<std::size_t> take_length(Socket& from) {
    const auto byte = co_await take(from, 1);
    co_return static_cast<unsigned char>(byte[0]);
  }
  static Nothing say(Socket& to, std::string bytes) {
    co_await boost::asio::async_write(to, boost::asio::buffer(bytes), kUse);
  }

  Nothing serve(Socket client) {
    using namespace std::string_literals;
    co_await take(client, 1);
    const auto methods = co_await take_length(client);
    co_await take(client, methods);
    co_await say(client, "\x05\x02"s);  // a user name is wanted
    co_await take(client, 1);
    const auto name_length = co_await take_length(client);
    auto name = co_await take(client, name_length);
    const auto word_length = co_await take_length(client);
    co_await take(client, word_length);
    {
      const std::scoped_lock lock(mutex_);
      users_.push_back(std::move(name));
    }
    co_await say(client, "\x01\x00"s);
    co_await take(client, 3);
    const auto kind = co_await take_length(client);
    const auto length = kind == 3 ? co_await take_length(client) : std::size_t{4};
    auto host = co_await take(client, length);
    const auto port = co_await take(client, 2);
    if (kind != 3) {
      boost::asio::ip::address_v4::bytes_type bytes{};
      for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(host[i]);
      host = boost::asio::ip::address_v4(bytes).to_string();
    }
    Socket server(io_);
    const auto number = static_cast<unsigned short>((static_cast<unsigned char>(port[0]) << 8) |
                                                    static_cast<unsigned char>(port[1]));
    co_await server.async_connect({boost::asio::ip::make_address(host), number}, kUse);
    co_await say(client, "\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00"s);
    const auto both =
        std::make_shared<std::pair<Socket, Socket>>(std::move(client), std::move(server));
    boost::asio::co_spawn(io_, pass(both, true), boost::asio::detached);
    co_await pass(both, false);
  }

  static Nothing pass(std::shared_ptr<std::pair<Socket, Socket>> both, bool up) {
    auto& from = up ? both->first : both->second;
    auto& to = up ? both->second : both->first;
    std::string buffer(16384, '\0');
    for (;;) {
      boost::system::error_code error;
      const auto bytes = co_await from.async_read_some(boost::asio::buffer(buffer),
                                                       boost::asio::redirect_error(kUse, error));
      if (error) break;
      co_await boost::asio::async_write(to, boost::asio::buffer(buffer.data(), bytes),
                                        boost::asio::redirect_error(kUse, error));
      if (error) break;
    }
    boost::system::error_code ignored;
    to.shutdown(Socket::shutdown_send, ignored);
  }

  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  mutable std::mutex mutex_;
  std::vector<std::string> users_;
  std::thread thread_;
};

}  // namespace hitokoe::testing
