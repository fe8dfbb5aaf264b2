// Asks a Tor client for new circuits, over its control port (control-spec): it then also forgets
// which onion services it could not find, which it otherwise remembers for minutes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "hitokoe/base/async.h"
#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"
#include "hitokoe/net/address.h"

namespace hitokoe::net {

struct TorControl {
  IpAddress address;
  std::uint16_t port = 0;        // 0: there is no control port
  std::filesystem::path cookie;  // its CookieAuthFile
};

// Port. Implementations: make_circuit_renewer(), and the simulated one of the tests.
class CircuitRenewer {
 public:
  virtual ~CircuitRenewer() = default;
  // SIGNAL NEWNYM. Tor itself does that at most once in ten seconds and puts off what comes sooner.
  // kUnavailable: no such port, or its answer is not one; kForbidden: the cookie is not taken;
  // kNotFound, kIo: the cookie's file; kTimeout, kCancelled.
  virtual Task<Result<void>> renew(TorControl control, Duration timeout) = 0;
};

std::unique_ptr<CircuitRenewer> make_circuit_renewer(asio::any_io_executor executor);

}  // namespace hitokoe::net
