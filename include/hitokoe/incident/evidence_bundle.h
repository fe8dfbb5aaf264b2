// Captures of an incident as one file for the police or a court: a signed list, and each capture
// sealed under a passphrase that goes another way.
//
//   "HKEVID01"  u32 length, list (canonical JSON)  signature of the list (64)
//   for each capture of the list: u64 length, sealed
//
// The list is readable without the passphrase: incident, who made it, when, why, the service's key,
// and of each capture id, source, time, size and SHA-256. Addresses, headers and bodies are sealed:
// XChaCha20-Poly1305 under a key that Argon2id makes of the passphrase; the context names incident
// and capture, so that nothing can be put in another's place.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/crawler/capture.h"

namespace hitokoe::incident {

struct BundleOrigin {
  std::string incident, purpose, by;
  UtcTime at{};
};

class EvidenceBundleWriter {
 public:
  using Sink = std::function<Result<void>(ByteView)>;
  // kBadInput: a passphrase under 12 bytes.
  static Result<EvidenceBundleWriter> begin(Sink sink, const BundleOrigin& origin,
                                            const std::vector<crawler::CaptureMeta>& captures,
                                            const crypto::SignKeyPair& service,
                                            const SecretText& passphrase, Random& random,
                                            crypto::Argon2Cost cost = {3, 256ULL << 20});
  // In the order of `captures`. kCorrupt: the body is not the one that the list names.
  Result<void> add(const crawler::CaptureMeta& meta, ByteView body);

 private:
  EvidenceBundleWriter(Sink sink, std::string incident, Key256 key, Random& random)
      : sink_(std::move(sink)),
        incident_(std::move(incident)),
        key_(std::move(key)),
        random_(random) {}

  Sink sink_;
  std::string incident_;
  Key256 key_;
  Random& random_;
};

struct OpenedBundle {
  std::string list;  // the JSON, as it was signed
  crypto::SignPublicKey service{};
  std::uint64_t captures = 0;
};
// Checks signature, order and every digest; `each` gets what is known of a capture as JSON, and its
// body. kBadInput: not such a file; kCorrupt: cut, altered; kForbidden: another passphrase.
Result<OpenedBundle> open_evidence_bundle(
    ByteView file, const SecretText& passphrase,
    const std::function<Result<void>(const std::string& capture, const std::string& meta,
                                     ByteView body)>& each);

}  // namespace hitokoe::incident
