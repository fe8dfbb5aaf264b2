#include "storage/sql/sqlite_statement.h"

#include <cstring>
#include <vector>

namespace hitokoe::storage::sql {
namespace {

using sqlite_api::sqlite3;
using sqlite_api::sqlite3_stmt;

struct EndStatement {
  void operator()(sqlite3_stmt* s) const { sqlite_api::sqlite3_finalize(s); }
};

class SqliteStatement final : public Prepared {
 public:
  SqliteStatement(sqlite3* connection, std::string_view sql, std::span<const Kind> columns)
      : connection_(connection), columns_(columns.begin(), columns.end()) {
    sqlite3_stmt* made = nullptr;
    const int code =
        sqlite_api::sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                                       SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    statement_.reset(made);
    if (code != SQLITE_OK) throw_error();
    if (made == nullptr) throw std::invalid_argument("no statement");
    if (!columns_.empty() &&
        sqlite_api::sqlite3_column_count(made) != static_cast<int>(columns_.size()))
      throw std::invalid_argument("another number of columns than is asked for");
  }

  bool execute(std::span<const Value> args) override {
    sqlite_api::sqlite3_reset(statement_.get());
    if (sqlite_api::sqlite3_bind_parameter_count(statement_.get()) != static_cast<int>(args.size()))
      throw std::invalid_argument("another number of values than of places for them");
    for (std::size_t i = 0; i < args.size(); ++i) bind(static_cast<int>(i) + 1, args[i]);
    return fetch();
  }

  bool fetch() override {
    const int code = sqlite_api::sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) throw_error();
    return false;
  }

  void current(std::vector<Value>& out) override {
    out.clear();
    for (std::size_t i = 0; i < columns_.size(); ++i)
      out.push_back(column(static_cast<int>(i), columns_[i]));
  }

  std::uint64_t changed() override {
    return static_cast<std::uint64_t>(sqlite_api::sqlite3_changes(connection_));
  }

  void reset() override {
    sqlite_api::sqlite3_reset(statement_.get());
    sqlite_api::sqlite3_clear_bindings(statement_.get());
    in_use = false;
  }

 private:
  [[noreturn]] void throw_error() {
    throw SqliteError(sqlite_api::sqlite3_extended_errcode(connection_),
                      sqlite_api::sqlite3_errmsg(connection_));
  }

  // The values stay where they are until reset(): nothing is copied.
  void bind(int place, const Value& value) {
    auto* s = statement_.get();
    int code = SQLITE_OK;
    if (const auto* integer = value.get<std::int64_t>()) {
      code = sqlite_api::sqlite3_bind_int64(s, place, *integer);
    } else if (const auto* real = value.get<double>()) {
      code = sqlite_api::sqlite3_bind_double(s, place, *real);
    } else if (const auto* text = value.get<std::string>()) {
      code = sqlite_api::sqlite3_bind_text64(s, place, text->data(), text->size(), SQLITE_STATIC,
                                             SQLITE_UTF8);
    } else if (const auto* bytes = value.get<Bytes>()) {
      // Without an address it would be NULL.
      const void* data = bytes->empty() ? static_cast<const void*>("") : bytes->data();
      code = sqlite_api::sqlite3_bind_blob64(s, place, data, bytes->size(), SQLITE_STATIC);
    } else {
      code = sqlite_api::sqlite3_bind_null(s, place);
    }
    if (code != SQLITE_OK) throw_error();
  }

  Value column(int i, Kind kind) {
    auto* s = statement_.get();
    if (sqlite_api::sqlite3_column_type(s, i) == SQLITE_NULL) return {};
    switch (kind) {
      case Kind::kInteger:
        return std::int64_t{sqlite_api::sqlite3_column_int64(s, i)};
      case Kind::kReal:
        return sqlite_api::sqlite3_column_double(s, i);
      case Kind::kText: {
        const auto* text = sqlite_api::sqlite3_column_text(s, i);
        if (text == nullptr) throw std::bad_alloc();
        return std::string(reinterpret_cast<const char*>(text), size_of(i));
      }
      case Kind::kBlob:
        break;
    }
    const auto* bytes = static_cast<const std::uint8_t*>(sqlite_api::sqlite3_column_blob(s, i));
    const auto size = size_of(i);
    return size == 0 ? Bytes{} : Bytes(bytes, bytes + size);
  }

  std::size_t size_of(int i) {
    return static_cast<std::size_t>(sqlite_api::sqlite3_column_bytes(statement_.get(), i));
  }

  sqlite3* connection_;
  std::vector<Kind> columns_;
  std::unique_ptr<sqlite3_stmt, EndStatement> statement_;
};

}  // namespace

std::unique_ptr<Prepared> make_sqlite_statement(sqlite3* connection, std::string_view sql,
                                                std::span<const Kind> columns) {
  return std::make_unique<SqliteStatement>(connection, sql, columns);
}

}  // namespace hitokoe::storage::sql
