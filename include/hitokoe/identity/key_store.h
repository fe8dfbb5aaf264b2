// Where the service keeps its keys: random, each wrapped under a root key that a passphrase opens
// (Argon2id); one file `keys/keystore.json` in the data folder, replaced durably. What is destroyed
// stays destroyed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/base/time.h"
#include "hitokoe/identity/enrolment.h"

namespace hitokoe::identity {

enum class KeyKind {
  kEpoch,          // G, 32 bytes; name: epoch number
  kDelegation,     // k[d], 16 bytes; name: delegation id or "own:<party>"
  kStore,          // k_store, 32 bytes; name: snapshot id; entries at rest
  kIndex,          // k_idx, 16 bytes; name: controller id; a cache's key, never in a backup
  kFilter,         // the pre-filter's key, 16 bytes; name: "all"; never in a backup
  kServiceSign,    // Ed25519 pair; name: "service"
  kServiceBox,     // X25519 pair; name: "service"
  kCaptureDay,     // wraps capture keys, 32 bytes; name: "2026-04-01"
  kIncident,       // wraps capture keys of an incident, 32 bytes; name: incident id
  kCampaign,       // X25519 pair; name: campaign id; contact bundles are sealed to it
  kToken,          // HMAC key for API tokens, 32 bytes; name: "service"
  kAccessLog,      // seals a delegate's access logs, 32 bytes; name: delegation id
  kSourceAccount,  // seals an account of a source, 32 bytes; name: by chance
};
std::string_view to_string(KeyKind kind);  // "epoch", "delegation", "store", "index", …
Result<KeyKind> key_kind_by_name(std::string_view name);  // kUsage lists those that exist

struct KeyEntry {
  KeyKind kind;
  std::string name;
  UtcTime created;
  std::optional<UtcTime> destroyed;
  std::uint64_t generation = 1;  // counts rotations
};

struct EnrolmentEntry {
  Enrolment enrolment;
  UtcTime at;
};

// One process writes at a time (a lock file); readers see whole states: what another process
// changed is seen at the next call. Thread-safe.
class KeyStore {
 public:
  // HITOKOE_PASSPHRASE_FILE or HITOKOE_PASSPHRASE. kUsage with what to set.
  static Result<SecretText> passphrase_from_environment();

  // Makes the store with root, epoch 1 and the service's own pairs. kExists.
  static Result<void> init(const std::filesystem::path& data, const SecretText& passphrase,
                           const Clock& clock, Random& random, crypto::Argon2Cost cost = {});
  // kNotFound: run `hitokoe key init`. kUnauthorized: wrong passphrase. kCorrupt.
  static Result<KeyStore> open(const std::filesystem::path& data, const SecretText& passphrase,
                               const Clock& clock, Random& random);
  KeyStore(KeyStore&&) noexcept;
  KeyStore& operator=(KeyStore&&) noexcept;
  ~KeyStore();

  // The key, made on first use. `get_or_make` is durable when it returns. kForbidden: destroyed.
  Result<SecretBytes> get_or_make(KeyKind kind, std::string_view name);
  Result<SecretBytes> get(KeyKind kind, std::string_view name) const;  // kNotFound, kForbidden
  // Puts in a key that was made elsewhere; durable when it returns. kExists: there is one, or was.
  Result<void> adopt(KeyKind kind, std::string_view name, ByteView key);
  // Overwrites the wrapping and keeps the entry as a gravestone. Idempotent.
  Result<void> destroy(KeyKind kind, std::string_view name);
  // Rotates: a new random key, the old one is gone. kNotFound, kForbidden (destroyed).
  Result<void> replace(KeyKind kind, std::string_view name);
  // Rotates G: a new epoch beside the ones that live. kLimit: four are live already.
  Result<std::uint32_t> add_epoch();
  std::vector<KeyEntry> list() const;

  // Typed views; made on first use. Sizes are checked (kCorrupt).
  Result<Key128> key128(KeyKind kind, std::string_view name);
  Result<Key256> key256(KeyKind kind, std::string_view name);
  Result<crypto::SignKeyPair> service_sign();
  Result<crypto::BoxKeyPair> service_box();
  Result<crypto::BoxKeyPair> box(KeyKind kind, std::string_view name);
  std::vector<std::uint32_t> live_epochs() const;

  // The parties' public keys, as `key issue --enrol` confirmed them. A second enrolment of the same
  // party replaces the first only with `replace` (kConflict otherwise).
  Result<void> enrol(const Enrolment& enrolment, bool replace = false);
  Result<Enrolment> enrolment(std::string_view party) const;  // kNotFound
  std::vector<EnrolmentEntry> enrolments() const;

  // Everything but the cache keys, wrapped as it is; restoring it never brings back what was
  // destroyed before the backup.
  Result<void> backup(const std::filesystem::path& to) const;
  // Puts a backup into `data`. Where a key store stands there already, its gravestones win: a key
  // that it knows as destroyed is not brought back. kUnauthorized, kCorrupt; kConflict: the store
  // that stands there belongs to another service.
  static Result<void> restore(const std::filesystem::path& from, const std::filesystem::path& data,
                              const SecretText& passphrase, const Clock& clock, Random& random);

 private:
  struct State;
  explicit KeyStore(std::unique_ptr<State>);
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::identity
