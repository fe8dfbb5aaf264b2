// The fingerprint file `.hkf`: what a holder sends for one snapshot (docs/hkf.md, byte by byte).
//
// The header is signed by the party's Ed25519 key; the body is AEAD blocks under a file key sealed
// to the service's X25519 key; the signature covers the header, and the header the digest of the
// body. Records are sorted by u_ref.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/base/progress.h"
#include "hitokoe/base/time.h"
#include "hitokoe/identity/fingerprint.h"

namespace hitokoe::identity {

struct HkfHeader {
  std::string party;
  std::string controller;
  std::string delegation;  // delegation id, or "own:<party>" for the carrier's own base
  std::string snapshot;
  std::uint64_t sequence = 0;  // of the file within its snapshot: a higher one replaces
  JstDay as_of{};
  std::uint32_t epoch = 0;
  TablesDigest tables{};
  KeyCheck key{};  // of the delegation key that made the u; compare before believing a miss
  std::vector<FieldId> columns;  // what the holder's file has
  std::uint64_t records = 0;
  std::uint64_t rejected = 0;  // rows of the source file that were refused
  // Filled by the writer.
  std::uint64_t keys = 0;        // over all records
  std::uint64_t checks = 0;      // over all records
  std::uint64_t body_bytes = 0;  // encrypted
  crypto::SignPublicKey signer{};
  crypto::Digest body{};  // SHA-256 of the encrypted body
};

struct HkfKey {
  FieldId field;
  Fingerprint u;
};
struct HkfCheck {
  FieldId field;
  std::uint32_t tag;
};
struct HkfRecord {
  Fingerprint u_ref{};      // of the subject; of a file-local one where has_ref is false
  bool has_ref = false;     // the holder's row had the carrier's customer number
  std::uint32_t order = 0;  // rank of the row in the holder's file
  std::vector<HkfKey> keys;
  std::vector<HkfCheck> checks;
};

// Writes a file in one pass; the caller gives records sorted by u_ref. Nothing stands at `path`
// until finish() has succeeded.
class HkfWriter {
 public:
  static Result<HkfWriter> create(const std::filesystem::path& path, HkfHeader header,
                                  const crypto::BoxPublicKey& service, Random& random);
  HkfWriter(HkfWriter&&) noexcept;
  HkfWriter& operator=(HkfWriter&&) noexcept;
  ~HkfWriter();
  Result<void> add(const HkfRecord& record);  // kInternal: not in order
  Result<HkfHeader> finish(const crypto::SignKeyPair& signer);

 private:
  struct State;
  explicit HkfWriter(std::unique_ptr<State>);
  std::unique_ptr<State> state_;
};

// Checks magic, version, signature and the file's length; says nothing about who may have signed:
// compare `signer` with the party's enrolment.
// kCorrupt: foreign (no such file), cut (the text says where), altered; kUnsupported: a newer
// format; kNotFound, kIo.
Result<HkfHeader> read_hkf_header(const std::filesystem::path& path);
// As above, and the digest of the whole body: what can be verified without the service's key.
Result<HkfHeader> verify_hkf(const std::filesystem::path& path);

// Decrypts and gives every record in order; the first Error of `each` ends it. Each block has
// proved that the key's owner wrote it, in this place, before its records are given; that the file
// is the signed one, whole, with the counts it names, shows only at the end: when this fails, the
// caller discards what it was given. kForbidden: sealed to another service. Memory: one block;
// reads the file once and takes the digest on another thread. The record given is valid during the
// call. `share` is told after every block.
Result<HkfHeader> read_hkf(const std::filesystem::path& path, const crypto::BoxKeyPair& service,
                           const std::function<Result<void>(const HkfRecord&)>& each,
                           const ProgressShare& share = {});

}  // namespace hitokoe::identity
