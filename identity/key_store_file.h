// The content of `keys/keystore.json` (docs/key-ceremony.md) as values.
//
// Keys are wrapped one by one under a random root, the root under the passphrase. A MAC under the
// root covers everything else, so that nobody can take a gravestone away or swap entries.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/identity/key_store.h"

namespace hitokoe::identity {

struct StoredKey {
  KeyEntry entry;
  Bytes wrapped;  // empty when destroyed
};

struct KeyStoreFile {
  std::string id;  // random; of the service: a backup belongs to the store it was made from
  crypto::Argon2Cost cost;
  std::array<std::uint8_t, 16> salt{};
  Bytes wrapped_root;
  std::vector<StoredKey> keys;
  std::vector<EnrolmentEntry> enrolments;

  StoredKey* find(KeyKind kind, std::string_view name);
  const StoredKey* find(KeyKind kind, std::string_view name) const;
};

std::string write_key_store(const KeyStoreFile& file, const Key256& root);

struct OpenedKeyStore {
  KeyStoreFile file;
  Key256 root;
};
// kUnauthorized: wrong passphrase. kCorrupt, kUnsupported. `shown_name` is for the texts.
Result<OpenedKeyStore> open_key_store(std::string_view text, const SecretText& passphrase,
                                      std::string_view shown_name);
// With the root that is known already: no Argon2.
Result<KeyStoreFile> reopen_key_store(std::string_view text, const Key256& root,
                                      std::string_view shown_name);

// A new store: salt, root and id are random.
OpenedKeyStore make_key_store(const SecretText& passphrase, crypto::Argon2Cost cost,
                              Random& random);

Bytes wrap_key(const Key256& root, const KeyEntry& entry, ByteView key, Random& random);
Result<SecretBytes> unwrap_key(const Key256& root, const StoredKey& key);

}  // namespace hitokoe::identity
