#include "storage/sql/postgres_connection.h"

#include <utility>

#include "storage/sql/postgres_dialect.h"
#include "storage/sql/postgres_statement.h"

namespace hitokoe::storage::sql {
namespace {

constexpr int kOldest = 130'000;  // version 13
// "HTKE": what all writers of one database ask for.
constexpr std::string_view kWriteLock = "SELECT pg_advisory_xact_lock(1213484869)";
constexpr std::size_t kMostShownSql = 60;

struct EndOptions {
  void operator()(PQconninfoOption* o) const { PQconninfoFree(o); }
};
using Options = std::unique_ptr<PQconninfoOption, EndOptions>;

Options options_of(const std::string& where) {
  return Options(PQconninfoParse(where.c_str(), nullptr));
}

std::string option(const Options& options, std::string_view name) {
  for (const PQconninfoOption* o = options.get(); o != nullptr && o->keyword != nullptr; ++o) {
    if (name == o->keyword && o->val != nullptr) return o->val;
  }
  return {};
}

// A key or a rule that is broken; the transaction can go on.
bool is_conflict(std::string_view state) {
  return state == "23505" || state == "23503" || state == "23000" || state == "23P01";
}

Errc code_of(std::string_view state) {
  if (is_conflict(state)) return Errc::kConflict;
  const auto kind = state.substr(0, 2);
  if (kind == "08" || kind == "57" || state == "55P03" || kind == "40" || state == "53300") {
    return Errc::kUnavailable;
  }
  if (state == "53200" || kind == "54") return Errc::kLimit;
  if (kind == "53" || kind == "58" || state == "25006") return Errc::kIo;
  if (kind == "XX") return Errc::kCorrupt;
  if (state == "22021") return Errc::kBadInput;
  if (state == "42501") return Errc::kForbidden;
  return Errc::kInternal;
}

Words said(std::string_view state, const std::string& text) {
  if (state == "55P03") return {"locked by another process", "別のプロセスが使用中"};
  if (code_of(state) == Errc::kUnavailable) {
    return {"the server is not there, or ended the connection",
            "サーバーに接続できないか、接続が切れました"};
  }
  if (state == "22021") {
    return {"a text with a NUL or with bytes that are no UTF-8 cannot be kept",
            "NUL または UTF-8 でないバイトを含む文字列は保存できません"};
  }
  if (state.substr(0, 2) == "53") {
    return {"the server has no room left", "サーバーの空き容量がありません"};
  }
  // What is said of rules and of wrong SQL names tables, columns and rules; all else may quote
  // values.
  const auto kind = state.substr(0, 2);
  if (kind == "23" || kind == "42" || kind == "25") return {text, text};
  return {"error " + std::string(state), "エラー " + std::string(state)};
}

}  // namespace

PostgresConnection::PostgresConnection(std::unique_ptr<PGconn, EndConnection> connection,
                                       std::string place)
    : connection_(std::move(connection)), place_(std::move(place)) {}

PostgresConnection::~PostgresConnection() {
  prepared.clear();  // before the connection that they are of
}

std::string PostgresConnection::shown_place(const std::string& where) {
  const auto options = options_of(where);
  if (options == nullptr) return {};
  const auto host = option(options, "host");
  const auto name = option(options, "dbname");
  const auto service = option(options, "service");
  if (host.empty() && name.empty() && !service.empty()) return "postgresql service " + service;
  return "postgresql " + (host.empty() ? std::string("(local)") : host) + "/" +
         (name.empty() ? std::string("(default)") : name);
}

bool PostgresConnection::has_password(const std::string& where) {
  const auto options = options_of(where);
  return options != nullptr && !option(options, "password").empty();
}

Result<std::unique_ptr<Connection>> PostgresConnection::open(const std::string& where) {
  const auto place = shown_place(where);
  if (place.empty()) {
    return fail(Errc::kUsage,
                "database: no libpq connection string (host=… port=… dbname=… user=…)",
                "データベース: libpq の接続文字列ではありません (host=… port=… dbname=… user=…)");
  }
  // What is given first is overridden by what `where` says.
  const char* const names[] = {"connect_timeout",
                               "application_name",
                               "client_encoding",
                               "keepalives_idle",
                               "keepalives_interval",
                               "keepalives_count",
                               "tcp_user_timeout",
                               "dbname",
                               nullptr};
  const char* const values[] = {"10", "hitokoe", "UTF8",        "10",   "5",
                                "3",  "15000",   where.c_str(), nullptr};
  std::unique_ptr<PGconn, EndConnection> connection(PQconnectdbParams(names, values, 1));
  if (connection == nullptr) return fail(Errc::kLimit, "out of memory", "メモリ不足");
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    // Names hosts, users and databases, never a password.
    std::string why = PQerrorMessage(connection.get());
    while (!why.empty() && why.back() == '\n') why.pop_back();
    return fail(Errc::kUnavailable, place + ": cannot connect: " + why,
                place + ": 接続できません: " + why);
  }
  std::unique_ptr<PostgresConnection> made(new PostgresConnection(std::move(connection), place));
  try {
    TRYV(made->set_up());
  } catch (...) {
    return outcome::failure(made->caught("open"));
  }
  return std::unique_ptr<Connection>(std::move(made));
}

Result<void> PostgresConnection::set_up() {
  TRYV(check_server());
  set_session();
  if (!has_table("schema_migration") && !tables().empty()) {
    return fail(Errc::kCorrupt, place_ + ": a database, but not one of hitokoe",
                place_ + ": hitokoe のものではないデータベース");
  }
  return ok();
}

Result<void> PostgresConnection::check_server() {
  const int version = PQserverVersion(raw());
  if (version < kOldest) {
    return fail(
        Errc::kUnsupported,
        place_ + ": PostgreSQL " + std::to_string(version / 10'000) + "; 13 or newer is needed",
        place_ + ": PostgreSQL " + std::to_string(version / 10'000) + " です。13 以降が必要です");
  }
  const auto of_database =
      run("SELECT pg_encoding_to_char(encoding), datcollate, current_setting('fsync'), "
          "'Z' < 'a' AND 'a-b' < 'aa' FROM pg_database WHERE datname = current_database()");
  const std::string encoding = PQgetvalue(of_database.get(), 0, 0);
  const std::string order = PQgetvalue(of_database.get(), 0, 1);
  // Asked of what it does, too: an ICU order stands elsewhere, or nowhere that all versions know.
  const bool by_bytes = std::string_view(PQgetvalue(of_database.get(), 0, 3)) == "t";
  if (encoding != "UTF8" || !by_bytes || (order != "C" && order != "POSIX" && order != "C.UTF-8")) {
    const std::string how =
        "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER libc";
    return fail(
        Errc::kUnsupported,
        place_ + ": encoding " + encoding + ", order of texts " + order + "; make it by: " + how,
        place_ + ": 文字コード " + encoding + "、照合順序 " + order +
            " です。次のように作成してください: " + how);
  }
  if (std::string_view(PQgetvalue(of_database.get(), 0, 2)) != "on") {
    return fail(Errc::kUnsupported,
                place_ + ": fsync is off there: what is reported as done could be lost",
                place_ + ": fsync が無効です。完了と報告した内容が失われることがあります");
  }
  return ok();
}

void PostgresConnection::set_session() {
  run("SET lock_timeout = '10s'");
  run("SET TIME ZONE 'UTC'");
  run("SET bytea_output = 'hex'");
  run("SET standard_conforming_strings = on");
  // What a call reports as done is on disk. A stricter setting than that stays as it is.
  const auto durable = run("SHOW synchronous_commit");
  const std::string_view set = PQgetvalue(durable.get(), 0, 0);
  if (set == "off") run("SET synchronous_commit = on");
}

Answer PostgresConnection::checked(PGresult* result) {
  Answer answer(result);
  const auto status = PQresultStatus(answer.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return answer;
  const char* state = PQresultErrorField(answer.get(), PG_DIAG_SQLSTATE);
  const char* text = PQresultErrorField(answer.get(), PG_DIAG_MESSAGE_PRIMARY);
  // Without a state the connection itself failed.
  throw PostgresError(state == nullptr ? "08006" : state, text == nullptr ? "" : text);
}

Answer PostgresConnection::run(const std::string& sql) {
  return checked(PQexec(raw(), sql.c_str()));
}

void PostgresConnection::begin(Begin how) {
  // What a pipeline left behind would be taken for the answer to what is asked now.
  if (PQstatus(raw()) != CONNECTION_OK || PQpipelineStatus(raw()) != PQ_PIPELINE_OFF) {
    prepared.clear();
    ++times_made;
    PQreset(raw());
    if (PQstatus(raw()) != CONNECTION_OK) throw PostgresError("08006", "");
    set_session();
  }
  kept_ = wanted_ = false;
  try {
    if (how == Begin::kRead) {
      run("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      return;
    }
    // Each statement sees what was committed before it: what was read after waiting is no older.
    run("BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE; " + std::string(kWriteLock));
  } catch (...) {
    rollback();
    throw;
  }
}

void PostgresConnection::commit() { run("COMMIT"); }

void PostgresConnection::rollback() {
  if (PQtransactionStatus(raw()) != PQTRANS_IDLE) PQclear(PQexec(raw(), "ROLLBACK"));
}

// A broken rule ends a transaction here, unless there is a place to go back to.
void PostgresConnection::send_savepoint() {
  const auto send = [&](const char* sql) {
    if (PQsendQueryParams(raw(), sql, 0, nullptr, nullptr, nullptr, nullptr, 0) != 1)
      throw PostgresError("08006", "");
  };
  wanted_ = false;
  if (std::exchange(kept_, true)) send("RELEASE SAVEPOINT kept");
  send("SAVEPOINT kept");
}

void PostgresConnection::after_failure() {
  if (kept_ && PQtransactionStatus(raw()) == PQTRANS_INERROR) run("ROLLBACK TO SAVEPOINT kept");
}

std::unique_ptr<Prepared> PostgresConnection::prepare(std::string_view sql,
                                                      std::span<const Value> like,
                                                      std::span<const Kind> columns,
                                                      Reading reading) {
  return make_postgres_statement(*this, postgres_statement(sql, like), columns, reading);
}

void PostgresConnection::run_schema(std::string_view sql) {
  for (const auto& statement : postgres_schema(sql)) run(statement);
}

bool PostgresConnection::has_table(std::string_view name) {
  const auto answer = run_with("SELECT to_regclass($1) IS NOT NULL", std::string(name));
  return std::string_view(PQgetvalue(answer.get(), 0, 0)) == "t";
}

std::vector<std::string> PostgresConnection::tables() {
  const auto answer =
      run("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1");
  std::vector<std::string> all;
  all.reserve(static_cast<std::size_t>(PQntuples(answer.get())));
  for (int i = 0; i < PQntuples(answer.get()); ++i) {
    all.emplace_back(PQgetvalue(answer.get(), i, 0));
  }
  return all;
}

Answer PostgresConnection::run_with(const char* sql, const std::string& argument) {
  const char* const values[] = {argument.c_str()};
  return checked(PQexecParams(raw(), sql, 1, nullptr, values, nullptr, nullptr, 0));
}

TableShape PostgresConnection::shape_of(const std::string& table) {
  TableShape shape;
  shape.name = table;
  const auto columns = run_with(
      "SELECT attname::text, atttypid::regtype::text FROM pg_attribute WHERE attrelid = "
      "to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
      table);
  for (int i = 0; i < PQntuples(columns.get()); ++i) {
    const std::string_view type = PQgetvalue(columns.get(), i, 1);
    shape.columns.push_back({PQgetvalue(columns.get(), i, 0), type == "bigint" ? Kind::kInteger
                                                              : type == "double precision"
                                                                  ? Kind::kReal
                                                              : type == "bytea" ? Kind::kBlob
                                                                                : Kind::kText});
  }
  const auto parents = run_with(
      "SELECT DISTINCT c.relname::text FROM pg_constraint k JOIN pg_class c ON c.oid = k.confrelid "
      "WHERE k.contype = 'f' AND k.conrelid = to_regclass($1)",
      table);
  for (int i = 0; i < PQntuples(parents.get()); ++i) {
    shape.parents.emplace_back(PQgetvalue(parents.get(), i, 0));
  }
  return shape;
}

void PostgresConnection::after_copy(const TableShape& table) {
  for (const auto& column : table.columns) {
    if (column.kind != Kind::kInteger) continue;
    std::string at = "pg_get_serial_sequence('";
    at.append(table.name).append("', '").append(column.name).append("')");
    std::string sql = "SELECT setval(";
    sql.append(at).append(", (SELECT max(\"").append(column.name).append("\") FROM \"");
    sql.append(table.name).append("\")) WHERE ").append(at);
    sql.append(" IS NOT NULL AND EXISTS (SELECT 1 FROM \"").append(table.name).append("\")");
    run(sql);
  }
}

std::int64_t PostgresConnection::last_id() {
  const auto answer = run("SELECT lastval()");
  return std::stoll(PQgetvalue(answer.get(), 0, 0));
}

Error PostgresConnection::caught(std::string_view sql) {
  const Words place{"database: ", "データベース: "};
  const std::string shown = " (" + std::string(sql.substr(0, kMostShownSql)) + ")";
  try {
    throw;
  } catch (const PostgresError& e) {
    return {code_of(e.state()), place + said(e.state(), e.what()) + shown};
  } catch (const std::bad_alloc&) {
    return {Errc::kLimit, place + Words{"out of memory", "メモリ不足"} + shown};
  } catch (const std::exception&) {
    return {Errc::kInternal,
            place + Words{"a statement does not fit its values", "文と値が合いません"} + shown};
  }
}

}  // namespace hitokoe::storage::sql
