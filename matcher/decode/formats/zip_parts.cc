#include "matcher/decode/formats/zip_parts.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace hitokoe::matcher {

namespace {

using Archive = std::unique_ptr<archive, int (*)(archive*)>;

// The spool as libarchive reads it.
struct Source {
  const Spool& spool;
  std::uint64_t at = 0;
  std::array<std::uint8_t, 64U << 10> block{};

  static la_ssize_t read(archive*, void* self, const void** bytes) {
    auto& s = *static_cast<Source*>(self);
    const std::size_t n = s.spool.read(s.at, s.block);
    s.at += n;
    *bytes = s.block.data();
    return static_cast<la_ssize_t>(n);
  }
  static la_int64_t skip(archive*, void* self, la_int64_t request) {
    auto& s = *static_cast<Source*>(self);
    const std::uint64_t left = s.spool.size() - std::min(s.spool.size(), s.at);
    const auto n = std::min(left, static_cast<std::uint64_t>(std::max<la_int64_t>(request, 0)));
    s.at += n;
    return static_cast<la_int64_t>(n);
  }
  static la_int64_t seek(archive*, void* self, la_int64_t offset, int whence) {
    auto& s = *static_cast<Source*>(self);
    const auto size = static_cast<la_int64_t>(s.spool.size());
    la_int64_t base = 0;
    if (whence == SEEK_CUR) base = static_cast<la_int64_t>(s.at);
    if (whence == SEEK_END) base = size;
    // A damaged directory may point anywhere.
    if (offset > size || offset < -size) return ARCHIVE_FATAL;
    s.at = static_cast<std::uint64_t>(std::clamp<la_int64_t>(base + offset, 0, size));
    return static_cast<la_int64_t>(s.at);
  }
};

Archive open_archive(Source& source) {
  Archive opened(archive_read_new(), &archive_read_free);
  if (opened == nullptr) return opened;
  archive_read_support_filter_none(opened.get());
  archive_read_support_format_zip(opened.get());
  archive_read_set_read_callback(opened.get(), &Source::read);
  archive_read_set_skip_callback(opened.get(), &Source::skip);
  archive_read_set_seek_callback(opened.get(), &Source::seek);
  archive_read_set_callback_data(opened.get(), &source);
  if (archive_read_open1(opened.get()) != ARCHIVE_OK) opened.reset();
  return opened;
}

std::string member_name(archive_entry* entry) {
  const char* name = archive_entry_pathname_utf8(entry);
  if (name == nullptr) name = archive_entry_pathname(entry);
  std::string out = name == nullptr ? "" : name;
  std::ranges::replace(out, '\\', '/');
  if (out.starts_with('/')) out.erase(0, 1);
  return out;
}

}  // namespace

void ZipParts::damaged() {
  if (std::exchange(told_, true)) return;
  reading_.warn(document_, {"the ZIP inside is damaged or cut: the parts before that were read",
                            "内部の ZIP が壊れているか途中で切れています。その前までを読みました"});
}

Result<void> ZipParts::visit(
    const std::function<std::unique_ptr<PartSink>(const std::string&)>& choose) {
  members_ = 0;
  if (over_) return ok();
  const auto source = std::make_unique<Source>(Source{zip_});
  const Archive zip = open_archive(*source);
  if (zip == nullptr) {
    damaged();
    return ok();
  }
  std::array<std::uint8_t, 64U << 10> block{};
  for (;;) {
    archive_entry* entry = nullptr;
    const int next = archive_read_next_header(zip.get(), &entry);
    if (next == ARCHIVE_EOF) return ok();
    if (next < ARCHIVE_WARN) {
      damaged();
      return ok();
    }
    if (++members_ > reading_.limits().parts) return ok();
    const auto sink = choose(member_name(entry));
    if (sink == nullptr) continue;
    for (;;) {
      const la_ssize_t n = archive_read_data(zip.get(), block.data(), block.size());
      if (n == 0) break;
      if (n < 0) {
        damaged();
        break;
      }
      const auto size = static_cast<std::size_t>(n);
      if (!reading_.take_unpacked(size)) {
        over_ = true;
        reading_.warn_over(document_);
        return sink->end();
      }
      TRYV(sink->piece(ByteView(block).first(size)));
    }
    TRYV(sink->end());
  }
}

}  // namespace hitokoe::matcher
