// What the parts of the desk share: who may, names, and keyed digests. Internal to the desk.
#pragma once

#include <string>
#include <string_view>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/random.h"
#include "hitokoe/identity/fingerprint.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/registry/viewer.h"

namespace hitokoe::incident::desk {

// A coordinator, or the desk. kForbidden.
Result<void> must_work(const registry::Viewer& viewer);
// The service's own eyes, for what is decided inside.
registry::Viewer everything();
// "CHK-" and 12 hex digits.
std::string new_id(std::string_view prefix, Random& random);
// kBadInput: empty, or over `most` bytes.
Result<void> check_reason(std::string_view reason, std::size_t most);
// The desk's key of an incident, made on first use: one of the incident's keys, under a name of its
// own, so that notes can go before or after the rest. kForbidden: destroyed.
std::string desk_key_name(std::string_view incident);  // "desk:INC-…", kind incident
Result<Key256> desk_key(identity::KeyStore& keys, std::string_view incident);
// Names a customer in events: first 16 bytes of HMAC(the desk's key, carrier and customer).
identity::Fingerprint digest_of(const crypto::Hmac& key, const std::string& controller,
                                const identity::Fingerprint& y_ref);

}  // namespace hitokoe::incident::desk
