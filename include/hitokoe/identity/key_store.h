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
  kEpoch,        // G; name: epoch number
  kDelegation,   // k[d]; name: delegation id or "own:<party>"
  kStore,        // k_store; name: snapshot id; entries at rest
  kIndex,        // k_idx; name: controller id; a cache's key, never in a backup
  kFilter,       // the pre-filter's key; name: "all"; never in a backup
  kServiceSign,  // Ed25519; name: "service"
  kServiceBox,   // X25519; name: "service"
  kCaptureDay,   // wraps capture keys; name: "2026-04-01"
  kIncident,     // wraps capture keys of an incident; name: incident id
  kCampaign,     // X25519; name: campaign id; contact bundles are sealed to it
  kToken,        // HMAC key for API tokens; name: "service"
};
std::string_view to_string(KeyKind kind);

struct KeyEntry {
  KeyKind kind;
  std::string name;
  UtcTime created;
  std::optional<UtcTime> destroyed;
};

// One process writes at a time (a lock file); readers see whole states. Thread-safe.
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
  // Overwrites the wrapping and keeps the entry as a gravestone. Idempotent.
  Result<void> destroy(KeyKind kind, std::string_view name);
  Result<void> replace(KeyKind kind, std::string_view name);  // rotate: a new random key
  std::vector<KeyEntry> list() const;

  // Typed views. Sizes are checked (kCorrupt).
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

  // Everything but the cache keys, wrapped as it is; restoring it never brings back what was
  // destroyed before the backup.
  Result<void> backup(const std::filesystem::path& to) const;

 private:
  struct State;
  explicit KeyStore(std::unique_ptr<State>);
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::identity
