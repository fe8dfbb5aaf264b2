#include "net/socks_reply.h"

#include <charconv>

namespace hitokoe::net {

FetchFault socks_fault(int reply) {
  switch (reply) {
    case 0xF0:  // the descriptor cannot be found
    case 0xF1:  // it is invalid
      return FetchFault::kOnionDescriptor;
    case 0xF2:  // introduction failed
    case 0xF7:  // it timed out
      return FetchFault::kOnionIntroduction;
    case 0xF3:
      return FetchFault::kOnionRendezvous;
    case 0xF4:  // client authorisation is missing
    case 0xF5:  // or wrong
      return FetchFault::kOnionLocked;
    case 0xF6:
      return FetchFault::kOnionName;
    case 4:  // Tor: the exit finds no address
      return FetchFault::kName;
    case 6:  // Tor: nothing came about within SocksTimeout
      return FetchFault::kTimeout;
    case 1:  // Tor says so, too, when circuits failed one after another
    case 3:
    case 5:
      return FetchFault::kConnect;
    default:
      return FetchFault::kProxy;
  }
}

int socks_reply(std::string_view text) {
  const auto open = text.rfind('(');
  if (open == std::string_view::npos || !text.ends_with(')')) return 0;
  int reply = 0;
  const auto digits = text.substr(open + 1, text.size() - open - 2);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), reply);
  return error == std::errc{} && end == digits.data() + digits.size() ? reply : 0;
}

}  // namespace hitokoe::net
