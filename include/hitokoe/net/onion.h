// Names of onion services, version 3 (Tor Rendezvous Specification - Version 3, section 6): 56
// letters and digits that hold a public key, a checksum of it, and the version.
#pragma once

#include <string_view>

#include "hitokoe/base/result.h"

namespace hitokoe::net {

// `host` in the form of Url: "….onion", or a name below one.
bool is_onion(std::string_view host);

// For a host that is_onion(). kForbidden: "onion_name: " and what is wrong: its length, a sign that
// base32 does not have, the version byte, or the checksum (a letter was mistyped). Whether there is
// such a service only the network knows.
Result<void> check_onion(std::string_view host);

}  // namespace hitokoe::net
