// The blocks of a RAR 5 archive (www.rarlab.com/technote.htm), decrypted where a password is known.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "hitokoe/base/crypto/archive_ciphers.h"
#include "matcher/decode/archive/spool.h"

namespace hitokoe::matcher {

struct Rar5Encryption {
  unsigned power = 0;
  std::array<std::uint8_t, 16> salt{}, iv{};
  bool has_check = false, tweaked = false;  // tweaked: checksums depend on the password, too
  std::array<std::uint8_t, 8> check{};
  // Costs 2^power rounds.
  bool opens(std::string_view password) const;
};

struct Rar5Block {
  enum class Type { kMain = 1, kFile = 2, kService = 3, kEncryption = 4, kEnd = 5 };
  std::uint64_t type = 0, flags = 0;
  std::uint64_t data_at = 0, data_bytes = 0;  // in the spool
  Bytes fields, extra;                        // between the sizes and the extra area; that area
  std::optional<Rar5Encryption> encryption;   // of a file; or of all headers behind it
  bool is(Type t) const { return type == static_cast<std::uint64_t>(t); }
};

class Rar5Headers {
 public:
  static constexpr unsigned kMostPower = 24;
  // `at`: the signature.
  Rar5Headers(const Spool& bytes, std::uint64_t at) : bytes_(bytes), at_(at + 8) {}
  // For what comes behind a block of Type::kEncryption.
  void unlock(const Rar5Encryption& encryption, std::string_view password);
  // Nothing: the end, damaged, or locked.
  std::optional<Rar5Block> next();

 private:
  std::optional<Bytes> header();

  const Spool& bytes_;
  std::uint64_t at_;
  std::optional<Key256> key_;
  bool locked_ = false;
};

// The block as an archive that is not encrypted has it; its data have `data_bytes`.
Bytes plain_rar5_block(const Rar5Block& block, std::uint64_t data_bytes);

struct Rar5File {
  std::uint64_t unpacked = 0;
  unsigned method = 0;  // 0: stored
  bool folder = false;
};
std::optional<Rar5File> rar5_file(const Rar5Block& block);

// Takes what depends on the password out of a file's fields and extra area.
void drop_rar5_encryption(Rar5Block& block);

}  // namespace hitokoe::matcher
