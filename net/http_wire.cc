#include "net/http_wire.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

namespace hitokoe::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// One read of this size takes a usual request whole.
constexpr std::size_t kReadBytes = 64U << 10;

class PlainWire final : public Wire {
 public:
  explicit PlainWire(tcp::socket socket) : stream_(std::move(socket)) {}

  Task<Error> open() override { co_return Error(); }
  Task<Read> read_some(asio::mutable_buffer into) override {
    auto [error, n] = co_await stream_.async_read_some(into, kAwait);
    co_return Read{error, n};
  }
  Task<Error> write(std::array<asio::const_buffer, 2> all) override {
    auto [error, n] = co_await asio::async_write(stream_, all, kAwait);
    co_return error;
  }
  Task<void> end() override {
    Error ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    co_return;
  }
  beast::tcp_stream& lowest() override { return stream_; }

 private:
  beast::tcp_stream stream_;
};

class TlsWire final : public Wire {
 public:
  TlsWire(tcp::socket socket, asio::ssl::context& context)
      : stream_(beast::tcp_stream(std::move(socket)), context) {}

  Task<Error> open() override {
    auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kAwait);
    co_return error;
  }
  Task<Read> read_some(asio::mutable_buffer into) override {
    auto [error, n] = co_await stream_.async_read_some(into, kAwait);
    co_return Read{error, n};
  }
  Task<Error> write(std::array<asio::const_buffer, 2> all) override {
    auto [error, n] = co_await asio::async_write(stream_, all, kAwait);
    co_return error;
  }
  Task<void> end() override { co_await stream_.async_shutdown(kAwait); }
  beast::tcp_stream& lowest() override { return beast::get_lowest_layer(stream_); }

 private:
  beast::ssl_stream<beast::tcp_stream> stream_;
};

}  // namespace

std::unique_ptr<Wire> make_plain_wire(tcp::socket socket) {
  return std::make_unique<PlainWire>(std::move(socket));
}

std::unique_ptr<Wire> make_tls_wire(tcp::socket socket, asio::ssl::context& context) {
  return std::make_unique<TlsWire>(std::move(socket), context);
}

Task<Wire::Error> advance(Wire& wire, beast::flat_buffer& buffer,
                          http::basic_parser<true>& parser) {
  for (;;) {
    if (buffer.size() > 0) {
      Wire::Error error;
      const auto used = parser.put(buffer.data(), error);
      buffer.consume(used);
      const bool lacks = error == http::error::need_more || (!error && used == 0);
      if (!lacks) co_return error;
    }
    const auto room = std::min(kReadBytes, buffer.max_size() - buffer.size());
    if (room == 0) co_return http::error::buffer_overflow;
    const auto read = co_await wire.read_some(buffer.prepare(room));
    buffer.commit(read.bytes);
    if (!read.error) continue;
    if (read.error != asio::error::eof) co_return read.error;
    if (!parser.got_some()) co_return http::error::end_of_stream;
    Wire::Error error;
    parser.put_eof(error);
    co_return error;
  }
}

Task<Wire::Error> read_header(Wire& wire, beast::flat_buffer& buffer,
                              http::basic_parser<true>& parser) {
  parser.eager(false);
  while (!parser.is_header_done()) {
    if (const auto error = co_await advance(wire, buffer, parser)) co_return error;
  }
  co_return Wire::Error();
}

Task<Wire::Error> read_whole(Wire& wire, beast::flat_buffer& buffer,
                             http::basic_parser<true>& parser) {
  parser.eager(true);
  while (!parser.is_done()) {
    if (const auto error = co_await advance(wire, buffer, parser)) co_return error;
  }
  co_return Wire::Error();
}

}  // namespace hitokoe::net
