// Office documents under a password ([MS-OFFCRYPTO] 2.3.4.5 to 2.3.4.15): to read what they hold,
// never to protect anything.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/secret.h"

namespace hitokoe::crypto {

enum class OfficeHash { kSha1, kSha256, kSha384, kSha512 };

// What an EncryptionInfo stream says; views into it.
struct OfficeKeyInfo {
  bool agile = true;  // Office 2010 and later; false: the "standard" encryption of 2007
  OfficeHash hash = OfficeHash::kSha512;     // of the password
  std::size_t key_bytes = 32;                // 16, 24 or 32: AES in CBC mode (standard: ECB)
  std::uint32_t rounds = 100'000;            // standard: 50,000
  Bytes salt, verifier, verifier_hash, key;  // `key`: of the package, encrypted; agile only
  // How the package is encrypted; agile only.
  OfficeHash package_hash = OfficeHash::kSha512;
  std::size_t package_key_bytes = 32;
  Bytes package_salt;
};

class OfficeCipher {
 public:
  // Nothing where the password is another, or the values make no sense. As costly as `rounds`.
  static std::optional<OfficeCipher> open(const OfficeKeyInfo& info, std::string_view password);

  // The whole package, without its 8-byte length; the last block may be filled up. In place.
  void decrypt(std::span<std::uint8_t> package) const;

 private:
  bool agile_ = true;
  OfficeHash hash_ = OfficeHash::kSha512;
  SecretBytes key_;
  Bytes salt_;
};

}  // namespace hitokoe::crypto
