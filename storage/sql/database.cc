#include "storage/sql/database.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/file.h"
#include "storage/sql/connection.h"
#include "storage/sql/open_lock.h"
#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace {

// "HTKE": tells our files from other SQLite databases.
constexpr long long kApplicationId = 0x48544B45;

// 0600 from the start, and the name durable: SQLite would make it readable for all. A file that is
// there is not opened: closing it would drop the locks that SQLite holds for this process on it.
Result<void> make_file(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST) return ok();
  if (fd < 0)
    return fail(Errc::kIo, "database: cannot make " + shown(file) + ": " + std::strerror(errno),
                "データベース: " + shown(file) + " を作れません: " + std::strerror(errno));
  ::close(fd);
  const auto parent = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const int folder = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0 || ::fsync(folder) != 0) {
    const int why = errno;
    if (folder >= 0) ::close(folder);
    return fail(
        Errc::kIo, "database: cannot sync the folder of " + shown(file) + ": " + std::strerror(why),
        "データベース: " + shown(file) + " のフォルダを同期できません: " + std::strerror(why));
  }
  ::close(folder);
  return ok();
}

Result<void> set_up(sql::Connection& connection, bool in_memory, const std::string& name) {
  // An extended code tells a broken UNIQUE from a broken NOT NULL.
  sqlite_api::sqlite3_extended_result_codes(connection.raw(), 1);
  sqlite_api::sqlite3_busy_timeout(connection.raw(), 10'000);
  auto& session = connection.session;
  long long tables = 0;
  long long id = 0;
  session.once << "SELECT count(*) FROM sqlite_master", soci::into(tables);
  session.once << "PRAGMA application_id", soci::into(id);
  if (tables > 0 && id != kApplicationId)
    return fail(Errc::kCorrupt, name + ": a database, but not one of hitokoe",
                name + ": hitokoe のものではないデータベース");
  if (!in_memory) {
    std::string mode;
    session.once << "PRAGMA journal_mode = WAL", soci::into(mode);
    if (mode != "wal") {
      return fail(
          Errc::kUnsupported,
          name + ": this file system cannot hold a database in WAL mode (a network share?)",
          name + ": このファイルシステムには WAL のデータベースを置けません（ネットワーク共有？）");
    }
  }
  connection.run("PRAGMA synchronous = FULL");
  connection.run("PRAGMA foreign_keys = ON");
  connection.run("PRAGMA trusted_schema = OFF");
  connection.run("PRAGMA secure_delete = ON");
  connection.run("PRAGMA temp_store = MEMORY");
  connection.run("PRAGMA journal_size_limit = 67108864");
  if (id != kApplicationId)
    connection.run("PRAGMA application_id = " + std::to_string(kApplicationId));
  return ok();
}

}  // namespace

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

Result<std::shared_ptr<Database>> Database::Impl::open(const std::filesystem::path& file,
                                                       std::span<const sql::Migration> migrations) {
  const bool in_memory = file.empty();
  const std::string name = in_memory ? "database in memory" : shown(file);
  if (file.native().find_first_of("'\"") != std::string::npos)
    return fail(Errc::kUsage, "database: no quotes in the data folder's name, please",
                "データベース: データフォルダの名前に引用符は使えません");
  sql::OpenLock lock;
  if (!in_memory) {
    TRY(lock, sql::OpenLock::take(file));
    TRYV(make_file(file));
  }
  auto impl = std::make_unique<Impl>();
  impl->connection = std::make_unique<sql::Connection>();
  try {
    impl->connection->session.open(
        soci::sqlite3, in_memory ? ":memory:" : "db=\"" + file.string() + "\" timeout=10");
  } catch (const std::exception&) {
    return fail(Errc::kIo, name + ": cannot be opened as a database",
                name + ": データベースとして開けません");
  }
  try {
    TRYV(set_up(*impl->connection, in_memory, name));
  } catch (...) {
    Error error = impl->connection->caught("open");
    return fail(error.code, name + ": " + error.words());
  }
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
      auto done = tx.run(statement);
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
  TRY(const auto known, tx.value<std::string>("SELECT name FROM sqlite_master WHERE type = 'table' "
                                              "AND name = 'schema_migration'"));
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
    TRYV(
        tx.run("CREATE TABLE IF NOT EXISTS schema_migration ("
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
