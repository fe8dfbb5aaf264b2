#include "tests/unit/net/raw_client.h"

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <optional>

namespace hitokoe::net {

namespace asio = boost::asio;
using asio::ip::tcp;

struct RawClient::Impl {
  asio::io_context io;
  asio::ssl::context context{asio::ssl::context::tls_client};
  tcp::socket socket{io};
  std::optional<asio::ssl::stream<tcp::socket&>> secure;
  std::string pending;
};

RawClient::RawClient(std::uint16_t port) : impl_(std::make_unique<Impl>()) {
  impl_->socket.connect({asio::ip::make_address("127.0.0.1"), port});
  impl_->socket.set_option(tcp::no_delay(true));
  const timeval limit{5, 0};
  setsockopt(impl_->socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

RawClient::~RawClient() = default;

bool RawClient::start_tls(const std::filesystem::path& trusted, const std::string& name) {
  boost::system::error_code error;
  impl_->context.load_verify_file(trusted.string(), error);
  impl_->context.set_verify_mode(asio::ssl::verify_peer);
  impl_->secure.emplace(impl_->socket, impl_->context);
  impl_->secure->set_verify_callback(asio::ssl::host_name_verification(name));
  impl_->secure->handshake(asio::ssl::stream_base::client, error);
  return !error;
}

bool RawClient::send(std::string_view bytes) {
  boost::system::error_code error;
  if (impl_->secure) {
    asio::write(*impl_->secure, asio::buffer(bytes), error);
  } else {
    asio::write(impl_->socket, asio::buffer(bytes), error);
  }
  return !error;
}

std::string RawClient::read_until(std::string_view end) {
  std::string got = std::move(impl_->pending);
  impl_->pending.clear();
  char piece[4096];
  for (;;) {
    if (const auto at = got.find(end); at != std::string::npos) {
      impl_->pending = got.substr(at + end.size());
      got.resize(at + end.size());
      return got;
    }
    boost::system::error_code error;
    std::size_t n = 0;
    if (impl_->secure) {
      n = impl_->secure->read_some(asio::buffer(piece), error);
    } else {
      // Not through Asio: it would wait again where the receive timeout has passed.
      const auto read = ::recv(impl_->socket.native_handle(), piece, sizeof piece, 0);
      if (read <= 0) return got;
      n = static_cast<std::size_t>(read);
    }
    if (error) return got;
    got.append(piece, n);
  }
}

bool RawClient::closed() {
  char one;
  return ::recv(impl_->socket.native_handle(), &one, 1, 0) <= 0 && errno != EAGAIN;
}

}  // namespace hitokoe::net
