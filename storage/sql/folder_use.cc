#include "storage/sql/folder_use.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <utility>

#include "hitokoe/base/file.h"

namespace hitokoe::storage::sql {

Result<FolderUse> FolderUse::share(const std::filesystem::path& data) { return lock(data, true); }
Result<FolderUse> FolderUse::alone(const std::filesystem::path& data) { return lock(data, false); }

Result<FolderUse> FolderUse::lock(const std::filesystem::path& data, bool shared) {
  const auto path = data / "database.lock";
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0) return fail(Errc::kIo, shown(path) + ": " + step_failed("open", errno));
  if (::flock(file.get(), (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0) {
    return FolderUse(std::move(file));
  }
  if (errno != EWOULDBLOCK) {
    return fail(Errc::kIo, shown(path) + ": " + step_failed("lock", errno));
  }
  if (shared) {
    return fail(Errc::kConflict, "the database of this data folder is being moved: wait for it",
                "このデータフォルダのデータベースは移行中です。終わるまで待ってください");
  }
  return fail(Errc::kConflict,
              "the database is in use: stop the daemon and all other commands on this data folder",
              "データベースは使用中です。常駐サービスと、このデータフォルダを使う他のコマンドを止め"
              "てください");
}

}  // namespace hitokoe::storage::sql
