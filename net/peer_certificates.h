// Which certificates the server showed on the connection of a running transfer.
#pragma once

#include <curl/curl.h>

#include <string>
#include <vector>

namespace hitokoe::net {

// SHA-256 (hex) of each certificate (DER) as it was sent, the server's own first; empty without
// TLS. Only while the transfer runs. Right on kept connections, too: asked of the connection
// itself.
std::vector<std::string> peer_certificates(CURL* easy);

}  // namespace hitokoe::net
