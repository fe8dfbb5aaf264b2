#include "matcher/decode/archive/seven_zip_header.h"

#include <zlib.h>

#include <algorithm>

#include "hitokoe/text/charset.h"

namespace hitokoe::matcher {

namespace {

constexpr std::uint64_t kMostCoders = 8, kMostFolders = 200'000, kMostHeader = 256ULL << 20;

enum Id : std::uint8_t {
  kEnd = 0,
  kHeader = 1,
  kArchiveProperties = 2,
  kAdditionalStreams = 3,
  kMainStreams = 4,
  kFilesInfo = 5,
  kPackInfo = 6,
  kUnpackInfo = 7,
  kSubStreams = 8,
  kSize = 9,
  kCrc = 10,
  kFolder = 11,
  kUnpackSize = 12,
  kNumUnpack = 13,
  kEmptyStream = 14,
  kEmptyFile = 15,
  kNames = 17,
  kEncodedHeader = 23,
};

// Reads past the end give zero and leave bad() set: looked at once per list.
class Cursor {
 public:
  explicit Cursor(ByteView data) : data_(data) {}

  std::uint8_t byte() {
    if (at_ >= data_.size()) {
      bad_ = true;
      return 0;
    }
    return data_[at_++];
  }
  // Leading ones of the first byte say how many bytes follow.
  std::uint64_t number() {
    const std::uint8_t first = byte();
    std::uint64_t value = 0;
    unsigned mask = 0x80;
    for (unsigned i = 0; i < 8; ++i, mask >>= 1U) {
      if ((first & mask) == 0)
        return value | static_cast<std::uint64_t>(first & (mask - 1U)) << 8U * i;
      value |= static_cast<std::uint64_t>(byte()) << 8U * i;
    }
    return value;
  }
  // A count of things that take a byte each at least: more than the bytes that are left is a lie.
  std::uint64_t count(std::uint64_t most) {
    const std::uint64_t n = number();
    if (n > most) bad_ = true;
    return bad_ ? 0 : n;
  }
  std::uint32_t u32() {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i) value |= static_cast<std::uint32_t>(byte()) << 8U * i;
    return value;
  }
  ByteView bytes(std::uint64_t n) {
    if (n > data_.size() - at_) {
      bad_ = true;
      return {};
    }
    const auto view = data_.subspan(at_, static_cast<std::size_t>(n));
    at_ += static_cast<std::size_t>(n);
    return view;
  }
  std::vector<bool> bits(std::uint64_t n) {
    const ByteView packed = bytes((n + 7) / 8);
    std::vector<bool> out(bad_ ? 0 : static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = (packed[i / 8] >> (7U - i % 8) & 1U) != 0;
    return out;
  }
  // "All of them", or a bit for each.
  std::vector<bool> all_or_bits(std::uint64_t n) {
    if (byte() != 0) return std::vector<bool>(bad_ ? 0 : static_cast<std::size_t>(n), true);
    return bits(n);
  }
  std::size_t left() const { return data_.size() - at_; }
  bool bad() const { return bad_; }
  void spoil() { bad_ = true; }

 private:
  ByteView data_;
  std::size_t at_ = 0;
  bool bad_ = false;
};

std::vector<std::optional<std::uint32_t>> crcs(Cursor& in, std::uint64_t n) {
  std::vector<std::optional<std::uint32_t>> out;
  for (const bool there : in.all_or_bits(n)) {
    out.push_back(there ? std::optional(in.u32()) : std::nullopt);
    if (in.bad()) break;
  }
  return out;
}

void pack_info(Cursor& in, SevenZipStreams& out) {
  out.packed_at = in.number();
  const std::uint64_t streams = in.count(kMostFolders * 4);
  for (auto id = in.byte(); id != kEnd && !in.bad(); id = in.byte()) {
    if (id == kSize) {
      for (std::uint64_t i = 0; i < streams && !in.bad(); ++i)
        out.packed_sizes.push_back(in.number());
    } else if (id == kCrc) {
      crcs(in, streams);
    } else {
      in.spoil();
    }
  }
}

SevenZipFolder folder(Cursor& in) {
  SevenZipFolder out;
  std::uint64_t inputs = 0, outputs = 0;
  const std::uint64_t coders = in.count(kMostCoders);
  for (std::uint64_t i = 0; i < coders && !in.bad(); ++i) {
    SevenZipCoder coder;
    const std::uint8_t how = in.byte();
    for (const auto byte : in.bytes(how & 0x0FU)) coder.id = coder.id << 8U | byte;
    if ((how & 0x10U) != 0) {
      coder.inputs = in.count(32);
      coder.outputs = in.count(32);
    }
    if ((how & 0x20U) != 0) {
      const auto properties = in.bytes(in.number());
      coder.properties.assign(properties.begin(), properties.end());
    }
    if ((how & 0x80U) != 0) in.spoil();
    inputs += coder.inputs;
    outputs += coder.outputs;
    out.coders.push_back(std::move(coder));
  }
  if (out.coders.empty() || outputs == 0 || inputs + 1 < outputs) in.spoil();
  for (std::uint64_t i = 0; i + 1 < outputs && !in.bad(); ++i) {
    const std::uint64_t input = in.number();
    out.bonds.emplace_back(input, in.number());
  }
  if (in.bad()) return out;
  const std::uint64_t packed = inputs - (outputs - 1);
  if (packed == 1) {
    for (std::uint64_t i = 0; i < inputs; ++i) {
      if (std::ranges::none_of(out.bonds, [&](auto& b) { return b.first == i; })) {
        out.packed.push_back(i);
        break;
      }
    }
  } else {
    for (std::uint64_t i = 0; i < packed && !in.bad(); ++i) out.packed.push_back(in.number());
  }
  return out;
}

void unpack_info(Cursor& in, SevenZipStreams& out) {
  if (in.byte() != kFolder) return in.spoil();
  const std::uint64_t folders = in.count(std::min<std::uint64_t>(kMostFolders, in.left()));
  if (in.byte() != 0) return in.spoil();  // elsewhere: no program writes that
  std::size_t packed = 0;
  std::uint64_t at = 0;
  for (std::uint64_t i = 0; i < folders && !in.bad(); ++i) {
    SevenZipFolder next = folder(in);
    if (next.packed.size() > out.packed_sizes.size() - packed) return in.spoil();
    next.packed_at = at;
    next.packed_bytes = next.packed.empty() ? 0 : out.packed_sizes[packed];
    for (std::size_t k = 0; k < next.packed.size(); ++k) at += out.packed_sizes[packed++];
    out.folders.push_back(std::move(next));
  }
  for (auto id = in.byte(); id != kEnd && !in.bad(); id = in.byte()) {
    if (id == kUnpackSize) {
      for (auto& f : out.folders) {
        std::uint64_t outputs = 0;
        for (const auto& c : f.coders) outputs += c.outputs;
        for (std::uint64_t i = 0; i < outputs && !in.bad(); ++i) f.sizes.push_back(in.number());
      }
    } else if (id == kCrc) {
      const auto all = crcs(in, folders);
      for (std::size_t i = 0; i < all.size(); ++i) out.folders[i].crc = all[i];
    } else {
      in.spoil();
    }
  }
}

void sub_streams(Cursor& in, std::uint64_t most_files, SevenZipStreams& out) {
  auto id = in.byte();
  std::uint64_t total = out.folders.size();
  if (id == kNumUnpack) {
    total = 0;
    for (auto& f : out.folders) {
      f.files = in.count(most_files);
      total += f.files;
      if (in.bad() || total > most_files) return in.spoil();
    }
    id = in.byte();
  }
  for (auto& f : out.folders) {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 1; id == kSize && i < f.files && !in.bad(); ++i) {
      out.file_sizes.push_back(in.number());
      sum += out.file_sizes.back();
    }
    if (id != kSize && f.files > 1) in.spoil();
    if (f.files > 0) out.file_sizes.push_back(f.size() >= sum ? f.size() - sum : 0);
    if (in.bad()) return;
  }
  if (id == kSize) id = in.byte();
  // A checksum that its folder has already is not said again.
  std::uint64_t unknown = 0;
  for (const auto& f : out.folders) unknown += f.files == 1 && f.crc ? 0 : f.files;
  std::vector<std::optional<std::uint32_t>> said;
  for (; id != kEnd && !in.bad(); id = in.byte()) {
    if (id == kCrc) {
      said = crcs(in, unknown);
    } else {
      in.bytes(in.number());
    }
  }
  said.resize(static_cast<std::size_t>(in.bad() ? 0 : unknown));
  std::size_t next = 0;
  for (const auto& f : out.folders) {
    for (std::uint64_t i = 0; i < f.files && !in.bad(); ++i) {
      out.file_crcs.push_back(f.files == 1 && f.crc ? f.crc : said[next++]);
    }
  }
}

void streams_info(Cursor& in, std::uint64_t most_files, SevenZipStreams& out) {
  bool sub = false;
  for (auto id = in.byte(); id != kEnd && !in.bad(); id = in.byte()) {
    if (id == kPackInfo) {
      pack_info(in, out);
    } else if (id == kUnpackInfo) {
      unpack_info(in, out);
    } else if (id == kSubStreams) {
      sub = true;
      sub_streams(in, most_files, out);
    } else {
      in.spoil();
    }
  }
  if (sub || in.bad()) return;
  for (const auto& f : out.folders) {
    out.file_sizes.push_back(f.size());
    out.file_crcs.push_back(f.crc);
  }
}

void names(ByteView field, std::vector<SevenZipFile>& files) {
  if (field.empty() || field[0] != 0) return;
  field = field.subspan(1);
  for (auto& file : files) {
    std::size_t end = 0;
    while (end + 1 < field.size() && (field[end] != 0 || field[end + 1] != 0)) end += 2;
    if (end + 1 >= field.size()) return;
    file.name = text::decode(field.first(end), text::Charset::kUtf16Le).utf8;
    field = field.subspan(end + 2);
  }
}

SevenZipState files_info(Cursor& in, std::uint64_t most_files, SevenZipHeader& out) {
  const std::uint64_t n = in.number();
  if (n > most_files) return SevenZipState::kTooManyFiles;
  out.files.resize(static_cast<std::size_t>(n));
  std::vector<bool> empty, empty_file;
  for (auto id = in.number(); id != kEnd && !in.bad(); id = in.number()) {
    Cursor field(in.bytes(in.number()));
    if (id == kEmptyStream) {
      empty = field.bits(n);
    } else if (id == kEmptyFile) {
      empty_file = field.bits(static_cast<std::uint64_t>(std::ranges::count(empty, true)));
    } else if (id == kNames) {
      names(field.bytes(field.left()), out.files);
    }
    if (field.bad()) return SevenZipState::kDamaged;
  }
  std::size_t among_empty = 0;
  for (std::size_t i = 0; i < out.files.size() && i < empty.size(); ++i) {
    if (!empty[i]) continue;
    out.files[i].has_content = false;
    out.files[i].folder = among_empty >= empty_file.size() || !empty_file[among_empty];
    ++among_empty;
  }
  return in.bad() ? SevenZipState::kDamaged : SevenZipState::kOk;
}

}  // namespace

bool SevenZipFolder::encrypted() const {
  return std::ranges::any_of(coders, [](const auto& c) { return c.id == kSevenZipAes; });
}

std::uint64_t SevenZipFolder::memory() const {
  std::uint64_t most = 0;
  for (const auto& c : coders) {
    const auto& p = c.properties;
    const auto word = [&](std::size_t at) {
      return static_cast<std::uint64_t>(p[at]) | static_cast<std::uint64_t>(p[at + 1]) << 8U |
             static_cast<std::uint64_t>(p[at + 2]) << 16U |
             static_cast<std::uint64_t>(p[at + 3]) << 24U;
    };
    if ((c.id == kSevenZipLzma || c.id == kSevenZipPpmd) && p.size() >= 5)
      most = std::max(most, word(1));
    if (c.id == kSevenZipLzma2 && !p.empty()) {
      const unsigned bits = p[0];
      most =
          std::max<std::uint64_t>(most, bits >= 40 ? ~0U : (2ULL | (bits & 1U)) << (bits / 2 + 11));
    }
  }
  return most;
}

std::uint64_t SevenZipFolder::size() const {
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (std::ranges::none_of(bonds, [&](auto& b) { return b.second == i; })) return sizes[i];
  }
  return 0;
}

SevenZipStart open_seven_zip(const Spool& bytes, std::uint64_t at) {
  SevenZipStart out;
  const Bytes start = bytes.read(at, 32);
  if (start.size() < 32) {
    out.state = SevenZipState::kCut;
    return out;
  }
  Cursor in(ByteView(start).subspan(8));
  const std::uint32_t crc = in.u32();
  if (crc32(0, start.data() + 12, 20) != crc) return out;
  const auto u64 = [&] {
    const std::uint64_t low = in.u32();
    return low | static_cast<std::uint64_t>(in.u32()) << 32U;
  };
  const std::uint64_t header_at = u64(), header_bytes = u64();
  const std::uint32_t header_crc = in.u32();
  const std::uint64_t there = bytes.size() - at - 32;
  if (header_bytes == 0) {
    out.state = SevenZipState::kOk;  // an archive of nothing
    return out;
  }
  if (header_bytes > kMostHeader) return out;
  if (header_at > there || header_bytes > there - header_at) {
    out.state = SevenZipState::kCut;
    if (header_at < 1ULL << 60U) out.missing = header_at + header_bytes - there;
    return out;
  }
  Bytes header = bytes.read(at + 32 + header_at, static_cast<std::size_t>(header_bytes));
  if (header.size() != header_bytes ||
      crc32(0, header.data(), static_cast<uInt>(header.size())) != header_crc) {
    return out;
  }
  if (header[0] == kEncodedHeader) {
    Cursor packed(ByteView(header).subspan(1));
    streams_info(packed, 1, out.streams);
    if (packed.bad() || out.streams.folders.size() != 1 ||
        out.streams.folders[0].size() > kMostHeader) {
      return out;
    }
    out.packed = true;
  }
  out.header = std::move(header);
  out.state = SevenZipState::kOk;
  return out;
}

SevenZipState parse_seven_zip(ByteView header, std::uint64_t most_files, SevenZipHeader& out) {
  if (header.empty()) return SevenZipState::kOk;
  Cursor in(header);
  if (in.byte() != kHeader) return SevenZipState::kDamaged;
  auto id = in.byte();
  if (id == kArchiveProperties) {
    for (auto property = in.byte(); property != kEnd && !in.bad(); property = in.byte()) {
      in.bytes(in.number());
    }
    id = in.byte();
  }
  if (id == kAdditionalStreams) {
    SevenZipStreams unused;
    streams_info(in, most_files, unused);
    id = in.byte();
  }
  if (id == kMainStreams) {
    streams_info(in, most_files, out.streams);
    id = in.byte();
  }
  if (in.bad()) return SevenZipState::kDamaged;
  if (id == kEnd) return SevenZipState::kOk;
  return id == kFilesInfo ? files_info(in, most_files, out) : SevenZipState::kDamaged;
}

}  // namespace hitokoe::matcher
