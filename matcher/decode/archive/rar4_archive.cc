#include <algorithm>

#include "matcher/decode/archive/library_archive.h"
#include "matcher/decode/archive/rar4_headers.h"
#include "matcher/decode/archive/rar_archive.h"

namespace hitokoe::matcher {

namespace {

constexpr std::string_view kSignature("Rar!\x1a\x07\0", 7);
constexpr unsigned kVolume = 1, kFirstVolume = 0x100;  // of the main block

enum class Take { kAll, kPlain, kEncrypted, kUpToTheFirstEncrypted };

// The archive without its encryption.
class Rar4Plain final : public ByteSource {
 public:
  Rar4Plain(const Spool& bytes, std::uint64_t at, Rar4Keys& keys, Take take)
      : bytes_(bytes), headers_(bytes, at, &keys), keys_(keys), take_(take) {}

  ByteView next() override {
    if (!std::exchange(began_, true)) return as_bytes(kSignature);
    if (left_ > 0 && data()) return piece_;
    while (!ended_) {
      const auto block = headers_.next();
      if (!block) break;
      // Comments, recovery records and the like: nothing that rows stand in.
      const bool file = block->type == Rar4Block::kFile;
      if (!file && block->type != Rar4Block::kMain && block->type != Rar4Block::kEnd) continue;
      if (file && !begin_file(*block)) continue;
      piece_ = plain_rar4_block(*block, left_);
      return piece_;
    }
    return {};
  }

  // Of the encrypted file that ended it.
  std::optional<std::uint32_t> crc() const { return crc_; }

 private:
  bool begin_file(const Rar4Block& block) {
    cipher_.reset();
    at_ = block.data_at;
    in_ = left_ = block.data_bytes;
    const auto salt = block.salt();
    if (!block.encrypted_file() || !salt || take_ == Take::kPlain) {
      const bool wanted = take_ != Take::kEncrypted && !block.encrypted_file();
      if (!wanted) left_ = 0;
      return wanted;
    }
    cipher_.emplace(keys_.of(*salt).cipher());
    in_ -= in_ % 16;
    // The last block is filled up; a packed stream ends by itself, a stored one does not.
    left_ = block.stored() ? std::min(in_, block.unpacked()) : in_;
    if (take_ == Take::kUpToTheFirstEncrypted && block.unpacked() > 0) {
      crc_ = block.crc();
      ended_ = true;
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
  Rar4Headers headers_;
  Rar4Keys& keys_;
  Take take_;
  bool began_ = false, ended_ = false;
  std::uint64_t at_ = 0, in_ = 0, left_ = 0;
  Bytes piece_;
  std::optional<std::uint32_t> crc_;
  std::optional<crypto::AesCbc> cipher_;
};

struct Look {
  bool encrypted = false, encrypted_headers = false;
  bool old = false;  // ciphers of before RAR 2.9
  bool volume = false, later_volume = false;
  std::optional<Rar4Salt> salt;  // that the first try needs a key for
};

Look look_at(const WholeArchive& archive, std::uint64_t most) {
  Look look;
  Rar4Headers headers(*archive.bytes, archive.found.at, nullptr);
  for (std::uint64_t n = 0; n < most; ++n) {
    const auto block = headers.next();
    if (!block) break;
    if (block->type == Rar4Block::kMain) {
      look.volume = (block->flags & kVolume) != 0;
      look.later_volume = look.volume && (block->flags & kFirstVolume) == 0;
      look.encrypted = look.encrypted_headers = headers.encrypted();
      look.salt = headers.next_salt();
    }
    if (!block->encrypted_file()) continue;
    if (!block->salt()) look.old = true;
    if (!look.salt) look.salt = block->salt();
    look.encrypted = true;
  }
  return look;
}

// There is no short check in RAR 4: a member is unpacked, and its checksum tells.
bool opens(Reading& reading, const WholeArchive& archive, const Look& look, Rar4Keys& keys) {
  if (look.encrypted_headers) {
    Rar4Headers headers(*archive.bytes, archive.found.at, &keys);
    if (!headers.next() || !headers.next()) return false;
  }
  Rar4Plain plain(*archive.bytes, archive.found.at, keys, Take::kUpToTheFirstEncrypted);
  const auto crc = library_crc(reading, Whole::kRar, plain);
  // Nothing in it but empty files, whose headers alone were encrypted: there is nothing to tell.
  if (!plain.crc()) return look.encrypted_headers;
  return crc && crc == plain.crc();
}

}  // namespace

Result<void> read_rar4(Reading& reading, WholeArchive& archive) {
  const Look look = look_at(archive, reading.limits().members);
  if (look.volume && !archive.again) warn_rar_part(reading, archive.name, look.later_volume);
  if (!look.encrypted) return read_with_library(reading, archive);
  if (look.old || !look.salt) {
    archive.why = {"encrypted in a way that is not read",
                   "対応していない暗号化のため読んでいません"};
  } else {
    for (const auto& word : passwords_for(reading, archive)) {
      // Where the headers are encrypted each has a salt of its own.
      if (!reading.take_key_rounds(Rar4Keys::kRounds)) break;
      archive.tried.insert(word);
      Rar4Keys keys(word);
      if (!opens(reading, archive, look, keys)) continue;
      if (reading.keys() != nullptr) reading.keys()->opened(word);
      Rar4Plain plain(*archive.bytes, archive.found.at, keys,
                      archive.again ? Take::kEncrypted : Take::kAll);
      return read_with_library(reading, archive, plain);
    }
  }
  if (!archive.again && !look.encrypted_headers) {
    Rar4Keys none{std::string_view()};
    Rar4Plain plain(*archive.bytes, archive.found.at, none, Take::kPlain);
    TRYV(read_with_library(reading, archive, plain));
  }
  archive.locked = true;
  return ok();
}

}  // namespace hitokoe::matcher
