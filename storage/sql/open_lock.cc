#include "storage/sql/open_lock.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "hitokoe/base/file.h"

namespace hitokoe::storage::sql {
namespace {

constexpr int kTries = 1000;
constexpr int kMillisecondsBetween = 20;

}  // namespace

Result<OpenLock> OpenLock::take(const std::filesystem::path& file) {
  const auto path = file.string() + "-open";
  OpenLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (lock.fd_.get() < 0) {
    return fail(Errc::kIo, "database: cannot open " + shown(path) + ": " + std::strerror(errno),
                "データベース: " + shown(path) + " を開けません: " + std::strerror(errno));
  }
  // A blocking flock() would wait for ever behind a process that is stopped.
  for (int i = 0; i < kTries; ++i) {
    if (::flock(lock.fd_.get(), LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK && errno != EINTR)
      return fail(Errc::kIo, "database: cannot lock " + shown(path) + ": " + std::strerror(errno),
                  "データベース: " + shown(path) + " をロックできません: " + std::strerror(errno));
    ::poll(nullptr, 0, kMillisecondsBetween);
  }
  return fail(Errc::kUnavailable, "database: another process has been opening it for 20 s",
              "データベース: 別のプロセスが 20 秒以上開こうとしています");
}

}  // namespace hitokoe::storage::sql
