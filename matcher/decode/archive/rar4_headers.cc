#include "matcher/decode/archive/rar4_headers.h"

#include <zlib.h>

#include <algorithm>

namespace hitokoe::matcher {

namespace {

constexpr unsigned kHeadersEncrypted = 0x80;                      // of the main block
constexpr unsigned kPassword = 4, kLarge = 0x100, kSalt = 0x400;  // of a file
constexpr unsigned kHasData = 0x8000;                             // of any
constexpr std::size_t kFixed = 7, kFileFixed = 32;

std::uint32_t number(ByteView b, std::size_t at, std::size_t n) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < n; ++i) value |= static_cast<std::uint32_t>(b[at + i]) << 8U * i;
  return value;
}

void set(Bytes& b, std::size_t at, std::size_t n, std::uint64_t value) {
  for (std::size_t i = 0; i < n; ++i) b[at + i] = static_cast<std::uint8_t>(value >> 8U * i);
}

// Where the name of a file ends: the salt stands there.
std::size_t behind_name(const Rar4Block& block) {
  return kFileFixed + ((block.flags & kLarge) != 0 ? 8U : 0U) + number(block.header, 26, 2);
}

}  // namespace

const crypto::Rar3Key& Rar4Keys::of(const Rar4Salt& salt) {
  const auto found = keys_.find(salt);
  if (found != keys_.end()) return found->second;
  return keys_.emplace(salt, crypto::rar3_key(password_, salt)).first->second;
}

std::optional<Rar4Salt> Rar4Block::salt() const {
  const std::size_t at = behind_name(*this);
  if ((flags & kSalt) == 0 || header[24] < 29 || at + 8 > header.size()) return std::nullopt;
  Rar4Salt salt{};
  std::copy_n(header.begin() + static_cast<std::ptrdiff_t>(at), salt.size(), salt.begin());
  return salt;
}

std::uint64_t Rar4Block::unpacked() const {
  const std::uint64_t high = (flags & kLarge) != 0 ? number(header, 36, 4) : 0;
  return number(header, 11, 4) | high << 32U;
}

std::uint32_t Rar4Block::crc() const { return number(header, 16, 4); }

bool Rar4Block::stored() const { return header[25] == 0x30; }

std::optional<Rar4Salt> Rar4Headers::next_salt() const {
  if (!encrypted_) return std::nullopt;
  const Bytes salt = bytes_.read(at_, 8);
  if (salt.size() < 8) return std::nullopt;
  Rar4Salt out{};
  std::ranges::copy(salt, out.begin());
  return out;
}

std::optional<Rar4Block> Rar4Headers::next() {
  Rar4Block block;
  std::uint64_t begin = at_;
  std::optional<crypto::AesCbc> cipher;
  if (encrypted_) {
    const auto salt = next_salt();
    if (!salt || keys_ == nullptr) return std::nullopt;
    cipher.emplace(keys_->of(*salt).cipher());
    begin += 8;
  }
  Bytes all = bytes_.read(begin, cipher ? 16 : kFixed);
  if (all.size() < (cipher ? 16U : kFixed)) return std::nullopt;
  if (cipher) cipher->decrypt(all);
  const std::size_t size = number(all, 5, 2);
  if (size < kFixed) return std::nullopt;
  const std::size_t padded = cipher ? (size + 15) / 16 * 16 : size;
  if (padded > all.size()) {
    Bytes more = bytes_.read(begin + all.size(), padded - all.size());
    if (more.size() < padded - all.size()) return std::nullopt;
    if (cipher) cipher->decrypt(more);
    all.insert(all.end(), more.begin(), more.end());
  }
  at_ = begin + padded;
  all.resize(size);
  block.type = all[2];
  block.flags = number(all, 3, 2);
  const bool file = block.type == Rar4Block::kFile;
  if (file && (size < kFileFixed || ((block.flags & kLarge) != 0 && size < kFileFixed + 8))) {
    return std::nullopt;
  }
  if ((crc32(0, all.data() + 2, static_cast<uInt>(size - 2)) & 0xFFFFU) != number(all, 0, 2)) {
    return std::nullopt;
  }
  block.header = std::move(all);
  if (file || (block.flags & kHasData) != 0) {
    if (size < kFixed + 4) return std::nullopt;
    block.data_bytes = number(block.header, kFixed, 4);
    if (file && (block.flags & kLarge) != 0) {
      block.data_bytes |= static_cast<std::uint64_t>(number(block.header, 32, 4)) << 32U;
    }
    if (block.data_bytes > bytes_.size()) return std::nullopt;
  }
  if (file && behind_name(block) > size) return std::nullopt;
  block.data_at = at_;
  at_ += block.data_bytes;
  if (block.type == Rar4Block::kMain) encrypted_ = (block.flags & kHeadersEncrypted) != 0;
  return block;
}

Bytes plain_rar4_block(const Rar4Block& block, std::uint64_t data_bytes) {
  Bytes out = block.header;
  unsigned flags = block.flags;
  if (block.type == Rar4Block::kMain) flags &= ~kHeadersEncrypted;
  if (block.type == Rar4Block::kFile) {
    if (block.salt()) {
      const auto at = out.begin() + static_cast<std::ptrdiff_t>(behind_name(block));
      out.erase(at, at + 8);
    }
    flags &= ~(kPassword | kSalt);
    set(out, kFixed, 4, data_bytes);
    if ((flags & kLarge) != 0) set(out, 32, 4, data_bytes >> 32U);
  }
  set(out, 3, 2, flags);
  set(out, 5, 2, out.size());
  set(out, 0, 2, crc32(0, out.data() + 2, static_cast<uInt>(out.size() - 2)) & 0xFFFFU);
  return out;
}

}  // namespace hitokoe::matcher
