#include <pwd.h>
#include <unistd.h>

#include "apps/hitokoe/environment.h"
#include "apps/hitokoe/local_user.h"

namespace hitokoe::app {

Result<identity::KeyStore> Environment::open_key_store() {
  TRY(const auto passphrase, identity::KeyStore::passphrase_from_environment());
  return identity::KeyStore::open(data, passphrase, clock, random);
}

std::string login_name() {
  passwd entry{};
  passwd* found = nullptr;
  char buffer[4096];
  const bool known =
      ::getpwuid_r(::getuid(), &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr;
  return known ? std::string(entry.pw_name) : std::to_string(::getuid());
}

registry::Viewer Environment::local_viewer(const identity::KeyStore&) const {
  return registry::Viewer::local(login_name());
}

}  // namespace hitokoe::app
