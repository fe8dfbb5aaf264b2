// Held while a database is opened, by one process (and one thread) at a time: making the file,
// switching it to WAL and running its migrations are not things that SQLite lets two do at once.
#pragma once

#include <filesystem>

#include "hitokoe/base/descriptor.h"
#include "hitokoe/base/result.h"

namespace hitokoe::storage::sql {

class OpenLock {
 public:
  // `<file>-open`, made where it is missing. Waits up to 20 s. kUnavailable; kIo.
  static Result<OpenLock> take(const std::filesystem::path& file);
  OpenLock() = default;  // holds nothing

 private:
  explicit OpenLock(int fd) : fd_(fd) {}
  Descriptor fd_;
};

}  // namespace hitokoe::storage::sql
