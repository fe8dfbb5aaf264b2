// A network of this process alone: loopback, some public addresses on it, and one name server. No
// packet can leave, and whoever looks a name up is heard (ops/testbed, part names).
#pragma once

#include <string>
#include <vector>

namespace hitokoe::testing {

// For the rest of the process and all that it starts: call it before anything else, once. The
// process' /etc/resolv.conf says 127.0.0.1, and `addresses` ("192.31.196.77", "2620:4f:8000::77")
// are this machine's own. Those two networks are AS 112's, which answer nobody (RFC 7534, RFC
// 7535).
// "": done; else what the kernel refuses.
std::string seal_network(const std::vector<std::string>& addresses = {});

// The program ends with this code, CTest's "skipped", in a container that may have no network of
// its own: nothing is tried there, and nothing counts as passed.
inline constexpr int kNotTried = 77;
inline constexpr int kNameServerPort = 53;

}  // namespace hitokoe::testing
