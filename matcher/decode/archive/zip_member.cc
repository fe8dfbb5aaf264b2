#include "matcher/decode/archive/zip_member.h"

#include <zlib.h>

#include <algorithm>
#include <memory>
#include <variant>

#include "hitokoe/base/crypto/archive_ciphers.h"
#include "hitokoe/base/crypto/sealed.h"
#include "matcher/decode/archive/decompressor.h"

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kPiece = 64U << 10, kOut = 256U << 10;

std::optional<Method> method_of(std::uint16_t method) {
  switch (method) {
    case 0:
      return Method::kStored;
    case 8:
      return Method::kDeflate;
    case 9:
      return Method::kDeflate64;
    case 12:
      return Method::kBzip2;
    case 14:
      return Method::kLzma1;
    case 93:
      return Method::kZstd;
    case 95:
      return Method::kXz;
    default:
      return std::nullopt;
  }
}

// The member's own bytes, decrypted.
class Source {
 public:
  Source(const Spool& bytes, std::uint64_t at, std::uint64_t end)
      : bytes_(bytes), at_(at), end_(end) {}

  // The head that encryption puts before the data. False: this is not the password.
  ZipOutcome unlock(const ZipMember& m, std::string_view password) {
    if (m.aes_key_bytes != 0) {
      const std::size_t salt_bytes = m.aes_key_bytes / 2;
      const Bytes head = bytes_.read(at_, salt_bytes + 2);
      if (head.size() < salt_bytes + 2 || end_ - at_ < salt_bytes + 12) return ZipOutcome::kCut;
      aes_.emplace(password, ByteView(head).first(salt_bytes), m.aes_key_bytes);
      const auto check = aes_->check();
      if (!std::equal(check.begin(), check.end(), head.end() - 2))
        return ZipOutcome::kWrongPassword;
      at_ += head.size();
      end_ -= 10;
      return ZipOutcome::kWhole;
    }
    Bytes head = bytes_.read(at_, 12);
    if (head.size() < 12 || end_ - at_ < 12) return ZipOutcome::kCut;
    zip_.emplace(password);
    zip_->decrypt(head);
    const auto check = (m.flags & 8U) != 0 ? m.time >> 8U : m.crc >> 24U;
    if (head[11] != (check & 0xFFU)) return ZipOutcome::kWrongPassword;
    at_ += 12;
    return ZipOutcome::kWhole;
  }

  ByteView next() {
    piece_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, end_ - at_)));
    piece_.resize(bytes_.read(at_, piece_));
    at_ += piece_.size();
    if (aes_) aes_->decrypt(piece_);
    if (zip_) zip_->decrypt(piece_);
    return piece_;
  }
  bool at_end() const { return at_ >= end_; }
  std::uint64_t at() const { return at_; }
  // AES alone is authenticated; only once all was read.
  bool authentic() {
    if (!aes_) return true;
    while (!at_end() && !next().empty()) {
    }
    const auto mac = aes_->mac();
    const Bytes said = bytes_.read(end_, mac.size());
    return crypto::equal_constant_time(mac, said);
  }

 private:
  const Spool& bytes_;
  std::uint64_t at_, end_;
  std::optional<crypto::WinZipAes> aes_;
  std::optional<crypto::ZipCrypto> zip_;
  Bytes piece_;
};

class Unpacking {
 public:
  Unpacking(const ZipMember& member, const ZipSink& sink)
      : member_(member), sink_(sink), out_(kOut) {}

  Result<ZipRead> run(Source& source, std::unique_ptr<Decompressor> decompressor, ByteView rest);

 private:
  bool has_size() const { return member_.sizes_known; }
  Result<bool> give(std::size_t n, std::uint64_t in);
  ZipOutcome judge(Source& source) const;

  const ZipMember& member_;
  const ZipSink& sink_;
  Bytes out_;
  std::uint64_t made_ = 0;
  uLong crc_ = crc32(0, nullptr, 0);
};

Result<bool> Unpacking::give(std::size_t n, std::uint64_t in) {
  if (n == 0) return true;
  crc_ = crc32(crc_, out_.data(), static_cast<uInt>(n));
  made_ += n;
  return sink_(ByteView(out_).first(n), in);
}

ZipOutcome Unpacking::judge(Source& source) const {
  if (has_size() && made_ != member_.size) return ZipOutcome::kDamaged;
  if (has_size() && !member_.aes_without_crc && crc_ != member_.crc) return ZipOutcome::kDamaged;
  return source.authentic() ? ZipOutcome::kWhole : ZipOutcome::kDamaged;
}

Result<ZipRead> Unpacking::run(Source& source, std::unique_ptr<Decompressor> decompressor,
                               ByteView rest) {
  const std::uint64_t began = source.at() - rest.size();
  using State = Decompressor::State;
  for (;;) {
    if (rest.empty() && !source.at_end()) {
      rest = source.next();
      if (rest.empty()) return ZipRead{ZipOutcome::kCut, source.at()};
    }
    // Never more than was promised: bare LZMA does not know where it ends.
    std::span<std::uint8_t> room = out_;
    if (has_size() && member_.size - made_ < room.size()) {
      room = room.first(static_cast<std::size_t>(member_.size - made_) +
                        (member_.method == 14 ? 0 : 1));
    }
    const auto step = decompressor->step(rest, room);
    rest = rest.subspan(step.taken);
    if (step.put > 0) {
      TRY(const bool wanted, give(step.put, source.at() - rest.size() - began));
      if (!wanted) return ZipRead{ZipOutcome::kStopped, source.at() - rest.size()};
    }
    const std::uint64_t end = source.at() - rest.size();
    if (step.state == State::kTooMuchMemory) return ZipRead{ZipOutcome::kTooMuchMemory, end};
    if (step.state == State::kCorrupt) return ZipRead{ZipOutcome::kDamaged, end};
    const bool stored = member_.method == 0;
    const bool all = step.state == State::kEnd || (stored && source.at_end() && rest.empty()) ||
                     (member_.method == 14 && has_size() && made_ == member_.size);
    if (all) return ZipRead{judge(source), end};
    if (has_size() && made_ > member_.size) return ZipRead{ZipOutcome::kDamaged, end};
    if (step.taken == 0 && step.put == 0 && (source.at_end() || !rest.empty())) {
      return ZipRead{source.at_end() && rest.empty() ? ZipOutcome::kCut : ZipOutcome::kDamaged,
                     end};
    }
  }
}

}  // namespace

Result<ZipRead> read_zip_member(const Spool& bytes, const ZipMember& member,
                                std::optional<std::string_view> password,
                                std::uint64_t decoder_memory, const ZipSink& sink) {
  const auto at = zip_data_at(bytes, member);
  if (!at) return ZipRead{ZipOutcome::kNoHeader, member.header_at};
  const std::uint64_t end = member.sizes_known ? *at + member.compressed : bytes.size();
  const std::uint64_t there = std::min(end, bytes.size());
  if (*at > there || end < *at) return ZipRead{ZipOutcome::kCut, there};
  const auto method = method_of(member.method);
  if (member.encrypted() && ((member.flags & 0x40U) != 0 || (member.method == 99))) {
    return ZipRead{ZipOutcome::kUnknownEncryption, end};
  }
  if (!method) return ZipRead{ZipOutcome::kUnknownMethod, end};
  Source source(bytes, *at, there);
  if (member.encrypted()) {
    if (!password) return ZipRead{ZipOutcome::kEncrypted, end};
    if (const auto fits = source.unlock(member, *password); fits != ZipOutcome::kWhole) {
      return ZipRead{fits, end};
    }
  }
  ByteView rest;
  std::unique_ptr<Decompressor> decompressor;
  if (*method == Method::kLzma1) {
    // Version, length of the properties, properties (APPNOTE section 5.8.8).
    rest = source.next();
    if (rest.size() < 9 || rest[2] != 5) return ZipRead{ZipOutcome::kDamaged, end};
    decompressor = make_decompressor(*method, decoder_memory, rest.subspan(4, 5));
    rest = rest.subspan(9);
  } else {
    decompressor = make_decompressor(*method, decoder_memory);
  }
  if (!decompressor) return ZipRead{ZipOutcome::kDamaged, end};
  TRY(auto read, Unpacking(member, sink).run(source, std::move(decompressor), rest));
  // A stream that ran out before it ended, in an archive that was cut.
  if (read.outcome == ZipOutcome::kDamaged && end > there && source.at_end()) {
    read.outcome = ZipOutcome::kCut;
  }
  return read;
}

bool zip_password_fits(const Spool& bytes, const ZipMember& member, std::string_view password) {
  const auto at = zip_data_at(bytes, member);
  if (!at) return false;
  const std::uint64_t end =
      member.sizes_known ? std::min(*at + member.compressed, bytes.size()) : bytes.size();
  return *at <= end && Source(bytes, *at, end).unlock(member, password) == ZipOutcome::kWhole;
}

std::string_view zip_method_name(std::uint16_t method) {
  switch (method) {
    case 1:
      return "shrink";
    case 6:
      return "implode";
    case 97:
      return "WavPack";
    case 98:
      return "PPMd";
    default:
      return "unknown";
  }
}

}  // namespace hitokoe::matcher
