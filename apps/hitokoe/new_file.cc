#include "apps/hitokoe/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "hitokoe/base/file.h"

namespace hitokoe::app {

namespace fs = std::filesystem;

Error NewFile::failed(std::string_view step) const {
  return {Errc::kIo, Words::same(shown(path_) + ": ") + step_failed(step, errno)};
}

Result<NewFile> NewFile::create(const fs::path& path) {
  std::error_code ignored;
  if (fs::exists(path, ignored)) {
    return fail(Errc::kBadInput, shown(path) + ": is there already; it is not replaced",
                shown(path) + ": すでにあります。置き換えません");
  }
  NewFile out(path);
  out.fd_ =
      Descriptor(::open(out.unfinished_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (out.fd_.get() < 0) return outcome::failure(out.failed("create"));
  return out;
}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)),
      unfinished_(std::exchange(other.unfinished_, {})),
      fd_(std::move(other.fd_)) {}

NewFile::~NewFile() {
  if (!unfinished_.empty()) ::unlink(unfinished_.c_str());
}

Result<void> NewFile::write(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return outcome::failure(failed("write"));
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return ok();
}

Result<void> NewFile::finish() {
  if (::fsync(fd_.get()) != 0) return outcome::failure(failed("sync"));
  if (::link(unfinished_.c_str(), path_.c_str()) != 0) return outcome::failure(failed("rename"));
  return ok();
}

}  // namespace hitokoe::app
