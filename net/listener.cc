#include "net/listener.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <utility>

namespace hitokoe::net {

using asio::ip::tcp;

Result<void> use_certificate(asio::ssl::context& tls, const std::filesystem::path& certificate,
                             const std::filesystem::path& private_key) {
  boost::system::error_code error;
  tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                      asio::ssl::context::no_tlsv1_1,
                  error);
  if (!error) tls.use_certificate_chain_file(certificate.string(), error);
  if (!error) tls.use_private_key_file(private_key.string(), asio::ssl::context::pem, error);
  if (error)
    return fail(Errc::kBadInput, "the TLS certificate or its key cannot be read",
                "TLS の証明書またはその鍵が読めません");
  return ok();
}

Result<std::uint16_t> listen_on(tcp::acceptor& acceptor, const std::string& address,
                                std::uint16_t port) {
  boost::system::error_code error;
  const auto numeric = asio::ip::make_address(address, error);
  if (error)
    return fail(Errc::kUsage, "the address to listen on is not numeric",
                "待ち受けるアドレスが数字の表記ではありません");
  const tcp::endpoint endpoint(numeric, port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return fail(Errc::kUnavailable,
                "cannot listen on " + address + ":" + std::to_string(port) + ": " + error.message(),
                address + ":" + std::to_string(port) + " で待ち受けできません: " + error.message());
  }
  return acceptor.local_endpoint(error).port();
}

Task<Result<void>> accept_all(Accepting server) {
  constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
  const auto executor = server.acceptor.get_executor();
  asio::steady_timer pause(executor);
  while (!server.stopping()) {
    if (server.full()) {
      co_await server.changed.async_wait(kAwait);
      continue;
    }
    tcp::socket socket(executor);
    auto [error] = co_await server.acceptor.async_accept(socket, kAwait);
    if (server.stopping() || error == asio::error::operation_aborted) break;
    if (error) {  // out of file descriptors, mostly: others will close theirs
      pause.expires_after(std::chrono::milliseconds(100));
      co_await pause.async_wait(kAwait);
      continue;
    }
    server.serve(std::move(socket));
  }
  co_return ok();
}

}  // namespace hitokoe::net
