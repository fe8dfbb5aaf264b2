#include <algorithm>

#include "matcher/decode/archive/library_archive.h"
#include "matcher/decode/archive/rar5_headers.h"
#include "matcher/decode/archive/rar_archive.h"

namespace hitokoe::matcher {

namespace {

constexpr std::string_view kSignature5("Rar!\x1a\x07\x01\0", 8);
constexpr std::uint64_t kVolume = 1, kVolumeNumber = 2;  // flags of RAR 5's main header

// The archive without its encryption. A member that another password locks is left out.
class Rar5Plain final : public ByteSource {
 public:
  enum class Take { kAll, kPlain, kEncrypted };
  Rar5Plain(const Spool& bytes, std::uint64_t at, std::string_view password, Take take)
      : bytes_(bytes), headers_(bytes, at), password_(password), take_(take) {}

  ByteView next() override {
    if (!std::exchange(began_, true)) return as_bytes(kSignature5);
    if (left_ > 0 && data()) return piece_;
    while (auto block = headers_.next()) {
      if (block->is(Rar5Block::Type::kEncryption)) {
        if (block->encryption && take_ != Take::kPlain)
          headers_.unlock(*block->encryption, password_);
        continue;
      }
      // Comments, streams, recovery records: nothing that rows stand in.
      if (block->is(Rar5Block::Type::kService)) continue;
      if (block->is(Rar5Block::Type::kFile) && !begin_file(*block)) continue;
      piece_ = plain_rar5_block(*block, left_);
      return piece_;
    }
    return {};
  }
  std::uint64_t locked() const { return locked_; }

 private:
  bool begin_file(Rar5Block& block) {
    const auto file = rar5_file(block);
    if (!file) return false;
    cipher_.reset();
    at_ = block.data_at;
    in_ = left_ = block.data_bytes;
    if (!block.encryption) {
      if (take_ == Take::kEncrypted) left_ = 0;
      return take_ != Take::kEncrypted;
    }
    const Rar5Encryption& e = *block.encryption;
    if (take_ == Take::kPlain || !fits(e)) {
      ++locked_;
      left_ = 0;
      return false;
    }
    cipher_.emplace(*key_, e.iv);
    in_ -= in_ % 16;
    // The last block is filled up; a packed stream ends by itself, a stored one does not.
    left_ = file->method == 0 ? std::min(in_, file->unpacked) : in_;
    drop_rar5_encryption(block);
    return true;
  }

  // The salt is mostly the same for all members: the key is kept.
  bool fits(const Rar5Encryption& e) {
    if (!key_ || e.salt != salt_ || e.power != power_) {
      if (!e.opens(password_)) return false;
      key_ = crypto::rar5_key(password_, e.salt, e.power);
      salt_ = e.salt;
      power_ = e.power;
    }
    return true;
  }

  bool data() {
    piece_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(Spool::kBlock, in_)));
    piece_.resize(bytes_.read(at_, piece_));
    if (cipher_) {
      piece_.resize(piece_.size() - piece_.size() % 16);
      cipher_->decrypt(piece_);
    }
    at_ += piece_.size();
    in_ -= piece_.size();
    if (piece_.size() > left_) piece_.resize(static_cast<std::size_t>(left_));
    left_ -= piece_.size();
    if (!piece_.empty()) return true;
    left_ = 0;
    return false;
  }

  const Spool& bytes_;
  Rar5Headers headers_;
  std::string password_;
  Take take_;
  bool began_ = false;
  std::uint64_t at_ = 0, in_ = 0, left_ = 0, locked_ = 0;
  Bytes piece_;
  std::optional<crypto::AesCbc> cipher_;
  std::optional<Key256> key_;
  std::array<std::uint8_t, 16> salt_{};
  unsigned power_ = 0;
};

// What the headers say before anything is unpacked.
struct Look {
  std::optional<Rar5Encryption> first;  // the first that a password must open
  bool headers = false;                 // are encrypted
  bool volume = false, later_volume = false;
};

Look look_at(const WholeArchive& archive, std::uint64_t most) {
  Look look;
  Rar5Headers headers(*archive.bytes, archive.found.at);
  for (std::uint64_t n = 0; n < most; ++n) {
    const auto block = headers.next();
    if (!block) break;
    if (block->is(Rar5Block::Type::kMain) && !block->fields.empty()) {
      look.volume = (block->fields[0] & kVolume) != 0;
      look.later_volume = (block->fields[0] & kVolumeNumber) != 0;
    }
    if (!block->encryption) continue;
    look.headers = look.headers || block->is(Rar5Block::Type::kEncryption);
    if (!look.first) look.first = block->encryption;
  }
  return look;
}

}  // namespace

Result<void> read_rar5(Reading& reading, WholeArchive& archive) {
  const Look look = look_at(archive, reading.limits().members);
  if (look.volume && !archive.again) warn_rar_part(reading, archive.name, look.later_volume);
  if (!look.first) return read_with_library(reading, archive);
  if (!look.first->has_check || look.first->power > Rar5Headers::kMostPower) {
    archive.why = {"encrypted in a way that is not read",
                   "対応していない暗号化のため読んでいません"};
  } else {
    const auto words = passwords_for(reading, archive);
    for (const auto& word : words) {
      if (!reading.take_key_rounds(2ULL << look.first->power)) break;
      archive.tried.insert(word);
      if (!look.first->opens(word)) continue;
      if (reading.keys() != nullptr) reading.keys()->opened(word);
      Rar5Plain plain(*archive.bytes, archive.found.at, word,
                      archive.again ? Rar5Plain::Take::kEncrypted : Rar5Plain::Take::kAll);
      TRYV(read_with_library(reading, archive, plain));
      archive.locked = plain.locked() > 0;
      if (archive.locked) {
        archive.why = {"other passwords lock some of its members: these were not read",
                       "一部の中身に別のパスワードがかかっており、読んでいません"};
      }
      return ok();
    }
  }
  if (!archive.again && !look.headers) {
    Rar5Plain plain(*archive.bytes, archive.found.at, {}, Rar5Plain::Take::kPlain);
    TRYV(read_with_library(reading, archive, plain));
  }
  archive.locked = true;
  return ok();
}

}  // namespace hitokoe::matcher
