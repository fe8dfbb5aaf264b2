// PostgreSQL through libpq. Not through SOCI: its statements hold a whole result in memory, cut a
// text at a NUL, and know bytes only as large objects.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "storage/sql/connection.h"

namespace hitokoe::storage::sql {

// What the server said: its SQLSTATE decides what it means, its text may quote values.
class PostgresError : public std::runtime_error {
 public:
  PostgresError(std::string state, const std::string& text)
      : std::runtime_error(text), state_(std::move(state)) {}
  const std::string& state() const { return state_; }

 private:
  std::string state_;
};

struct EndConnection {
  void operator()(PGconn* c) const { PQfinish(c); }
};
struct EndAnswer {
  void operator()(PGresult* r) const { PQclear(r); }
};
using Answer = std::unique_ptr<PGresult, EndAnswer>;

class PostgresConnection final : public Connection {
 public:
  // `where`: a libpq connection string. kUsage: not one; kUnavailable: no server there, or it
  // refuses; kUnsupported: too old, another encoding or order of texts, or not durable; kCorrupt: a
  // database that is not ours. Waits 10 s at most, unless `where` says otherwise.
  static Result<std::unique_ptr<Connection>> open(const std::string& where);
  // Host and database, without user or password, for messages. "" if `where` cannot be read.
  static std::string shown_place(const std::string& where);
  // Whether `where` carries a password, which a command line must not.
  static bool has_password(const std::string& where);
  ~PostgresConnection() override;

  // Only one transaction writes at a time, in all processes, as with SQLite: repositories rely on
  // what they read in one. Waits 10 s.
  void begin(Begin how) override;
  void commit() override;
  void rollback() override;
  std::unique_ptr<Prepared> prepare(std::string_view sql, std::span<const Value> like,
                                    std::span<const Kind> columns, Reading reading) override;
  void run_schema(std::string_view sql) override;
  bool has_table(std::string_view name) override;
  std::vector<std::string> tables() override;
  TableShape shape_of(const std::string& table) override;
  void after_copy(const TableShape& table) override;
  std::int64_t last_id() override;
  // Goes out together with the statement that comes: see take_savepoint.
  void before_change() override { wanted_ = true; }
  void after_failure() override;
  Error caught(std::string_view sql) override;

  // For its statements. All throw PostgresError.
  PGconn* raw() { return connection_.get(); }
  Answer run(const std::string& sql);
  Answer run_with(const char* sql, const std::string& argument);
  Answer checked(PGresult* answer);
  // Sends what before_change() asked for, in pipeline mode: one answer or two come before that of
  // the statement.
  void send_savepoint();
  bool wants_savepoint() const { return wanted_; }
  std::string next_name() { return "h" + std::to_string(++names_); }

 private:
  PostgresConnection(std::unique_ptr<PGconn, EndConnection> connection, std::string place);
  Result<void> set_up();
  Result<void> check_server();
  void set_session();

  std::unique_ptr<PGconn, EndConnection> connection_;
  std::string place_;
  std::uint64_t names_ = 0;
  bool kept_ = false;    // a savepoint is there
  bool wanted_ = false;  // one is to be made before the next statement
};

}  // namespace hitokoe::storage::sql
