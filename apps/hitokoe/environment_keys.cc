#include "apps/hitokoe/environment.h"

namespace hitokoe::app {

Result<identity::KeyStore> Environment::open_key_store() {
  TRY(const auto passphrase, identity::KeyStore::passphrase_from_environment());
  return identity::KeyStore::open(data, passphrase, clock, random);
}

}  // namespace hitokoe::app
