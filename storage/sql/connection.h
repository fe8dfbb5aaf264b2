// SOCI's session and statements, exceptions turned into Errors. Included by connection.cc,
// session.cc and database.cc only.
#pragma once

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hitokoe/base/result.h"
#include "storage/sql/value.h"

namespace hitokoe::storage::sql {

// One statement with fixed kinds of parameters and columns. SOCI binds to addresses: this object
// stays where it is.
class Prepared {
 public:
  Prepared(soci::session& session, std::string_view sql, std::span<const Value> like,
           std::span<const Kind> columns);  // throws
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  bool execute(std::span<const Value> args);  // throws; true: a row is there
  bool fetch();                               // throws
  void current(std::vector<Value>& out);      // throws
  std::uint64_t changed();
  void reset();  // ends the reading

  bool in_use = false;

 private:
  struct Slot {
    explicit Slot(soci::session& session) : blob(session) {}
    Kind kind = Kind::kInteger;
    soci::indicator indicator = soci::i_null;
    long long integer = 0;
    double real = 0;
    std::string text;
    soci::blob blob;
  };

  void set(Slot& slot, const Value& value);

  soci::statement statement_;
  std::deque<Slot> in_;
  std::deque<Slot> out_;
};

struct Connection {
  soci::session session;
  // Key: the SQL, then one letter for the kind of each parameter.
  std::unordered_map<std::string, std::unique_ptr<Prepared>> prepared;

  sqlite_api::sqlite3* raw();
  // Runs `sql` without parameters. Throws.
  void run(std::string_view sql);
  // The same for what is run again and again: BEGIN, COMMIT, ROLLBACK. Throws.
  void run_often(std::string_view sql);
  // The exception that is being handled, as an Error. Only in a catch block.
  Error caught(std::string_view sql);
};

}  // namespace hitokoe::storage::sql
