// SQLite through SOCI. Included by sqlite_connection.cc and database.cc only.
#pragma once

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>

#include "storage/sql/connection.h"

namespace hitokoe::storage::sql {

class SqliteConnection final : public Connection {
 public:
  // An empty path is a database in memory. kIo, kCorrupt (not ours), kUnsupported (no WAL there).
  static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& file);
  ~SqliteConnection() override;

  void begin(Begin how) override;
  void commit() override;
  void rollback() override;
  std::unique_ptr<Prepared> prepare(std::string_view sql, std::span<const Value> like,
                                    std::span<const Kind> columns, Reading reading) override;
  void run_schema(std::string_view sql) override;
  bool has_table(std::string_view name) override;
  std::vector<std::string> tables() override;
  TableShape shape_of(const std::string& table) override;
  void after_copy(const TableShape& /*it follows by itself*/) override {}
  std::int64_t last_id() override;
  void before_change() override {}
  void after_failure() override {}
  Error caught(std::string_view sql) override;

 private:
  SqliteConnection() = default;
  sqlite_api::sqlite3* raw();
  void run(std::string_view sql);
  // For what is run again and again: BEGIN, COMMIT, ROLLBACK.
  void run_often(std::string_view sql);
  Result<void> set_up(bool in_memory, const std::string& name);

  soci::session session_;
};

}  // namespace hitokoe::storage::sql
