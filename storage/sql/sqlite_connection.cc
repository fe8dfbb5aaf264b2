#include "storage/sql/sqlite_connection.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "hitokoe/base/file.h"
#include "storage/sql/sqlite_statement.h"

namespace hitokoe::storage::sql {
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

constexpr std::size_t kMostShownSql = 60;

Errc code_of(int extended) {
  switch (extended & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Errc::kUnavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Errc::kCorrupt;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_NOLFS:
      return Errc::kIo;
    case SQLITE_TOOBIG:
    case SQLITE_NOMEM:
      return Errc::kLimit;
    case SQLITE_CONSTRAINT:
      switch (extended) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
        case SQLITE_CONSTRAINT_FOREIGNKEY:
        case SQLITE_CONSTRAINT_TRIGGER:
          return Errc::kConflict;
        default:
          return Errc::kInternal;
      }
    default:
      return Errc::kInternal;
  }
}

}  // namespace

SqliteConnection::~SqliteConnection() {
  prepared.clear();  // before the session that they are of
}

Result<std::unique_ptr<Connection>> SqliteConnection::open(const std::filesystem::path& file) {
  const bool in_memory = file.empty();
  const std::string name = in_memory ? "database in memory" : shown(file);
  if (file.native().find_first_of("'\"") != std::string::npos)
    return fail(Errc::kUsage, "database: no quotes in the data folder's name, please",
                "データベース: データフォルダの名前に引用符は使えません");
  if (!in_memory) {
    TRYV(make_file(file));
  }
  std::unique_ptr<SqliteConnection> made(new SqliteConnection());
  try {
    made->session_.open(soci::sqlite3,
                        in_memory ? ":memory:" : "db=\"" + file.string() + "\" timeout=10");
  } catch (const std::exception&) {
    return fail(Errc::kIo, name + ": cannot be opened as a database",
                name + ": データベースとして開けません");
  }
  try {
    TRYV(made->set_up(in_memory, name));
  } catch (...) {
    const Error error = made->caught("open");
    return fail(error.code, name + ": " + error.words());
  }
  return std::unique_ptr<Connection>(std::move(made));
}

Result<void> SqliteConnection::set_up(bool in_memory, const std::string& name) {
  // An extended code tells a broken UNIQUE from a broken NOT NULL.
  sqlite_api::sqlite3_extended_result_codes(raw(), 1);
  sqlite_api::sqlite3_busy_timeout(raw(), 10'000);
  long long tables = 0;
  long long id = 0;
  session_.once << "SELECT count(*) FROM sqlite_master", soci::into(tables);
  session_.once << "PRAGMA application_id", soci::into(id);
  if (tables > 0 && id != kApplicationId)
    return fail(Errc::kCorrupt, name + ": a database, but not one of hitokoe",
                name + ": hitokoe のものではないデータベース");
  if (!in_memory) {
    std::string mode;
    session_.once << "PRAGMA journal_mode = WAL", soci::into(mode);
    if (mode != "wal") {
      return fail(
          Errc::kUnsupported,
          name + ": this file system cannot hold a database in WAL mode (a network share?)",
          name + ": このファイルシステムには WAL のデータベースを置けません（ネットワーク共有？）");
    }
  }
  run("PRAGMA synchronous = FULL");
  run("PRAGMA foreign_keys = ON");
  run("PRAGMA trusted_schema = OFF");
  run("PRAGMA secure_delete = ON");
  run("PRAGMA temp_store = MEMORY");
  run("PRAGMA journal_size_limit = 67108864");
  if (id != kApplicationId) run("PRAGMA application_id = " + std::to_string(kApplicationId));
  return ok();
}

sqlite_api::sqlite3* SqliteConnection::raw() {
  return static_cast<soci::sqlite3_session_backend*>(session_.get_backend())->conn_;
}

void SqliteConnection::run(std::string_view sql) { session_.once << std::string(sql); }

void SqliteConnection::run_often(std::string_view sql) {
  auto& kept = prepared[std::string(sql)];
  if (kept == nullptr) kept = make_sqlite_statement(raw(), sql, std::span<const Kind>());
  try {
    kept->execute({});
  } catch (...) {
    kept->reset();
    throw;
  }
  kept->reset();
}

void SqliteConnection::begin(Begin how) {
  run_often(how == Begin::kWrite ? "BEGIN IMMEDIATE" : "BEGIN DEFERRED");
}

void SqliteConnection::commit() { run_often("COMMIT"); }

void SqliteConnection::rollback() {
  // After a full disk SQLite has rolled back by itself.
  if (sqlite_api::sqlite3_get_autocommit(raw()) == 0) run_often("ROLLBACK");
}

std::unique_ptr<Prepared> SqliteConnection::prepare(std::string_view sql,
                                                    std::span<const Value> /*of any kinds*/,
                                                    std::span<const Kind> columns,
                                                    Reading /*row by row in any case*/) {
  return make_sqlite_statement(raw(), sql, columns);
}

void SqliteConnection::run_schema(std::string_view sql) { run(sql); }

bool SqliteConnection::has_table(std::string_view name) {
  int found = 0;
  const std::string wanted(name);
  session_.once << "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = :name",
      soci::use(wanted), soci::into(found);
  return found > 0;
}

std::vector<std::string> SqliteConnection::tables() {
  std::vector<std::string> all;
  const soci::rowset<std::string> rows =
      (session_.prepare << "SELECT name FROM sqlite_master WHERE type = 'table' AND "
                           "name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name");
  for (const auto& name : rows) all.push_back(name);
  return all;
}

TableShape SqliteConnection::shape_of(const std::string& table) {
  TableShape shape;
  shape.name = table;
  const soci::rowset<soci::row> columns =
      (session_.prepare << "SELECT name, type FROM pragma_table_info(:t) ORDER BY cid",
       soci::use(table));
  for (const auto& row : columns) {
    const auto type = row.get<std::string>(1);
    shape.columns.push_back({row.get<std::string>(0), type == "INTEGER" ? Kind::kInteger
                                                      : type == "REAL"  ? Kind::kReal
                                                      : type == "BLOB"  ? Kind::kBlob
                                                                        : Kind::kText});
  }
  const soci::rowset<std::string> parents =
      (session_.prepare << "SELECT DISTINCT \"table\" FROM pragma_foreign_key_list(:t)",
       soci::use(table));
  for (const auto& parent : parents) shape.parents.push_back(parent);
  return shape;
}

std::int64_t SqliteConnection::last_id() { return sqlite_api::sqlite3_last_insert_rowid(raw()); }

Error SqliteConnection::caught(std::string_view sql) {
  // SOCI's own text quotes bound values; SQLite's names tables and columns only.
  const Words place{"database: ", "データベース: "};
  const std::string shown = " (" + std::string(sql.substr(0, kMostShownSql)) + ")";
  try {
    throw;
  } catch (const SqliteError& e) {
    const Errc code = code_of(e.code());
    if (code == Errc::kUnavailable)
      return {code, place + Words{"locked by another process", "別のプロセスが使用中"}};
    return {code, place + e.what() + shown};
  } catch (const soci::sqlite3_soci_error&) {
    const int extended = sqlite_api::sqlite3_extended_errcode(raw());
    const Errc code = code_of(extended);
    if (code == Errc::kUnavailable)
      return {code, place + Words{"locked by another process", "別のプロセスが使用中"}};
    return {code, place + sqlite_api::sqlite3_errmsg(raw()) + shown};
  } catch (const std::bad_alloc&) {
    return {Errc::kLimit, place + Words{"out of memory", "メモリ不足"} + shown};
  } catch (const std::exception&) {
    return {Errc::kInternal,
            place + Words{"a statement does not fit its values", "文と値が合いません"} + shown};
  }
}

}  // namespace hitokoe::storage::sql
