// What the parts of the agent share.
#pragma once

#include <filesystem>
#include <utility>

#include "hitokoe/identity/agent.h"
#include "identity/agent/home.h"

namespace hitokoe::identity {

struct Agent::State {
  State(Home h, const Clock& c, Random& r) : home(std::move(h)), clock(c), random(r) {}
  Home home;
  const Clock& clock;
  Random& random;
};

struct OpenedKey {
  IssuedKey key;
  bool pinned = false;  // the service was unknown until now
};
// Opens a key file, checks that it is for this party and release, and pins its service.
Result<OpenedKey> open_issued_key(const std::filesystem::path& path, const Home& home,
                                  Random& random);

}  // namespace hitokoe::identity
