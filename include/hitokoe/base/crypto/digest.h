// SHA-256 (FIPS 180-4), HMAC-SHA-256 (RFC 2104) and AES-128 on single blocks (FIPS 197), over
// OpenSSL. Objects with keys are immutable once made and safe from any number of threads.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/secret.h"

namespace hitokoe::crypto {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(ByteView data);
std::string sha256_hex(ByteView data);

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(ByteView data);
  Digest finish();  // once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct HmacKey;  // hmac_batch.h

// HMAC-SHA-256 with the key schedule kept (about 100 ns for a short message).
class Hmac {
 public:
  explicit Hmac(ByteView key);
  ~Hmac();
  Hmac(Hmac&&) noexcept;
  Hmac& operator=(Hmac&&) noexcept;

  Digest mac(ByteView message) const;
  // out[i] = mac(messages[i]); sizes must be equal. The fast path for many short messages.
  void mac_many(std::span<const ByteView> messages, std::span<Digest> out) const;
  const HmacKey& key() const;  // for hmac_many()

 private:
  struct State;
  std::unique_ptr<State> state_;
};

using Block = std::array<std::uint8_t, 16>;

// AES-128 on independent blocks (ECB of one-block values: every input here is a MAC, so blocks do
// not repeat unless the values do). About 1.4 ns a block over many.
class Aes128 {
 public:
  explicit Aes128(const Key128& key);
  ~Aes128();
  Aes128(Aes128&&) noexcept;
  Aes128& operator=(Aes128&&) noexcept;
  void encrypt(std::span<const Block> in, std::span<Block> out) const;  // may be the same memory
  void decrypt(std::span<const Block> in, std::span<Block> out) const;

 private:
  friend class Aes128Encryptor;
  struct State;
  std::unique_ptr<State> state_;
};

// One thread's encryptor under the key of `keyed`: spares a few blocks at a time what a call of
// Aes128, which is safe from any thread, costs besides (about 400 ns).
class Aes128Encryptor {
 public:
  explicit Aes128Encryptor(const Aes128& keyed);
  ~Aes128Encryptor();
  Aes128Encryptor(Aes128Encryptor&&) noexcept;
  Aes128Encryptor& operator=(Aes128Encryptor&&) noexcept;
  void encrypt(std::span<const Block> in, std::span<Block> out);  // may be the same memory

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::crypto
