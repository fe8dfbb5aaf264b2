#include <string_view>
#include <system_error>

#include "hitokoe/base/file.h"
#include "hitokoe/storage/database_move.h"
#include "storage/sql/database.h"
#include "storage/sql/postgres_connection.h"

namespace hitokoe::storage {
namespace {

constexpr std::string_view kFile = "hitokoe.db";
constexpr std::string_view kPlaceFile = "database";
constexpr std::string_view kSqlite = "sqlite";  // said after moving back
constexpr std::uint64_t kMostPlace = 4096;

}  // namespace

std::string DatabasePlace::shown() const {
  return server.empty() ? std::string(kFile) : sql::PostgresConnection::shown_place(server);
}

Result<DatabasePlace> database_of(const std::filesystem::path& data) {
  const auto path = data / kPlaceFile;
  const auto content_or = read_file(path, kMostPlace);
  if (!content_or && content_or.error().code == Errc::kNotFound) return DatabasePlace{};
  TRY(const auto content, content_or);
  std::string where(as_text(content));
  while (!where.empty() && (where.back() == '\n' || where.back() == '\r')) where.pop_back();
  if (where == kSqlite) return DatabasePlace{};
  if (where.empty() || sql::PostgresConnection::shown_place(where).empty()) {
    return fail(
        Errc::kBadInput,
        hitokoe::shown(path) +
            ": one line is expected, a libpq connection string (host=… "
            "dbname=… user=… passfile=…)",
        hitokoe::shown(path) +
            ": libpq の接続文字列を一行で書いてください (host=… dbname=… user=… passfile=…)");
  }
  return DatabasePlace{std::move(where)};
}

Result<bool> has_database(const std::filesystem::path& data) {
  TRY(const auto place, database_of(data));
  std::error_code error;
  return !place.server.empty() || std::filesystem::exists(data / kFile, error);
}

Result<DatabasePlace> server_at(const std::string& where) {
  if (where.find('\n') != std::string::npos || where.empty() ||
      sql::PostgresConnection::shown_place(where).empty()) {
    return fail(Errc::kUsage,
                "no libpq connection string (host=… port=… dbname=… user=… passfile=…)",
                "libpq の接続文字列ではありません (host=… port=… dbname=… user=… passfile=…)");
  }
  if (sql::PostgresConnection::has_password(where)) {
    return fail(
        Errc::kUsage,
        "a password in a command is seen by everyone on this machine: write it into a file "
        "(0600, host:port:database:user:password) and name it with passfile=…",
        "コマンドに書いたパスワードは他の利用者に見えます。ファイル（0600、host:port:database:"
        "user:password）に書き、passfile=… で指定してください");
  }
  return DatabasePlace{where};
}

Result<std::shared_ptr<Database>> Database::open_in(const std::filesystem::path& data) {
  TRY(auto use, sql::FolderUse::share(data));
  TRY(const auto place, database_of(data));
  TRY(auto db, place.server.empty() ? open(data / kFile) : open_server(place.server));
  db->impl().use = std::move(use);
  return db;
}

}  // namespace hitokoe::storage
