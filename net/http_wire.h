// A connection of the HTTP server, plain or under TLS, and Beast's parser fed from it. The server
// is compiled once for both; Beast's own reading and writing, compiled for each kind of stream,
// takes minutes under sanitizers.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <memory>

#include "hitokoe/base/async.h"

namespace hitokoe::net {

class Wire {
 public:
  using Error = boost::system::error_code;
  struct Read {
    Error error;
    std::size_t bytes = 0;
  };

  virtual ~Wire() = default;
  virtual Task<Error> open() = 0;  // the handshake
  virtual Task<Read> read_some(asio::mutable_buffer into) = 0;
  virtual Task<Error> write(std::array<asio::const_buffer, 2> all) = 0;  // both, whole
  virtual Task<void> end() = 0;  // tells the other side that nothing more comes
  // Below TLS: deadlines of what is awaited next, and the cut.
  virtual boost::beast::tcp_stream& lowest() = 0;
};

std::unique_ptr<Wire> make_plain_wire(asio::ip::tcp::socket socket);
// `context` outlives it.
std::unique_ptr<Wire> make_tls_wire(asio::ip::tcp::socket socket, asio::ssl::context& context);

// One step of a request: parses what is there, and reads more where that is not enough. Errors are
// the parser's; end_of_stream where nothing came at all, partial_message within one, and those of
// the connection.
Task<Wire::Error> advance(Wire& wire, boost::beast::flat_buffer& buffer,
                          boost::beast::http::basic_parser<true>& parser);

Task<Wire::Error> read_header(Wire& wire, boost::beast::flat_buffer& buffer,
                              boost::beast::http::basic_parser<true>& parser);
Task<Wire::Error> read_whole(Wire& wire, boost::beast::flat_buffer& buffer,
                             boost::beast::http::basic_parser<true>& parser);

}  // namespace hitokoe::net
