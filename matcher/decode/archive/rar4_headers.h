// The blocks of a RAR 1.5 … 4 archive (the old technote of RARLAB), decrypted where a password is
// known.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "hitokoe/base/crypto/archive_ciphers.h"
#include "matcher/decode/archive/spool.h"

namespace hitokoe::matcher {

using Rar4Salt = std::array<std::uint8_t, 8>;

// The keys of one password: each salt costs kRounds rounds.
class Rar4Keys {
 public:
  static constexpr std::uint64_t kRounds = 0x40000;
  explicit Rar4Keys(std::string_view password) : password_(password) {}
  bool has(const Rar4Salt& salt) const { return keys_.contains(salt); }
  const crypto::Rar3Key& of(const Rar4Salt& salt);

 private:
  std::string password_;
  std::map<Rar4Salt, crypto::Rar3Key> keys_;
};

struct Rar4Block {
  static constexpr unsigned kMain = 0x73, kFile = 0x74, kEnd = 0x7B;
  unsigned type = 0, flags = 0;
  Bytes header;  // whole, decrypted, without what fills its last block
  std::uint64_t data_at = 0, data_bytes = 0;
  bool encrypted_file() const { return type == kFile && (flags & 4U) != 0; }
  // Of a file: nothing where it is of a kind before RAR 2.9, whose ciphers are not read.
  std::optional<Rar4Salt> salt() const;
  std::uint64_t unpacked() const;
  std::uint32_t crc() const;
  bool stored() const;
};

class Rar4Headers {
 public:
  // `at`: the signature. `keys` outlives it; nullptr: stops where the headers are encrypted.
  Rar4Headers(const Spool& bytes, std::uint64_t at, Rar4Keys* keys)
      : bytes_(bytes), at_(at + 7), keys_(keys) {}
  // Nothing: the end, damaged, locked, or a wrong password.
  std::optional<Rar4Block> next();
  bool encrypted() const { return encrypted_; }  // the headers, by the main one
  // Of the block that comes next; nothing: they are not encrypted, or nothing comes.
  std::optional<Rar4Salt> next_salt() const;

 private:
  const Spool& bytes_;
  std::uint64_t at_;
  Rar4Keys* keys_;
  bool encrypted_ = false;
};

// The same block as an archive that is not encrypted has it, with so many bytes of data.
Bytes plain_rar4_block(const Rar4Block& block, std::uint64_t data_bytes);

}  // namespace hitokoe::matcher
