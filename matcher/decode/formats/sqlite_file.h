// A database that stands in a spool, opened by SQLite: read only, from nowhere else.
#pragma once

#include <sqlite3.h>

#include <array>
#include <memory>
#include <string>

#include "matcher/decode/archive/spool.h"

namespace hitokoe::matcher {

class SqliteFile {
 public:
  // `spool` outlives it. database() is nullptr where it is no database.
  explicit SqliteFile(const Spool& spool);
  ~SqliteFile();
  SqliteFile(const SqliteFile&) = delete;
  SqliteFile& operator=(const SqliteFile&) = delete;

  sqlite3* database() const { return database_; }

 private:
  struct Handle;
  struct Methods;
  bool mend();

  const Spool& spool_;
  // As it is read: the file may say that it has a log beside it, or more pages than are there.
  std::array<std::uint8_t, 100> header_{};
  std::uint64_t size_ = 0;
  std::string name_;
  sqlite3_vfs vfs_{};
  sqlite3* database_ = nullptr;
};

}  // namespace hitokoe::matcher
