// Links that open what they name (PrivateBin's key stands after '#'): in the database they are
// sealed with the key of the (JST) day on which they were found, and once they were followed the
// part after '#' is dropped.
#pragma once

#include <string>
#include <string_view>

#include "hitokoe/base/random.h"
#include "hitokoe/base/time.h"
#include "hitokoe/identity/key_store.h"

namespace hitokoe::crawler {

// Not thread-safe beyond its key store.
class LinkSeal {
 public:
  LinkSeal(identity::KeyStore& keys, const Clock& clock, Random& random)
      : keys_(keys), clock_(clock), random_(random) {}

  // "PAGE#…" as "PAGE#sealed:DAY:…"; what has no '#' stays as it is. Errors: of the key store.
  Result<std::string> seal(const std::string& link);
  // The link again; what was not sealed stays as it is. kCorrupt: altered; kForbidden: the day's
  // key was destroyed.
  Result<std::string> open(const std::string& link);

 private:
  identity::KeyStore& keys_;
  const Clock& clock_;
  Random& random_;
};

// The link without '#' and what follows.
std::string without_fragment(std::string_view link);

}  // namespace hitokoe::crawler
