// A frontier whose keeper can become another while this process lives: a server that was replaced,
// or that came back without its data, may have forgotten what was written last. A frontier that
// stands behind one is one of these, too. Implementation: the frontier of storage/redis.
#pragma once

#include <cstdint>

namespace hitokoe::crawler {

class FrontierRestarts {
 public:
  virtual ~FrontierRestarts() = default;
  // How often, since this process began. Asks nobody: what the last calls noticed.
  virtual std::uint64_t restarts() const = 0;
};

}  // namespace hitokoe::crawler
