#include "matcher/decode/formats/ole_file.h"

#include <algorithm>

#include "hitokoe/text/charset.h"

namespace hitokoe::matcher {

namespace {

constexpr std::uint32_t kLastSector = 0xFFFFFFFA;  // beyond it: free, end, table
constexpr std::uint32_t kNone = 0xFFFFFFFF;
constexpr std::size_t kMostEntries = 100'000;
constexpr std::size_t kMostPath = 1024;

std::uint16_t u16(ByteView b, std::size_t at) {
  return static_cast<std::uint16_t>(b[at] | (b[at + 1] << 8));
}
std::uint32_t u32(ByteView b, std::size_t at) {
  return std::uint32_t{b[at]} | (std::uint32_t{b[at + 1]} << 8) | (std::uint32_t{b[at + 2]} << 16) |
         (std::uint32_t{b[at + 3]} << 24);
}

}  // namespace

bool is_ole(ByteView head) { return as_text(head).starts_with("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"); }

ByteView OleFile::sector(std::uint32_t number) const {
  const std::uint64_t begin = (std::uint64_t{number} + 1) * sector_size_;
  if (number > kLastSector || begin >= file_.size()) return {};
  const auto at = static_cast<std::size_t>(begin);
  return file_.subspan(at, std::min(sector_size_, file_.size() - at));
}

Bytes OleFile::chain(std::uint32_t first, std::size_t most) const {
  Bytes out;
  // No chain is longer than the file: so a circle ends too.
  most = std::min(most, file_.size());
  for (std::uint32_t at = first; out.size() < most;) {
    const ByteView bytes = sector(at);
    if (bytes.empty()) break;
    out.insert(out.end(), bytes.begin(), bytes.end());
    if (at >= table_.size()) break;
    at = table_[at];
  }
  out.resize(std::min(out.size(), most));
  return out;
}

void OleFile::load_table(std::uint32_t first_extra, std::uint32_t extra) {
  std::vector<std::uint32_t> where;
  where.reserve(109);
  const std::size_t sectors = file_.size() / sector_size_ + 1;
  for (std::size_t i = 0; i < 109; ++i) where.push_back(u32(file_, 76 + 4 * i));
  std::uint32_t at = first_extra;
  for (std::uint32_t i = 0; i < extra && where.size() < sectors; ++i) {
    const ByteView bytes = sector(at);
    if (bytes.size() < sector_size_) break;
    for (std::size_t k = 0; k + 8 <= sector_size_; k += 4) where.push_back(u32(bytes, k));
    at = u32(bytes, sector_size_ - 4);
  }
  for (const std::uint32_t one : where) {
    if (one > kLastSector || table_.size() > sectors) continue;
    const ByteView bytes = sector(one);
    for (std::size_t k = 0; k + 4 <= bytes.size(); k += 4) table_.push_back(u32(bytes, k));
  }
}

void OleFile::load_directory(const Bytes& directory) {
  const std::size_t count = directory.size() / 128;
  if (count == 0) return;
  struct Visit {
    std::uint32_t number;
    std::string parent;
  };
  std::vector<bool> seen(count, false);
  std::vector<Visit> stack = {{u32(directory, 76), {}}};
  while (!stack.empty() && entries_.size() < kMostEntries) {
    const Visit v = std::move(stack.back());
    stack.pop_back();
    if (v.number >= count || seen[v.number]) continue;
    seen[v.number] = true;
    const ByteView e = ByteView(directory).subspan(std::size_t{v.number} * 128, 128);
    const std::size_t name = std::min<std::size_t>(u16(e, 64), 64);
    Entry entry;
    const auto called =
        text::decode(e.first(name < 2 ? 0 : name - 2), text::Charset::kUtf16Le).utf8;
    entry.path = v.parent.empty() ? called : v.parent + "/" + called;
    entry.stream = e[66] == 2;
    entry.first = u32(e, 116);
    entry.size = u32(e, 120) | (large_ ? std::uint64_t{u32(e, 124)} << 32 : 0);
    stack.push_back({u32(e, 72), v.parent});
    stack.push_back({u32(e, 68), v.parent});
    if (e[66] == 1 && entry.path.size() < kMostPath) stack.push_back({u32(e, 76), entry.path});
    by_path_.emplace(entry.path, entries_.size());
    entries_.push_back(std::move(entry));
  }
}

bool OleFile::load() {
  if (file_.size() < 512 || !is_ole(file_)) return false;
  const unsigned shift = u16(file_, 30), mini_shift = u16(file_, 32);
  if ((shift != 9 && shift != 12) || mini_shift != 6) return false;
  sector_size_ = std::size_t{1} << shift;
  large_ = u16(file_, 26) == 4;
  mini_cutoff_ = u32(file_, 56);
  load_table(u32(file_, 68), u32(file_, 72));
  const Bytes directory = chain(u32(file_, 48), kMostEntries * 128);
  if (directory.size() < 128) return false;
  const Bytes minis = chain(u32(file_, 60), file_.size());
  for (std::size_t k = 0; k + 4 <= minis.size(); k += 4) mini_table_.push_back(u32(minis, k));
  mini_ = chain(u32(directory, 116), file_.size());
  load_directory(directory);
  return true;
}

std::optional<OleFile> OleFile::open(ByteView file) {
  OleFile opened(file);
  if (!opened.load()) return std::nullopt;
  return opened;
}

const OleFile::Entry* OleFile::find(const std::string& path) const {
  const auto at = by_path_.find(path);
  return at == by_path_.end() ? nullptr : &entries_[at->second];
}

Bytes OleFile::read(const Entry& entry, std::size_t most, bool* whole) const {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(entry.size, most));
  Bytes out;
  if (entry.size >= mini_cutoff_) {
    out = chain(entry.first, size);
  } else {
    for (std::uint32_t at = entry.first; out.size() < size && at != kNone;) {
      const std::size_t begin = std::size_t{at} * mini_size_;
      if (at > kLastSector || begin >= mini_.size()) break;
      const std::size_t n = std::min({mini_size_, mini_.size() - begin, size - out.size()});
      const auto from = mini_.begin() + static_cast<std::ptrdiff_t>(begin);
      out.insert(out.end(), from, from + static_cast<std::ptrdiff_t>(n));
      if (at >= mini_table_.size()) break;
      at = mini_table_[at];
    }
  }
  if (whole != nullptr) *whole = out.size() == entry.size;
  return out;
}

}  // namespace hitokoe::matcher
