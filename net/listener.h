// What every server does: an address, a port, a certificate, and taking connections.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "hitokoe/base/async.h"
#include "hitokoe/base/result.h"

namespace hitokoe::net {

// TLS 1.2 and later. kBadInput: the PEM files cannot be read or do not belong together.
Result<void> use_certificate(boost::asio::ssl::context& tls,
                             const std::filesystem::path& certificate,
                             const std::filesystem::path& private_key);

// @return the port; `port` 0: any free one. kUsage: the address is not numeric. kUnavailable: it
// cannot be had.
Result<std::uint16_t> listen_on(boost::asio::ip::tcp::acceptor& acceptor,
                                const std::string& address, std::uint16_t port);

// How accept_all() sees its server. All of it lives on the server's thread, as long as the loop.
struct Accepting {
  boost::asio::ip::tcp::acceptor& acceptor;
  boost::asio::steady_timer& changed;  // cancelled whenever a connection ends
  std::function<bool()> stopping;
  std::function<bool()> full;  // no connection is taken before `changed`
  std::function<void(boost::asio::ip::tcp::socket)> serve;
};
// Takes connections until the server stops or the acceptor is closed.
Task<Result<void>> accept_all(Accepting server);

}  // namespace hitokoe::net
