// The ciphers that others' archives use: to read what they hold, never to protect anything.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/secret.h"

namespace hitokoe::crypto {

// ZIP's own stream cipher (PKWARE APPNOTE section 6.1).
class ZipCrypto {
 public:
  explicit ZipCrypto(std::string_view password);
  void decrypt(std::span<std::uint8_t> data);

 private:
  void add(std::uint8_t byte);
  std::uint32_t keys_[3] = {0x12345678, 0x23456789, 0x34567890};
};

// WinZip's AES: PBKDF2-HMAC-SHA-1 with 1,000 rounds, AES in counter mode (little-endian, from 1),
// HMAC-SHA-1 cut to 10 bytes over what is encrypted (www.winzip.com/en/support/aes-encryption/).
class WinZipAes {
 public:
  // `key_bytes`: 16, 24 or 32.
  WinZipAes(std::string_view password, ByteView salt, std::size_t key_bytes);
  ~WinZipAes();
  WinZipAes(WinZipAes&&) noexcept;
  WinZipAes& operator=(WinZipAes&&) noexcept;
  std::array<std::uint8_t, 2> check() const;  // stands behind the salt
  void decrypt(std::span<std::uint8_t> data);
  std::array<std::uint8_t, 10> mac();  // of all that was decrypted; once, at the end

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// 7z's key: SHA-256 over 2^power times (salt, password as UTF-16LE, 8-byte counter); power 0x3f:
// salt and password as they are.
Key256 seven_zip_key(ByteView password_utf16, ByteView salt, unsigned power);

// RAR 5's keys: PBKDF2-HMAC-SHA-256 with 2^power rounds (www.rarlab.com/technote.htm).
// `rar5_check` is what tells a wrong password; it costs a little more than the key.
std::array<std::uint8_t, 8> rar5_check(std::string_view password, ByteView salt, unsigned power);
Key256 rar5_key(std::string_view password, ByteView salt, unsigned power);

// AES-128 or AES-256 in CBC mode (NIST SP 800-38A), decryption of whole blocks.
class AesCbc {
 public:
  AesCbc(const Key128& key, const std::array<std::uint8_t, 16>& iv);
  AesCbc(const Key256& key, const std::array<std::uint8_t, 16>& iv);
  ~AesCbc();
  AesCbc(AesCbc&&) noexcept;
  AesCbc& operator=(AesCbc&&) noexcept;
  void decrypt(std::span<std::uint8_t> blocks);  // a multiple of 16 bytes

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// RAR 2.9 … 4: AES-128 under a key and a vector from 2^18 rounds of SHA-1 over (password as
// UTF-16LE, salt, 3-byte counter).
struct Rar3Key {
  Key128 key;
  std::array<std::uint8_t, 16> iv{};
  AesCbc cipher() const { return {key, iv}; }
};
Rar3Key rar3_key(std::string_view password, ByteView salt);

// Code points as UTF-16LE: how 7z and RAR 4 hash a password.
SecretBytes utf16_password(std::string_view utf8);

}  // namespace hitokoe::crypto
