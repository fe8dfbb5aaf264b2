// What every server does before it accepts: an address, a port, a certificate.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <filesystem>
#include <string>

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

}  // namespace hitokoe::net
