#include "crawler/circuit.h"

#include <array>

#include "hitokoe/base/bytes.h"
#include "hitokoe/net/fetcher.h"

namespace hitokoe::crawler {

namespace {

std::string name_by_chance(Random& random) {
  std::array<std::uint8_t, 8> bytes{};
  random.fill(bytes);
  return "hitokoe-" + to_hex(bytes);
}

}  // namespace

Circuit::Circuit(const Source& source, Random& random) {
  if (source.proxy.starts_with("socks")) name_ = name_by_chance(random);
}

void Circuit::renew(Random& random) {
  if (!name_.empty()) name_ = name_by_chance(random);
}

bool is_worth_a_new_circuit(const Error& error) {
  const auto is = [&](net::FetchFault fault) {
    return net::fault_name(error) == net::to_string(fault);
  };
  return (error.code == Errc::kUnavailable || error.code == Errc::kTimeout) &&
         !is(net::FetchFault::kProxy) && !is(net::FetchFault::kOnionLocked) &&
         !is(net::FetchFault::kTls);
}

}  // namespace hitokoe::crawler
