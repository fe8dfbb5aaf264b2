// Which database a data folder uses, and moving from one to another.
//
// A folder's database is the SQLite file `hitokoe.db` in it, unless its file `database` (mode 0600)
// holds a libpq connection string: then it is that PostgreSQL server's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "hitokoe/base/language.h"
#include "hitokoe/base/result.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::storage {

struct DatabasePlace {
  std::string server;  // a connection string; "": the file
  // For messages: "hitokoe.db", or host and name of the server's, without user and password.
  std::string shown() const;
};

// kBadInput: the file `database` is there and no connection string; kIo.
Result<DatabasePlace> database_of(const std::filesystem::path& data);
// Whether something was ever kept for this folder: without opening it.
Result<bool> has_database(const std::filesystem::path& data);
// kUsage: no connection string, or one with a password (which the command's line would show to all
// users of the machine: `passfile=` names a file with it).
Result<DatabasePlace> server_at(const std::string& where);

struct CopyProgress {
  std::string table;
  std::uint64_t rows = 0;   // copied
  std::uint64_t total = 0;  // of all tables
};

struct Copied {
  std::size_t tables = 0;
  std::uint64_t rows = 0;
};

// Every row of every table of `from` into `to`, in one transaction of each: nobody writes to `from`
// meanwhile, and `to` has all or nothing. What was written is read again and held against what was
// read. Both have this program's schema. Memory: eight rows at a time. kExists: `to` holds
// something already; kCorrupt: what `to` gives back is not what it was given.
Result<Copied> copy_database(Database& from, Database& to,
                             const std::function<void(const CopyProgress&)>& progress);

struct Move {
  Copied copied;
  std::string aside;  // the name that the old file has now; "": it was not a file
};

// All of a data folder's database to another place, and from then on it uses that; a crash leaves
// the old or the new one in use, whole. The old file stays under another name; so does a file that
// the folder does not use and that stands where the new one is to be. kConflict: a process has the
// database open; kUsage: it is there already; else as copy_database.
Result<Move> move_database(const std::filesystem::path& data, const DatabasePlace& to, UtcTime now,
                           const std::function<void(const CopyProgress&)>& progress);

}  // namespace hitokoe::storage
