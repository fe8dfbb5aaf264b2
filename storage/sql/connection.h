// One connection to a database and its prepared statements, whatever the database is. What goes
// wrong is thrown, as the library beneath throws it, and becomes an Error in caught(). Included by
// session.cc, database.cc and the connections only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hitokoe/base/result.h"
#include "storage/sql/value.h"

namespace hitokoe::storage::sql {

// A table as the database itself describes it.
struct TableShape {
  struct Column {
    std::string name;
    Kind kind = Kind::kText;
  };
  std::string name;
  std::vector<Column> columns;
  std::vector<std::string> parents;  // tables that its foreign keys point at
};

// One statement with fixed kinds of parameters and columns.
class Prepared {
 public:
  Prepared() = default;
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  virtual ~Prepared() = default;

  // `args` stay where they are until reset().
  virtual bool execute(std::span<const Value> args) = 0;  // throws; true: a row is there
  // For `row`, and again for what `next` makes of it while it says true. Throws. @return how many
  // rows were changed in all.
  using NextRow = std::function<bool(std::vector<Value>& row)>;
  virtual std::uint64_t execute_each(std::vector<Value>& row, const NextRow& next) {
    std::uint64_t all = 0;
    do {
      execute(row);
      all += changed();
    } while (next(row));
    return all;
  }
  virtual bool fetch() = 0;                           // throws
  virtual void current(std::vector<Value>& out) = 0;  // throws
  virtual std::uint64_t changed() = 0;
  // Ends the reading, and keeps nothing of what was bound or read.
  virtual void reset() = 0;

  bool in_use = false;
};

class Connection {
 public:
  enum class Begin { kWrite, kRead };

  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  virtual void begin(Begin how) = 0;  // throws
  virtual void commit() = 0;          // throws
  // Where a transaction is still open.
  virtual void rollback() = 0;  // throws
  virtual std::unique_ptr<Prepared> prepare(std::string_view sql, std::span<const Value> like,
                                            std::span<const Kind> columns,
                                            Reading reading) = 0;  // throws
  // A step of a migration, in SQLite's words, without parameters. Throws.
  virtual void run_schema(std::string_view sql) = 0;
  virtual bool has_table(std::string_view name) = 0;  // throws
  virtual std::vector<std::string> tables() = 0;      // throws; in the order of the alphabet
  virtual TableShape shape_of(const std::string& table) = 0;  // throws
  // After rows with keys of their own: the next key that the database gives is a new one. Throws.
  virtual void after_copy(const TableShape& table) = 0;
  // The INTEGER PRIMARY KEY that the last INSERT was given by the database.
  virtual std::int64_t last_id() = 0;  // throws
  // Around what may break a rule, so that the transaction can go on.
  virtual void before_change() = 0;  // throws
  virtual void after_failure() = 0;  // throws
  // The exception that is being handled, as an Error. Only in a catch block.
  virtual Error caught(std::string_view sql) = 0;

  std::uint64_t times_made = 1;  // one more each time that it was lost and made again

  // Key: the SQL, then one letter for the kind of each parameter.
  std::unordered_map<std::string, std::unique_ptr<Prepared>> prepared;
};

}  // namespace hitokoe::storage::sql
