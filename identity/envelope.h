// One frame for every small signed file (docs/key-ceremony.md, docs/campaign-files.md):
//
//   0   4  "HKOE"
//   4   1  kind: 'E' enrolment, 'K' issued key, 'R' contact request, 'B' contact bundle,
//          'Q' approval request, 'A' approval
//   5   1  0x1A
//   6   2  format version, little-endian
//   8  32  Ed25519 public key of the signer
//  40   4  n, length of the content
//  44   n  content
//  44+n 64 Ed25519 over "hitokoe envelope" || 0x00 || bytes [0, 44+n)
#pragma once

#include <cstdint>
#include <string_view>

#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/base/language.h"

namespace hitokoe::identity {

enum class EnvelopeKind : std::uint8_t {
  kEnrolment = 'E',
  kIssuedKey = 'K',
  kContactRequest = 'R',
  kContactBundle = 'B',
  kApprovalRequest = 'Q',
  kApproval = 'A',
};

inline constexpr std::uint16_t kEnvelopeVersion = 1;

Bytes wrap_envelope(EnvelopeKind kind, ByteView content, const crypto::SignKeyPair& signer);

struct Envelope {
  crypto::SignPublicKey signer{};
  ByteView content;  // in the file given
};

// Checks frame and signature; says nothing about who may have signed. kCorrupt: no such file, of
// another kind, cut, too long, altered; kUnsupported: a newer format.
Result<Envelope> unwrap_envelope(EnvelopeKind kind, ByteView file);

// As above, and kForbidden where another than `by` signed.
Result<Envelope> unwrap_envelope_by(EnvelopeKind kind, ByteView file,
                                    const crypto::SignPublicKey& by, const Words& by_name);

}  // namespace hitokoe::identity
