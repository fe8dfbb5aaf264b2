#include "hitokoe/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "hitokoe/base/descriptor.h"

namespace hitokoe {

namespace {

Words why(std::string_view step, const std::filesystem::path& path, int error) {
  return shown(path) + ": " + step_failed(step, error);
}

Result<void> sync_dir(const std::filesystem::path& dir) {
  const Descriptor fd(::open(dir.empty() ? "." : dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return fail(Errc::kIo, why("open folder", dir, errno));
  if (::fsync(fd.get()) != 0) return fail(Errc::kIo, why("sync folder", dir, errno));
  return ok();
}

}  // namespace

std::string shown(const std::filesystem::path& path) { return path.filename().string(); }

Words step_failed(std::string_view step, int error) {
  struct Step {
    std::string_view en;
    std::string_view ja;
  };
  static constexpr Step kSteps[] = {{"create", "作れません"},
                                    {"open", "開けません"},
                                    {"read", "読めません"},
                                    {"write", "書けません"},
                                    {"sync", "ディスクに同期できません"},
                                    {"rename", "名前を変えられません"},
                                    {"seek", "位置を移せません"},
                                    {"set mode", "アクセス権を設定できません"},
                                    {"open folder", "フォルダを開けません"},
                                    {"sync folder", "フォルダを同期できません"},
                                    {"lock", "ロックできません"},
                                    {"make folder", "フォルダを作れません"}};
  std::string ja = std::string(step) + " に失敗";
  for (const auto& known : kSteps) {
    if (known.en == step) ja = known.ja;
  }
  return Words{std::string(step) + " failed: ", ja + ": "} + std::string_view(std::strerror(error));
}

Result<Bytes> read_file(const std::filesystem::path& path, std::uint64_t limit) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) {
    return fail(errno == ENOENT ? Errc::kNotFound : Errc::kIo, why("open", path, errno));
  }
  Bytes content;
  struct stat info {};
  if (::fstat(fd.get(), &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0) {
    content.reserve(std::min(static_cast<std::uint64_t>(info.st_size), limit));
  }
  std::uint8_t buffer[65536];
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(Errc::kIo, why("read", path, errno));
    if (n == 0) return content;
    if (content.size() + static_cast<std::size_t>(n) > limit) {
      return fail(Errc::kLimit, shown(path) + ": larger than " + std::to_string(limit) + " bytes",
                  shown(path) + ": " + std::to_string(limit) + " バイトを超えています");
    }
    content.insert(content.end(), buffer, buffer + n);
  }
}

Result<void> write_file_durably(const std::filesystem::path& path, ByteView content,
                                unsigned mode) {
  std::string temporary = path.string() + ".XXXXXX";
  const Descriptor fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (fd.get() < 0) return fail(Errc::kIo, why("create", path, errno));
  const auto give_up = [&](std::string_view step) {
    const int error = errno;
    ::unlink(temporary.c_str());
    return fail(Errc::kIo, why(step, path, error));
  };
  while (!content.empty()) {
    const ssize_t n = ::write(fd.get(), content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return give_up("write");
    content = content.subspan(static_cast<std::size_t>(n));
  }
  if (::fchmod(fd.get(), static_cast<mode_t>(mode)) != 0) return give_up("set mode");
  if (::fsync(fd.get()) != 0) return give_up("sync");
  if (::rename(temporary.c_str(), path.c_str()) != 0) return give_up("rename");
  return sync_dir(path.parent_path());
}

Result<void> make_private_dir(const std::filesystem::path& path) {
  std::filesystem::path made;
  for (const auto& part : path) {
    made /= part;
    if (::mkdir(made.c_str(), 0700) == 0) {
      TRYV(sync_dir(made.parent_path()));
    } else if (errno != EEXIST) {
      return fail(Errc::kIo, why("make folder", made, errno));
    }
  }
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    return fail(Errc::kIo, shown(path) + ": is there, and no folder",
                shown(path) + ": すでにあり、フォルダではありません");
  }
  return ok();
}

}  // namespace hitokoe
