// The files that a campaign exchanges with the parties' agents (docs/campaign-files.md): contact
// request and bundle, approval request and approval. All are signed; decode_* checks the structure
// and the signature (kCorrupt: foreign, cut, altered; kUnsupported: a newer format; kForbidden:
// whole and signed, but by another key than the one given), the caller checks the binding to
// incident and campaign. Whole buffers, at most 1 GiB.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/base/time.h"
#include "hitokoe/identity/fingerprint.h"

namespace hitokoe::identity {

// What carriers are asked for, as a file: `campaign resolve` writes it, `hitokoe-agent resolve`
// answers with a bundle. Signed by the service, bound to incident and campaign.
struct ContactRequest {
  std::string incident, campaign, controller, delegation;  // "own:<party>"
  std::uint32_t epoch = 0;
  KeyCheck key{};  // of k[own], so that an agent with an older key says so; zero: not checked
  crypto::BoxPublicKey campaign_key{};
  // The subject under the carrier's own key: AES(k[own], y_ref), sorted.
  std::vector<Fingerprint> subjects;
};
Bytes encode_request(const ContactRequest& r, const crypto::SignKeyPair& service);
Result<ContactRequest> decode_request(ByteView file, const crypto::SignPublicKey& service);

struct Contact {
  Fingerprint u{};
  std::string name;      // as the carrier writes it
  std::string name_key;  // canonical
  std::string email;
  std::string phone;  // E.164
  std::string postal, address;
};
struct ContactBundle {
  std::string incident, campaign, controller;
  std::vector<Contact> contacts;
  std::vector<Fingerprint> unresolved;
};
// Sealed to the campaign's key, signed by the carrier's.
Bytes encode_bundle(const ContactBundle& b, const crypto::BoxPublicKey& campaign,
                    const crypto::SignKeyPair& party);
Result<ContactBundle> decode_bundle(ByteView file, const crypto::BoxKeyPair& campaign,
                                    const crypto::SignPublicKey& party);

// What a party approves: the frozen root and its own slice with a proof.
struct ApprovalRequest {
  std::string incident, campaign, party;
  std::uint32_t version = 0;
  crypto::Digest root{};  // Merkle root over text, desk and recipients
  std::string text_ja, text_en, desk;
  std::uint64_t recipients = 0;      // of the whole campaign
  std::uint64_t own_recipients = 0;  // this party's customers
  Bytes evidence;  // identity/approval_evidence.h: the slice and its proof; u64 length in the file
};
Bytes encode_approval_request(const ApprovalRequest& r, const crypto::SignKeyPair& service);
Result<ApprovalRequest> decode_approval_request(ByteView file,
                                                const crypto::SignPublicKey& service);

struct Approval {
  std::string incident, campaign, party;
  std::uint32_t version = 0;
  crypto::Digest root{};
  UtcTime at{};
};
Bytes encode_approval(const Approval& a, const crypto::SignKeyPair& party);
Result<Approval> decode_approval(ByteView file, const crypto::SignPublicKey& party);

}  // namespace hitokoe::identity
