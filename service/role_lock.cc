#include "service/role_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "hitokoe/base/file.h"

namespace hitokoe::service {
namespace {

// For the error's text only: what counts is the lock.
Words holder_of(int fd) {
  std::array<char, 16> text{};
  const auto n = ::pread(fd, text.data(), text.size(), 0);
  int process = 0;
  if (n <= 0 || std::from_chars(text.data(), text.data() + n, process).ec != std::errc()) return {};
  const std::string number = std::to_string(process);
  return {" (process " + number + ")", "（プロセス " + number + "）"};
}

bool sign(int fd) {
  const auto text = std::to_string(::getpid()) + "\n";
  return ::ftruncate(fd, 0) == 0 &&
         ::pwrite(fd, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

}  // namespace

Result<RoleLock> RoleLock::take(const std::filesystem::path& data, const std::string& role) {
  const auto path = data / (role + ".lock");
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0) {
    return fail(Errc::kIo, shown(path) + ": " + step_failed("open", errno));
  }
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return fail(Errc::kIo, Words{"cannot lock ", "ロックできません: "} + shown(path) + ": " +
                                 std::strerror(errno));
    }
    return fail(
        Errc::kConflict,
        Words{"another process", "別のプロセス"} + holder_of(file.get()) +
            Words{" has the role ", " がこのデータフォルダの役割 "} + role +
            Words{" on this data folder: one at a time", " を担っています（同時には一つだけ）"});
  }
  [[maybe_unused]] const bool named = sign(file.get());  // a full disk is no reason not to start
  return RoleLock(std::move(file));
}

}  // namespace hitokoe::service
