#include "storage/blob/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "hitokoe/base/descriptor.h"
#include "hitokoe/base/file.h"

namespace hitokoe::storage {
namespace {

auto failed(const std::filesystem::path& path, std::string_view step) {
  return fail(Errc::kIo, shown(path) + ": " + step_failed(step, errno));
}

Result<void> sync(const std::filesystem::path& path, int flags, std::string_view step) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) return failed(path, step);
  return ok();
}

bool write_all(int fd, ByteView content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    content = content.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

Result<bool> write_new_file(const std::filesystem::path& path, ByteView content) {
  const auto folder = path.parent_path();
  std::string temporary = (folder / (std::string(kUnfinished) + "XXXXXX")).string();
  const Descriptor fd(::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
  if (fd.get() < 0) return failed(path, "create");
  const auto give_up = [&](std::string_view step) {
    const int error = errno;
    ::unlink(temporary.c_str());
    errno = error;
    return failed(path, step);
  };
  if (!write_all(fd.get(), content)) return give_up("write");
  if (::fsync(fd.get()) != 0) return give_up("sync");
  int renamed = ::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE);
  if (renamed != 0 && (errno == EINVAL || errno == ENOSYS)) {
    // A file system that cannot: two names for a moment do the same.
    renamed = ::link(temporary.c_str(), path.c_str());
    if (renamed == 0) ::unlink(temporary.c_str());
  }
  const bool exists = renamed != 0 && errno == EEXIST;
  if (renamed != 0 && !exists) return give_up("rename");
  if (exists) ::unlink(temporary.c_str());
  TRYV(make_durable(path));
  return !exists;
}

Result<void> make_durable(const std::filesystem::path& path) {
  TRYV(sync(path, 0, "sync"));
  return sync(path.parent_path(), O_DIRECTORY, "sync folder");
}

}  // namespace hitokoe::storage
