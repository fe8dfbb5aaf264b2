// The service's side of the key ceremony: what one party gets for one delegation, or for its own
// customer base.
#pragma once

#include <string>
#include <vector>

#include "hitokoe/identity/ceremony.h"
#include "hitokoe/identity/key_store.h"

namespace hitokoe::identity {

struct Grant {
  std::string party;
  std::string controller;
  std::string delegation;      // or "own:<party>"
  std::vector<FieldId> items;  // that the party's file may have
};

// A carrier's own base may have every column that this release can handle.
Grant own_grant(const std::string& party);

// The key and every live epoch, as `encode_issued_key` seals them; the delegation's key is made on
// first use. kConflict: no epoch is live.
Result<IssuedKey> make_issued_key(KeyStore& keys, const Grant& grant, UtcTime now);

}  // namespace hitokoe::identity
