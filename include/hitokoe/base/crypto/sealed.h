// Sealing, signing and passwords, over libsodium.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/random.h"
#include "hitokoe/base/secret.h"

namespace hitokoe::crypto {

Key256 random_key256(Random& random);
Key128 random_key128(Random& random);

// XChaCha20-Poly1305. The 24-byte nonce is random and stands before the ciphertext; `context` is
// authenticated with it. Overhead 40 bytes.
Bytes seal(const Key256& key, ByteView plain, ByteView context, Random& random);
// kCorrupt: wrong key, wrong context, or altered.
Result<Bytes> open(const Key256& key, ByteView sealed, ByteView context);

// The same for long data in chunks of 64 KiB (libsodium secretstream): a cut or reordered stream
// is kCorrupt. Whole buffers; memory is the size of the data.
Bytes seal_stream(const Key256& key, ByteView plain);
Result<Bytes> open_stream(const Key256& key, ByteView sealed);

// X25519 anonymous boxes (libsodium crypto_box_seal): anyone may seal, only the holder opens.
using BoxPublicKey = std::array<std::uint8_t, 32>;
struct BoxKeyPair {
  BoxPublicKey public_key{};
  Key256 secret_key;
};
BoxKeyPair make_box_keys(Random& random);
Bytes seal_to(const BoxPublicKey& to, ByteView plain);
Result<Bytes> open_box(const BoxKeyPair& keys, ByteView sealed);  // kCorrupt

// Ed25519 (RFC 8032).
using SignPublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;
struct SignKeyPair {
  SignPublicKey public_key{};
  Secret<std::array<std::uint8_t, 64>> secret_key;
};
SignKeyPair make_sign_keys(Random& random);
Signature sign(const SignKeyPair& keys, ByteView message);
bool verify(const SignPublicKey& by, ByteView message, const Signature& signature);

// Argon2id (RFC 9106). `hash_password` gives the PHC string to store. Cost: kInteractive about
// 64 MiB and 0.1 s.
struct Argon2Cost {
  std::uint64_t ops = 2;
  std::uint64_t memory_bytes = 64ULL << 20;
};
std::string hash_password(const SecretText& password, Argon2Cost cost = {});
bool check_password(std::string_view phc, const SecretText& password);
Key256 derive_key(const SecretText& password, std::span<const std::uint8_t, 16> salt,
                  Argon2Cost cost);

// Compares in constant time.
bool equal_constant_time(ByteView a, ByteView b);

}  // namespace hitokoe::crypto
