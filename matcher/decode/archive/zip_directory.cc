#include "matcher/decode/archive/zip_directory.h"

#include <zlib.h>

#include <algorithm>

#include "hitokoe/text/charset.h"

namespace hitokoe::matcher {

namespace {

// Without bounds checks: whoever calls has looked at the size.
std::uint16_t u16(ByteView b, std::size_t at) {
  return static_cast<std::uint16_t>(b[at] | b[at + 1] << 8U);
}
std::uint32_t u32(ByteView b, std::size_t at) {
  return static_cast<std::uint32_t>(u16(b, at)) | static_cast<std::uint32_t>(u16(b, at + 2)) << 16U;
}
std::uint64_t u64(ByteView b, std::size_t at) {
  return u32(b, at) | static_cast<std::uint64_t>(u32(b, at + 4)) << 32U;
}

constexpr std::size_t kRecord = 22, kCentral = 46, kLocal = 30;
constexpr std::uint32_t kMax32 = 0xFFFFFFFF;

// Id and content of each extra field.
template <class Each>
void extra_fields(ByteView extra, const Each& each) {
  while (extra.size() >= 4) {
    const std::size_t n = u16(extra, 2);
    if (n > extra.size() - 4) return;
    each(u16(extra, 0), extra.subspan(4, n));
    extra = extra.subspan(4 + n);
  }
}

struct Wide {  // of the Zip64 field: only what the header has no room for is in it
  std::uint64_t* value;
  bool missing;
};

void take_zip64(ByteView field, std::initializer_list<Wide> values) {
  for (const auto& [value, missing] : values) {
    if (!missing) continue;
    if (field.size() < 8) return;
    *value = u64(field, 0);
    field = field.subspan(8);
  }
}

void take_extra(ByteView extra, ByteView raw_name, std::initializer_list<Wide> wide, ZipMember& m) {
  extra_fields(extra, [&](std::uint16_t id, ByteView field) {
    if (id == 0x0001) take_zip64(field, wide);
    if (id == 0x7075 && field.size() > 5 && field[0] == 1 &&
        u32(field, 1) == crc32(0, raw_name.data(), static_cast<uInt>(raw_name.size()))) {
      m.name = readable_name(as_text(field.subspan(5)));
    }
    if (id == 0x9901 && field.size() >= 7 && m.method == 99 && field[4] >= 1 && field[4] <= 3) {
      m.aes_key_bytes = 8U + 8U * field[4];
      m.aes_without_crc = u16(field, 0) == 2;
      m.method = u16(field, 5);
    }
  });
}

}  // namespace

std::string readable_name(std::string_view raw) {
  const auto utf8 = text::decode(as_bytes(raw), text::Charset::kUtf8);
  if (utf8.undecodable == 0) return utf8.utf8;
  return text::decode(as_bytes(raw), text::Charset::kShiftJis).utf8;
}

bool ZipDirectory::open(std::uint64_t record_at, ByteView record) {
  std::uint64_t disk = u16(record, 4), first_disk = u16(record, 6);
  std::uint64_t members = u16(record, 10), size = u32(record, 12), begins = u32(record, 16);
  archive_ends_ = record_at + kRecord + u16(record, 20);
  std::uint64_t directory_ends = record_at;
  if (record_at >= 20) {
    const Bytes locator = bytes_->read(record_at - 20, 20);
    if (locator.size() == 20 && u32(locator, 0) == 0x07064B50) {
      // Where it says, or, behind garbage, just before the locator.
      for (const std::uint64_t at :
           {u64(locator, 8), record_at - 20 - std::min<std::uint64_t>(56, record_at - 20)}) {
        const Bytes wide = at < record_at ? bytes_->read(at, 56) : Bytes();
        if (wide.size() < 56 || u32(wide, 0) != 0x06064B50) continue;
        disk = u32(wide, 16);
        first_disk = u32(wide, 20);
        members = u64(wide, 32);
        size = u64(wide, 40);
        begins = u64(wide, 48);
        directory_ends = at;
        break;
      }
    }
  }
  in_parts_ = disk != 0 || first_disk != 0;
  members_ = members;
  if (size > directory_ends) return in_parts_;
  const auto central_at = [&](std::uint64_t at) {
    const Bytes four = bytes_->read(at, 4);
    return four.size() == 4 && u32(four, 0) == 0x02014B50;
  };
  at_ = directory_ends - size;
  end_ = directory_ends;
  // What stands before the archive moves everything. Where its length is wrong, the place may hold.
  if (size == 0 || central_at(at_)) {
    shift_ = at_ >= begins ? at_ - begins : 0;
    return true;
  }
  if (begins < directory_ends && central_at(begins)) {
    at_ = begins;
    return true;
  }
  return in_parts_;
}

std::optional<ZipDirectory> ZipDirectory::find(const Spool& bytes, std::uint64_t end) {
  end = std::min(end, bytes.size());
  // A comment is 64 KiB at most; programs that append something leave it behind.
  constexpr std::uint64_t kBack = 1U << 20, kStep = 64U << 10;
  const std::uint64_t least = end > kBack ? end - kBack : 0;
  for (std::uint64_t to = end; to > least;) {
    const std::uint64_t from = to > least + kStep ? to - kStep : least;
    const Bytes part =
        bytes.read(from, static_cast<std::size_t>(std::min(end, to + kRecord) - from));
    for (std::size_t i = part.size() < kRecord ? 0 : part.size() - kRecord + 1; i-- > 0;) {
      if (u32(part, i) != 0x06054B50) continue;
      ZipDirectory found(bytes);
      if (found.open(from + i, ByteView(part).subspan(i)) && found.archive_ends_ <= end)
        return found;
    }
    to = from;
  }
  return std::nullopt;
}

std::optional<ZipMember> ZipDirectory::next(Position& position) const {
  const Bytes fixed = bytes_->read(position.at, kCentral);
  if (position.at >= end_ || fixed.size() < kCentral || u32(fixed, 0) != 0x02014B50) {
    return std::nullopt;
  }
  const std::size_t name = u16(fixed, 28), extra = u16(fixed, 30), comment = u16(fixed, 32);
  const Bytes rest = bytes_->read(position.at + kCentral, name + extra);
  if (rest.size() < name + extra) return std::nullopt;
  ZipMember m;
  m.flags = u16(fixed, 8);
  m.method = u16(fixed, 10);
  m.time = u16(fixed, 12);
  m.crc = u32(fixed, 16);
  m.compressed = u32(fixed, 20);
  m.size = u32(fixed, 24);
  m.header_at = u32(fixed, 42);
  const ByteView raw = ByteView(rest).first(name);
  m.name = readable_name(as_text(raw));
  take_extra(ByteView(rest).subspan(name), raw,
             {{&m.size, m.size == kMax32},
              {&m.compressed, m.compressed == kMax32},
              {&m.header_at, m.header_at == kMax32}},
             m);
  m.header_at += shift_;
  const std::uint32_t mode = u32(fixed, 38) >> 16U & 0xF000U;  // where Unix made it
  const bool unix_made = fixed[5] == 3 || fixed[5] == 19;
  if (raw.empty() ? false : raw.back() == '/') {
    m.is = ZipMember::Is::kFolder;
  } else if (unix_made && mode == 0xA000) {
    m.is = ZipMember::Is::kLink;
  }
  position.at += kCentral + name + extra + comment;
  return m;
}

std::optional<ZipMember> local_member(const Spool& bytes, std::uint64_t at) {
  const Bytes fixed = bytes.read(at, kLocal);
  if (fixed.size() < kLocal || u32(fixed, 0) != 0x04034B50) return std::nullopt;
  const std::size_t name = u16(fixed, 26), extra = u16(fixed, 28);
  const Bytes rest = bytes.read(at + kLocal, name + extra);
  if (rest.size() < name + extra || fixed[4] > 63) return std::nullopt;
  ZipMember m;
  m.header_at = at;
  m.flags = u16(fixed, 6);
  m.method = u16(fixed, 8);
  m.time = u16(fixed, 10);
  m.crc = u32(fixed, 14);
  m.compressed = u32(fixed, 18);
  m.size = u32(fixed, 22);
  const ByteView raw = ByteView(rest).first(name);
  m.name = readable_name(as_text(raw));
  take_extra(ByteView(rest).subspan(name), raw,
             {{&m.size, m.size == kMax32}, {&m.compressed, m.compressed == kMax32}}, m);
  m.sizes_known = (m.flags & 8U) == 0;
  if (!raw.empty() && raw.back() == '/') m.is = ZipMember::Is::kFolder;
  return m;
}

std::optional<std::uint64_t> zip_data_at(const Spool& bytes, const ZipMember& member) {
  const Bytes fixed = bytes.read(member.header_at, kLocal);
  if (fixed.size() < kLocal || u32(fixed, 0) != 0x04034B50) return std::nullopt;
  return member.header_at + kLocal + u16(fixed, 26) + u16(fixed, 28);
}

}  // namespace hitokoe::matcher
