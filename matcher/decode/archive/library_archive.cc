#include "matcher/decode/archive/library_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <langinfo.h>
#include <locale.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <clocale>

#include "matcher/decode/archive/part_feed.h"
#include "matcher/decode/archive/zip_directory.h"

namespace hitokoe::matcher {

namespace {

// Names that an archive holds in Unicode would otherwise become question marks. Of this thread
// only.
class Utf8Names {
 public:
  Utf8Names() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_ != nullptr) before_ = ::uselocale(locale_);
  }
  ~Utf8Names() {
    if (locale_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(locale_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t locale_, before_ = nullptr;
};

class Stream {
 public:
  virtual ~Stream() = default;
  virtual ByteView next() = 0;
  virtual bool seekable() const { return false; }
  virtual std::int64_t seek(std::int64_t, int) { return ARCHIVE_FATAL; }
  virtual std::int64_t skip(std::int64_t) { return 0; }
  virtual bool abandoned() const { return false; }
  std::uint64_t given() const { return given_; }
  // No more than `n` bytes from here on.
  void allow(std::uint64_t n) { last_ = given_ + n; }
  void allow_all() { last_ = UINT64_MAX; }
  bool exhausted() const { return given_ >= last_; }

 protected:
  std::uint64_t given_ = 0;

 private:
  std::uint64_t last_ = UINT64_MAX;
};

class Pulled final : public Stream {
 public:
  explicit Pulled(PullThread& thread) : thread_(thread) {}
  ByteView next() override {
    const auto piece = thread_.next();
    given_ += piece.size();
    return piece;
  }
  bool abandoned() const override { return thread_.abandoned(); }

 private:
  PullThread& thread_;
};

class FromSpool final : public Stream {
 public:
  FromSpool(const Spool& bytes, std::uint64_t begin) : bytes_(bytes), begin_(begin), at_(begin) {}
  ByteView next() override {
    piece_.resize(Spool::kBlock);
    piece_.resize(bytes_.read(at_, piece_));
    at_ += piece_.size();
    given_ += piece_.size();
    return piece_;
  }
  bool seekable() const override { return true; }
  std::int64_t seek(std::int64_t offset, int whence) override {
    const auto end = static_cast<std::int64_t>(bytes_.size() - begin_);
    const auto here = static_cast<std::int64_t>(at_ - begin_);
    std::int64_t to = whence == SEEK_SET ? offset : (whence == SEEK_CUR ? here : end) + offset;
    to = std::clamp<std::int64_t>(to, 0, end);
    at_ = begin_ + static_cast<std::uint64_t>(to);
    return to;
  }
  std::int64_t skip(std::int64_t wanted) override {
    const std::int64_t n =
        std::clamp<std::int64_t>(wanted, 0, static_cast<std::int64_t>(bytes_.size() - at_));
    at_ += static_cast<std::uint64_t>(n);
    return n;
  }

 private:
  const Spool& bytes_;
  std::uint64_t begin_, at_;
  Bytes piece_;
};

class Made final : public Stream {
 public:
  explicit Made(ByteSource& source) : source_(source) {}
  ByteView next() override {
    const auto piece = source_.next();
    given_ += piece.size();
    return piece;
  }

 private:
  ByteSource& source_;
};

la_ssize_t give(archive* a, void* data, const void** out) {
  auto& stream = *static_cast<Stream*>(data);
  if (stream.exhausted()) {
    archive_set_error(a, EINVAL, "a header without an end");
    return ARCHIVE_FATAL;
  }
  const ByteView piece = stream.next();
  *out = piece.data();
  return static_cast<la_ssize_t>(piece.size());
}
la_int64_t skip(archive*, void* data, la_int64_t n) { return static_cast<Stream*>(data)->skip(n); }
la_int64_t seek(archive*, void* data, la_int64_t offset, int whence) {
  return static_cast<Stream*>(data)->seek(offset, whence);
}

using Handle = std::unique_ptr<archive, int (*)(archive*)>;

enum class What { kStreamedFormats, kOneFile, kWhole };

// What may stand between the contents of two members. The library keeps a header in memory as a
// whole: a name that is said to have 4 GB, too.
constexpr std::uint64_t kMostBetween = 16U << 20;

// Filters that libarchive would start a program for are left out.
Handle open_library(Stream& stream, What what, Whole format) {
  Handle handle(archive_read_new(), archive_read_free);
  archive* a = handle.get();
  if (a == nullptr) return handle;
  switch (what) {
    case What::kStreamedFormats:
      archive_read_support_format_tar(a);
      archive_read_support_format_cpio(a);
      archive_read_support_format_ar(a);
      archive_read_set_format_option(a, "tar", "read_concatenated_archives", "1");
      break;
    case What::kOneFile:
      archive_read_support_filter_compress(a);
      archive_read_support_filter_lz4(a);
      archive_read_support_format_raw(a);
      break;
    case What::kWhole:
      if (format == Whole::kSevenZip) archive_read_support_format_7zip(a);
      if (format == Whole::kCab) archive_read_support_format_cab(a);
      if (format == Whole::kLha) {
        archive_read_support_format_lha(a);
        // A name that is not in the character set it expects ends the reading: every byte is one
        // here.
        archive_read_set_format_option(a, "lha", "hdrcharset", "ISO-8859-1");
      }
      if (format == Whole::kIso) archive_read_support_format_iso9660(a);
      if (format == Whole::kRar) {
        archive_read_support_format_rar(a);
        archive_read_support_format_rar5(a);
      }
      break;
  }
  archive_read_set_read_callback(a, give);
  archive_read_set_callback_data(a, &stream);
  if (stream.seekable()) {
    archive_read_set_skip_callback(a, skip);
    archive_read_set_seek_callback(a, seek);
  }
  if (archive_read_open1(a) < ARCHIVE_WARN) handle.reset();
  return handle;
}

// The bytes that ISO-8859-1 was made of.
std::string back_to_bytes(std::string_view utf8) {
  std::string out;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    if ((lead == 0xC2 || lead == 0xC3) && i + 1 < utf8.size()) {
      out += static_cast<char>((lead & 3U) << 6U | (static_cast<unsigned char>(utf8[++i]) & 0x3FU));
    } else {
      out += utf8[i];
    }
  }
  return out;
}

std::string name_of(archive_entry* entry, Whole format) {
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr) name = archive_entry_pathname_utf8(entry);
  if (name == nullptr) return "?";
  return readable_name(format == Whole::kLha ? back_to_bytes(name) : name);
}

struct Totals {
  std::uint64_t links = 0, encrypted = 0;
  std::string first_link;
};

class LibraryReading {
 public:
  LibraryReading(Reading& reading, const std::string& name, unsigned depth, Stream& stream)
      : reading_(reading), name_(name), depth_(depth), stream_(stream) {}
  Result<void> run(What what, Whole format, const std::string& only_name);
  bool encrypted() const { return encrypted_; }

 private:
  Result<bool> member(archive* a, std::string_view name);
  void damaged(const std::string& name) {
    reading_.warn(
        name, {"damaged: read as far as it goes", "壊れているため、読めるところまで読みました"});
  }

  Reading& reading_;
  const std::string& name_;
  unsigned depth_;
  Stream& stream_;
  bool encrypted_ = false;
};

// False: nothing more can be read of the archive.
Result<bool> LibraryReading::member(archive* a, std::string_view name) {
  PartFeed part(reading_, name_, depth_, name);
  const std::uint64_t before = stream_.given();
  la_int64_t expected = 0;
  bool go_on = true;
  for (;;) {
    const void* data = nullptr;
    std::size_t n = 0;
    la_int64_t offset = 0;
    const int code = archive_read_data_block(a, &data, &n, &offset);
    if (stream_.abandoned()) return false;
    if (code == ARCHIVE_EOF) break;
    if (code == ARCHIVE_RETRY) continue;
    if (code < ARCHIVE_WARN) {
      damaged(part.name());
      go_on = code != ARCHIVE_FATAL;
      break;
    }
    // A hole reads as zeros: a few of them keep apart what it keeps apart.
    if (offset > expected) {
      const Bytes zeros(static_cast<std::size_t>(std::min<la_int64_t>(offset - expected, 512)));
      TRYV(part.put(zeros, stream_.given() - before + zeros.size()));
    }
    expected = offset + static_cast<la_int64_t>(n);
    // What lies in the library's buffers already was given before the member began.
    TRY(const bool wanted, part.put({static_cast<const std::uint8_t*>(data), n},
                                    stream_.given() - before + Spool::kBlock));
    if (!wanted) break;
  }
  TRYV(part.finish());
  return go_on;
}

Result<void> LibraryReading::run(What what, Whole format, const std::string& only_name) {
  const Utf8Names names;
  const auto handle = open_library(stream_, what, format);
  if (!handle) {
    if (!stream_.abandoned()) damaged(name_);
    return ok();
  }
  archive* a = handle.get();
  Totals totals;
  bool told_retry = false;
  bool in_member = false;
  for (bool go_on = true; go_on;) {
    archive_entry* entry = nullptr;
    // The rest of the member before may be as long as it likes.
    if (in_member) archive_read_data_skip(a);
    if (what == What::kStreamedFormats) stream_.allow(kMostBetween);
    const int code = archive_read_next_header(a, &entry);
    stream_.allow_all();
    in_member = code == ARCHIVE_OK || code == ARCHIVE_WARN;
    if (stream_.abandoned()) return ok();
    if (code == ARCHIVE_EOF) break;
    if (code == ARCHIVE_RETRY) {
      if (!std::exchange(told_retry, true)) damaged(name_);
      continue;
    }
    if (code < ARCHIVE_WARN || entry == nullptr) {
      if (archive_read_has_encrypted_entries(a) > 0) {
        encrypted_ = true;
      } else if (!told_retry) {
        damaged(name_);
      }
      break;
    }
    if (!reading_.take_member()) {
      reading_.warn_over(name_);
      break;
    }
    const std::string name = what == What::kOneFile ? only_name : name_of(entry, format);
    const bool link =
        archive_entry_hardlink(entry) != nullptr || archive_entry_symlink(entry) != nullptr;
    const auto type = archive_entry_filetype(entry);
    if (link || (type != 0 && type != AE_IFREG && type != AE_IFDIR)) {
      if (totals.links++ == 0) totals.first_link = name;
      continue;
    }
    if (type == AE_IFDIR) continue;
    if (archive_entry_is_encrypted(entry) != 0) {
      encrypted_ = true;
      continue;
    }
    TRY(go_on, member(a, name));
    if (reading_.over()) {
      reading_.warn_over(name_);
      break;
    }
  }
  if (totals.links > 0) {
    reading_.warn(
        part_name(name_, totals.first_link),
        {std::to_string(totals.links) + " links or devices: not followed",
         "リンクまたはデバイスが " + std::to_string(totals.links) + " 件あり、たどっていません"});
  }
  return ok();
}

std::string without_end(const std::string& name) {
  const auto begin = name.find_last_of("/>");
  std::string last = begin == std::string::npos ? name : name.substr(begin + 1);
  if (last.starts_with(' ')) last.erase(0, 1);
  const auto dot = last.rfind('.');
  return dot == std::string::npos || dot == 0 ? last : last.substr(0, dot);
}

}  // namespace

StreamedArchive::StreamedArchive(Reading& reading, DocumentInfo info, bool one_file)
    : thread_([&reading, one_file, info = std::move(info)](PullThread& thread) -> Result<void> {
        Pulled stream(thread);
        LibraryReading library(reading, info.name, info.depth, stream);
        const What what = one_file ? What::kOneFile : What::kStreamedFormats;
        return library.run(what, Whole::kNone, without_end(info.name));
      }) {}

Result<void> read_with_library(Reading& reading, WholeArchive& archive) {
  FromSpool stream(*archive.bytes, archive.found.at);
  LibraryReading library(reading, archive.name, archive.depth, stream);
  TRYV(library.run(What::kWhole, archive.found.format, {}));
  archive.locked = archive.locked || library.encrypted();
  return ok();
}

Result<void> read_with_library(Reading& reading, WholeArchive& archive, ByteSource& source) {
  Made stream(source);
  LibraryReading library(reading, archive.name, archive.depth, stream);
  TRYV(library.run(What::kWhole, archive.found.format, {}));
  archive.locked = archive.locked || library.encrypted();
  return ok();
}

std::optional<std::uint32_t> library_crc(Reading& reading, Whole format, ByteSource& source) {
  const Utf8Names names;
  Made stream(source);
  const auto handle = open_library(stream, What::kWhole, format);
  if (!handle) return std::nullopt;
  archive* a = handle.get();
  std::optional<std::uint32_t> last;
  for (;;) {
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(a, &entry);
    // The end may be missing: whoever asks gives only a part.
    if (code == ARCHIVE_EOF || code == ARCHIVE_FATAL) return last;
    if (code < ARCHIVE_WARN) return std::nullopt;
    PartBudget budget(reading);
    uLong crc = crc32(0, nullptr, 0);
    for (;;) {
      const void* data = nullptr;
      std::size_t n = 0;
      la_int64_t offset = 0;
      const int read = archive_read_data_block(a, &data, &n, &offset);
      if (read == ARCHIVE_EOF) break;
      if (read < ARCHIVE_WARN || !budget.take(n, stream.given())) return std::nullopt;
      crc = crc32(crc, static_cast<const Bytef*>(data), static_cast<uInt>(n));
    }
    last = static_cast<std::uint32_t>(crc);
  }
}

}  // namespace hitokoe::matcher
