#include <pwd.h>
#include <unistd.h>

#include "apps/hitokoe/environment.h"

namespace hitokoe::app {

Result<identity::KeyStore> Environment::open_key_store() {
  TRY(const auto passphrase, identity::KeyStore::passphrase_from_environment());
  return identity::KeyStore::open(data, passphrase, clock, random);
}

registry::Viewer Environment::local_viewer(const identity::KeyStore&) const {
  passwd entry{};
  passwd* found = nullptr;
  char buffer[4096];
  const bool known =
      ::getpwuid_r(::getuid(), &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr;
  return registry::Viewer::local(known ? entry.pw_name : std::to_string(::getuid()));
}

}  // namespace hitokoe::app
