#include "identity/agent/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "hitokoe/base/file.h"

namespace hitokoe::identity {
namespace {

constexpr std::size_t kSample = 64U << 10;
// One broken character in so many whole ones is damage, not another character set.
constexpr std::size_t kWholePerBroken = 20;
constexpr std::size_t kTextPerControl = 100;

struct Utf8Count {
  std::size_t whole = 0;   // characters of more than one byte
  std::size_t broken = 0;  // bytes that belong to none
};

Utf8Count count_utf8(std::string_view s) {
  Utf8Count n;
  for (std::size_t i = 0; i < s.size();) {
    const auto lead = static_cast<unsigned char>(s[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    bool good = lead >= 0xC2 && lead <= 0xF4;
    if (good && s.size() - i < length) break;  // the sample ends within a character
    for (std::size_t k = 1; good && k < length; ++k) {
      good = (static_cast<unsigned char>(s[i + k]) & 0xC0) == 0x80;
    }
    ++(good ? n.whole : n.broken);
    i += good ? length : 1;
  }
  return n;
}

bool has_utf16_mark(std::string_view s) {
  return s.starts_with("\xFF\xFE") || s.starts_with("\xFE\xFF");
}

}  // namespace

Result<InputFile> InputFile::open(const std::filesystem::path& path) {
  InputFile file;
  file.name_ = shown(path);
  file.fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file.fd_ < 0) {
    return fail(errno == ENOENT ? Errc::kNotFound : Errc::kIo,
                file.name_ + ": " + step_failed("open", errno));
  }
  struct stat info {};
  if (::fstat(file.fd_, &info) != 0 || !S_ISREG(info.st_mode)) {
    return fail(Errc::kBadInput, file.name_ + ": no regular file",
                file.name_ + ": 通常のファイルではありません");
  }
  file.size_ = static_cast<std::uint64_t>(info.st_size);
  ::posix_fadvise(file.fd_, 0, 0, POSIX_FADV_SEQUENTIAL);
  return file;
}

InputFile::InputFile(InputFile&& o) noexcept
    : name_(std::move(o.name_)), fd_(std::exchange(o.fd_, -1)), size_(o.size_) {}

InputFile::~InputFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::size_t> InputFile::read(std::uint64_t at, std::span<std::uint8_t> out) const {
  std::size_t got = 0;
  while (got < out.size()) {
    const ssize_t n =
        ::pread(fd_, out.data() + got, out.size() - got, static_cast<off_t>(at + got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(Errc::kIo, name_ + ": " + step_failed("read", errno));
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  return got;
}

Result<text::Charset> InputFile::detect_charset() const {
  Bytes buffer(kSample);
  std::uint64_t at = 0;
  std::size_t size = 0;
  for (;; at += size) {
    TRY(size, read(at, buffer));
    const auto piece = std::span(buffer).first(size);
    const auto odd = std::find_if(piece.begin(), piece.end(),
                                  [](std::uint8_t b) { return b >= 0x80 || b == 0x1B; });
    if (odd != piece.end()) {
      at += static_cast<std::uint64_t>(odd - piece.begin());
      TRY(size, read(at, buffer));
      break;
    }
    if (size < buffer.size()) {  // all ASCII; UTF-16 of ASCII text has a NUL in every character
      at = 0;
      TRY(size, read(at, buffer));
      break;
    }
  }
  buffer.resize(size);
  const auto controls = static_cast<std::size_t>(std::count_if(
      buffer.begin(), buffer.end(), [](std::uint8_t b) { return b < 0x09 || b == 0x7F; }));
  const std::string_view sample = as_text(buffer);
  if (!has_utf16_mark(sample) && controls * kTextPerControl <= sample.size()) {
    const Utf8Count n = count_utf8(sample);
    if (n.broken == 0 && sample.find('\x1B') == sample.npos) return text::Charset::kUtf8;
    if (n.whole >= n.broken * kWholePerBroken && n.broken > 0) return text::Charset::kUtf8;
    std::erase(buffer, 0);  // a few NUL bytes are a matter of their rows
  }
  const text::Charset charset = text::detect(buffer);
  if (charset == text::Charset::kBinary) {
    return fail(Errc::kBadInput,
                name_ + ": is no text: no character set fits it from byte " + std::to_string(at) +
                    " on; give --encoding where it is one after all",
                name_ + ": 文字データではありません: " + std::to_string(at) +
                    " バイト目から合う文字コードがありません。文字データなら --encoding "
                    "を指定してください");
  }
  return charset;
}

}  // namespace hitokoe::identity
