#include "storage/sql/database.h"

#include <map>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/file.h"
#include "storage/sql/connection.h"
#include "storage/sql/open_lock.h"
#include "storage/sql/postgres_connection.h"
#include "storage/sql/session.h"
#include "storage/sql/sqlite_connection.h"

namespace hitokoe::storage {

Database::Impl::Impl() = default;
Database::Impl::~Impl() = default;
Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Database::~Database() = default;

Result<std::shared_ptr<Database>> Database::open(const std::filesystem::path& file) {
  return Impl::open(file, sql::all_migrations());
}
Result<std::shared_ptr<Database>> Database::open_in_memory() {
  return Impl::open({}, sql::all_migrations());
}
Result<std::shared_ptr<Database>> Database::open_server(const std::string& where) {
  return Impl::open_server(where, sql::all_migrations());
}

Result<std::shared_ptr<Database>> Database::Impl::open(const std::filesystem::path& file,
                                                       std::span<const sql::Migration> migrations) {
  sql::OpenLock lock;
  if (!file.empty()) {
    TRY(lock, sql::OpenLock::take(file));
  }
  auto impl = std::make_unique<Impl>();
  TRY(impl->connection, sql::SqliteConnection::open(file));
  std::shared_ptr<Database> db(new Database(std::move(impl)));
  TRYV(sql::migrate(*db, migrations));
  return db;
}

Result<std::shared_ptr<Database>> Database::Impl::open_server(
    const std::string& where, std::span<const sql::Migration> migrations) {
  auto impl = std::make_unique<Impl>();
  TRY(impl->connection, sql::PostgresConnection::open(where));
  std::shared_ptr<Database> db(new Database(std::move(impl)));
  TRYV(sql::migrate(*db, migrations));
  return db;
}

namespace sql {

std::string Migration::checksum() const {
  crypto::Sha256 hash;
  const auto add = [&](std::string_view part) {
    Bytes length;
    put_u64(length, part.size());
    hash.update(length);
    hash.update(as_bytes(part));
  };
  add(name);
  for (const auto statement : statements) add(statement);
  return to_hex(hash.finish());
}

namespace {

struct Applied {
  std::map<std::string, std::string, std::less<>> checksums;
  std::string last;  // by position
};

Result<Applied> read_applied(Transaction& tx) {
  Applied applied;
  TRY(auto rows, tx.rows<std::string, std::string>(
                     "SELECT name, checksum FROM schema_migration ORDER BY position"));
  for (auto& [name, checksum] : rows) {
    applied.last = name;
    applied.checksums.emplace(std::move(name), std::move(checksum));
  }
  return applied;
}

Result<void> check_applied(const Applied& applied, std::span<const Migration> known) {
  std::size_t unknown = applied.checksums.size();
  for (const auto& migration : known) {
    const auto found = applied.checksums.find(migration.name);
    if (found == applied.checksums.end()) continue;
    --unknown;
    if (found->second != migration.checksum()) {
      return fail(Errc::kCorrupt,
                  "database: step \"" + std::string(migration.name) +
                      "\" of the schema is not the one that was run",
                  "データベース: 実行済みのスキーマの手順 \"" + std::string(migration.name) +
                      "\" が、このプログラムのものと違います");
    }
  }
  if (unknown == 0) return ok();
  const std::string ours = known.empty() ? "none" : std::string(known.back().name);
  return fail(Errc::kCorrupt,
              "database: made by a newer hitokoe: its schema is version " +
                  std::to_string(applied.checksums.size()) + " (" + applied.last +
                  "), this program knows version " + std::to_string(known.size()) + " (" + ours +
                  "): use the newer program",
              "データベース: 新しい hitokoe で作られています: スキーマは版 " +
                  std::to_string(applied.checksums.size()) + "（" + applied.last +
                  "）、このプログラムは版 " + std::to_string(known.size()) + "（" + ours +
                  "）まで: 新しいプログラムを使ってください");
}

// One step and its record, together or not at all.
Result<bool> run_next(Database& db, std::span<const Migration> migrations) {
  TRY(auto tx, Transaction::write(db));
  TRY(auto applied, read_applied(tx));
  TRYV(check_applied(applied, migrations));
  for (const auto& migration : migrations) {
    if (applied.checksums.contains(migration.name)) continue;
    for (const auto statement : migration.statements) {
      auto done = tx.run_schema(statement);
      if (!done) {
        return fail(
            done.error().code,
            Words{"database: step \"" + std::string(migration.name) + "\" of the schema failed: ",
                  "データベース: スキーマの手順 \"" + std::string(migration.name) + "\" に失敗: "} +
                done.error().words());
      }
    }
    TRYV(tx.run("INSERT INTO schema_migration (name, position, checksum) VALUES (:n, :p, :c)",
                migration.name, applied.checksums.size() + 1, migration.checksum()));
    TRYV(tx.commit());
    return true;
  }
  return false;
}

// Without a write lock: another process may be in the middle of something.
Result<bool> is_up_to_date(Database& db, std::span<const Migration> migrations) {
  TRY(auto tx, Transaction::read(db));
  TRY(const bool known, tx.has_table("schema_migration"));
  if (!known) return false;
  TRY(const auto applied, read_applied(tx));
  TRYV(check_applied(applied, migrations));
  return applied.checksums.size() == migrations.size();
}

}  // namespace

Result<void> migrate(Database& db, std::span<const Migration> migrations) {
  TRY(const bool up_to_date, is_up_to_date(db, migrations));
  if (up_to_date) return ok();
  {
    TRY(auto tx, Transaction::write(db));
    TRYV(tx.run_schema(
        "CREATE TABLE IF NOT EXISTS schema_migration ("
        "name TEXT PRIMARY KEY, position INTEGER NOT NULL UNIQUE, checksum TEXT NOT NULL"
        ") STRICT"));
    TRYV(tx.commit());
  }
  while (true) {
    TRY(const bool ran, run_next(db, migrations));
    if (!ran) return ok();
  }
}

}  // namespace sql
}  // namespace hitokoe::storage
