// What a SOCKS proxy says when it cannot: the replies of RFC 1928 section 6, and those that Tor
// adds with the flag ExtendedErrors (tor(1), SocksPort).
#pragma once

#include "hitokoe/net/fetcher.h"

namespace hitokoe::net {

FetchFault socks_fault(int reply);

// The number that libcurl's text ends with, "… (240)"; 0: none.
int socks_reply(std::string_view text);

}  // namespace hitokoe::net
