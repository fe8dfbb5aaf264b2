// The key ceremony between the service and a party (docs/key-ceremony.md).
//
//   agent init      → P.enrol : the party's public keys, self-signed; its fingerprint is read out
//   key issue       → K.hkk   : delegation's key, G and tables' digest, sealed to the party, signed
//                               by the service, whose public keys it pins
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/base/time.h"
#include "hitokoe/identity/enrolment.h"
#include "hitokoe/identity/field.h"

namespace hitokoe::identity {

// Eight groups of four hex digits of SHA-256 over both keys and the party: read out by phone.
std::string enrolment_fingerprint(const Enrolment& e);
Bytes encode_enrolment(const Enrolment& e, const crypto::SignKeyPair& party);
Result<Enrolment> decode_enrolment(ByteView file);  // kCorrupt: cut, altered or foreign

struct EpochKey {
  std::uint32_t epoch = 0;
  Key256 g;
};

// What `key issue` gives to one party for one delegation (or for its own customer base).
struct IssuedKey {
  std::string party;
  std::string controller;
  std::string delegation;        // or "own:<party>"
  Key128 delegation_key;         // k[d]
  std::vector<EpochKey> epochs;  // newest last
  TablesDigest tables{};
  std::vector<FieldId> items;  // the fields that the delegation allows; the agent refuses others
  crypto::SignPublicKey service_sign{};
  crypto::BoxPublicKey service_box{};
  UtcTime issued{};
};
Bytes encode_issued_key(const IssuedKey& key, const Enrolment& to,
                        const crypto::SignKeyPair& service);
// kCorrupt; kForbidden: sealed to somebody else; the service's signature is checked against the
// key inside, which the agent pins on first use.
Result<IssuedKey> decode_issued_key(ByteView file, const crypto::BoxKeyPair& party);

}  // namespace hitokoe::identity
