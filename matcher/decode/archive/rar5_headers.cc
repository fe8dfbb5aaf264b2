#include "matcher/decode/archive/rar5_headers.h"

#include <zlib.h>

#include <algorithm>

namespace hitokoe::matcher {

namespace {

constexpr std::uint64_t kExtra = 1, kData = 2;  // flags of a block
constexpr std::uint64_t kTime = 2, kCrc = 4;    // flags of a file
constexpr std::uint64_t kEncryptionRecord = 1, kHashRecord = 2;
constexpr std::size_t kMostHeader = 2U << 20;

// Past the end: zeros, and bad().
class Cursor {
 public:
  explicit Cursor(ByteView data) : data_(data) {}
  std::uint64_t number() {  // seven bits a byte, the lowest first
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
      const auto byte = take(1);
      if (byte.empty()) return 0;
      value |= static_cast<std::uint64_t>(byte[0] & 0x7FU) << shift;
      if ((byte[0] & 0x80U) == 0) return value;
    }
    bad_ = true;
    return 0;
  }
  ByteView take(std::uint64_t n) {
    if (n > data_.size() - at_) {
      bad_ = true;
      return {};
    }
    const auto view = data_.subspan(at_, static_cast<std::size_t>(n));
    at_ += view.size();
    return view;
  }
  ByteView rest() { return take(data_.size() - at_); }
  std::size_t left() const { return data_.size() - at_; }
  std::size_t position() const { return at_; }
  bool bad() const { return bad_; }

 private:
  ByteView data_;
  std::size_t at_ = 0;
  bool bad_ = false;
};

void put_number(Bytes& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<std::uint8_t>(value | 0x80U));
    value >>= 7U;
  }
  out.push_back(static_cast<std::uint8_t>(value));
}

void put(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

std::optional<Rar5Encryption> encryption_of(Cursor in, bool with_iv) {
  Rar5Encryption e;
  if (in.number() != 0) return std::nullopt;  // AES-256 is the only one there is
  const std::uint64_t flags = in.number();
  const auto power = in.take(1), salt = in.take(16);
  const auto iv = with_iv ? in.take(16) : ByteView();
  e.has_check = (flags & 1U) != 0;
  e.tweaked = with_iv && (flags & 2U) != 0;
  const auto check = e.has_check ? in.take(8) : ByteView();
  if (in.bad()) return std::nullopt;
  e.power = power[0];
  std::ranges::copy(salt, e.salt.begin());
  std::ranges::copy(iv, e.iv.begin());
  std::ranges::copy(check, e.check.begin());
  return e;
}

// Each record of an extra area: its whole, its type, its content.
template <class Each>
void records(ByteView extra, const Each& each) {
  Cursor in(extra);
  while (in.left() > 0) {
    const std::size_t begin = in.position();
    const auto record = in.take(in.number());
    if (in.bad()) return;
    Cursor inside(record);
    const std::uint64_t type = inside.number();
    if (inside.bad()) return;
    each(extra.subspan(begin, in.position() - begin), type, inside.rest());
  }
}

}  // namespace

bool Rar5Encryption::opens(std::string_view password) const {
  if (!has_check || power > Rar5Headers::kMostPower) return false;
  return crypto::rar5_check(password, salt, power) == check;
}

void Rar5Headers::unlock(const Rar5Encryption& encryption, std::string_view password) {
  key_ = crypto::rar5_key(password, encryption.salt, encryption.power);
  locked_ = false;
}

// From the size on; its checksum holds.
std::optional<Bytes> Rar5Headers::header() {
  Bytes start = bytes_.read(at_, key_ ? 32 : 16);
  std::optional<crypto::AesCbc> cipher;
  std::uint64_t begin = at_;
  if (key_) {
    if (start.size() < 32) return std::nullopt;
    std::array<std::uint8_t, 16> iv{};
    std::copy_n(start.begin(), iv.size(), iv.begin());
    cipher.emplace(*key_, iv);
    start.erase(start.begin(), start.begin() + 16);
    cipher->decrypt(start);
    begin += 16;
  }
  if (start.size() < 7) return std::nullopt;
  Cursor in(ByteView(start).subspan(4));
  const std::uint64_t size = in.number();
  if (in.bad() || size == 0 || size > kMostHeader) return std::nullopt;
  const std::size_t whole = 4 + in.position() + static_cast<std::size_t>(size);
  Bytes all = std::move(start);
  if (key_) {
    const std::size_t padded = (whole + 15) / 16 * 16;
    Bytes more = bytes_.read(begin + 16, padded - 16);
    if (more.size() < padded - 16) return std::nullopt;
    cipher->decrypt(more);
    put(all, more);
    at_ = begin + padded;
  } else {
    all = bytes_.read(begin, whole);
    at_ = begin + whole;
  }
  if (all.size() < whole) return std::nullopt;
  all.resize(whole);
  std::uint32_t said = 0;
  for (unsigned i = 0; i < 4; ++i) said |= static_cast<std::uint32_t>(all[i]) << 8U * i;
  if (crc32(0, all.data() + 4, static_cast<uInt>(whole - 4)) != said) return std::nullopt;
  all.erase(all.begin(), all.begin() + 4);
  return all;
}

std::optional<Rar5Block> Rar5Headers::next() {
  if (locked_) return std::nullopt;
  const auto bytes = header();
  if (!bytes) return std::nullopt;
  Cursor in(*bytes);
  in.number();  // the size
  Rar5Block block;
  block.type = in.number();
  block.flags = in.number();
  const std::uint64_t extra = (block.flags & kExtra) != 0 ? in.number() : 0;
  block.data_bytes = (block.flags & kData) != 0 ? in.number() : 0;
  if (in.bad() || extra > in.left() || block.data_bytes > bytes_.size()) return std::nullopt;
  const auto fields = in.take(in.left() - extra);
  block.fields.assign(fields.begin(), fields.end());
  const auto area = in.rest();
  block.extra.assign(area.begin(), area.end());
  block.data_at = at_;
  at_ += block.data_bytes;
  if (block.is(Rar5Block::Type::kEncryption)) {
    block.encryption = encryption_of(Cursor(block.fields), false);
    locked_ = true;
  }
  if (block.is(Rar5Block::Type::kFile)) {
    records(block.extra, [&](ByteView, std::uint64_t type, ByteView content) {
      if (type == kEncryptionRecord) block.encryption = encryption_of(Cursor(content), true);
    });
  }
  return block;
}

std::optional<Rar5File> rar5_file(const Rar5Block& block) {
  Cursor in(block.fields);
  Rar5File file;
  const std::uint64_t flags = in.number();
  file.folder = (flags & 1U) != 0;
  file.unpacked = in.number();
  in.number();  // attributes
  if ((flags & kTime) != 0) in.take(4);
  if ((flags & kCrc) != 0) in.take(4);
  file.method = static_cast<unsigned>(in.number() >> 7U & 7U);
  if (in.bad()) return std::nullopt;
  return file;
}

void drop_rar5_encryption(Rar5Block& block) {
  const bool tweaked = block.encryption && block.encryption->tweaked;
  Bytes extra;
  records(block.extra, [&](ByteView whole, std::uint64_t type, ByteView) {
    if (type != kEncryptionRecord && !(type == kHashRecord && tweaked)) put(extra, whole);
  });
  block.extra = std::move(extra);
  block.encryption.reset();
  if (!tweaked) return;
  Cursor in(block.fields);
  const std::uint64_t flags = in.number();
  if ((flags & kCrc) == 0) return;
  Bytes fields;
  put_number(fields, flags & ~kCrc);
  const std::size_t begin = in.position();
  in.number();
  in.number();
  if ((flags & kTime) != 0) in.take(4);
  const std::size_t crc_at = in.position();
  in.take(4);
  if (in.bad()) return;
  put(fields, ByteView(block.fields).subspan(begin, crc_at - begin));
  put(fields, in.rest());
  block.fields = std::move(fields);
}

Bytes plain_rar5_block(const Rar5Block& block, std::uint64_t data_bytes) {
  Bytes body;
  put_number(body, block.type);
  std::uint64_t flags = block.flags & ~(kExtra | kData);
  if (!block.extra.empty()) flags |= kExtra;
  if ((block.flags & kData) != 0) flags |= kData;
  put_number(body, flags);
  if (!block.extra.empty()) put_number(body, block.extra.size());
  if ((block.flags & kData) != 0) put_number(body, data_bytes);
  put(body, block.fields);
  put(body, block.extra);
  Bytes sized;
  put_number(sized, body.size());
  put(sized, body);
  Bytes out;
  put_u32(out, static_cast<std::uint32_t>(crc32(0, sized.data(), static_cast<uInt>(sized.size()))));
  put(out, sized);
  return out;
}

}  // namespace hitokoe::matcher
