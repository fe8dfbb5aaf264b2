// A statement of SQLite's. Through its own interface and not SOCI's, which copies every value twice
// each way: half of what a row costs. Included by sqlite_connection.cc and sqlite_statement.cc
// only.
#pragma once

#include <soci/sqlite3/soci-sqlite3.h>

#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "storage/sql/connection.h"

namespace hitokoe::storage::sql {

// What SQLite said: an extended code, and words that name tables and columns, never a value.
class SqliteError : public std::runtime_error {
 public:
  SqliteError(int code, const char* words) : std::runtime_error(words), code_(code) {}
  int code() const { return code_; }

 private:
  int code_;
};

// The connection outlives it. Throws SqliteError.
std::unique_ptr<Prepared> make_sqlite_statement(sqlite_api::sqlite3* connection,
                                                std::string_view sql,
                                                std::span<const Kind> columns);

}  // namespace hitokoe::storage::sql
