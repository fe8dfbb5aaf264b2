#include "storage/sql/connection.h"

namespace hitokoe::storage::sql {
namespace {

constexpr std::size_t kMostShownSql = 60;

Kind kind_of(const Value& value) {
  if (value.get<std::int64_t>() != nullptr) return Kind::kInteger;
  if (value.get<double>() != nullptr) return Kind::kReal;
  if (value.get<Bytes>() != nullptr) return Kind::kBlob;
  return Kind::kText;  // NULL too: its indicator says so
}

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

Prepared::Prepared(soci::session& session, std::string_view sql, std::span<const Value> like,
                   std::span<const Kind> columns)
    : statement_(session) {
  statement_.alloc();
  for (const auto& value : like) {
    auto& slot = in_.emplace_back(session);
    slot.kind = kind_of(value);
    switch (slot.kind) {
      case Kind::kInteger:
        statement_.exchange(soci::use(slot.integer, slot.indicator));
        break;
      case Kind::kReal:
        statement_.exchange(soci::use(slot.real, slot.indicator));
        break;
      case Kind::kText:
        statement_.exchange(soci::use(slot.text, slot.indicator));
        break;
      case Kind::kBlob:
        statement_.exchange(soci::use(slot.blob, slot.indicator));
        break;
    }
  }
  for (const Kind kind : columns) {
    auto& slot = out_.emplace_back(session);
    slot.kind = kind;
    switch (kind) {
      case Kind::kInteger:
        statement_.exchange(soci::into(slot.integer, slot.indicator));
        break;
      case Kind::kReal:
        statement_.exchange(soci::into(slot.real, slot.indicator));
        break;
      case Kind::kText:
        statement_.exchange(soci::into(slot.text, slot.indicator));
        break;
      case Kind::kBlob:
        statement_.exchange(soci::into(slot.blob, slot.indicator));
        break;
    }
  }
  statement_.prepare(std::string(sql));
  statement_.define_and_bind();
}

void Prepared::set(Slot& slot, const Value& value) {
  slot.indicator = value.is_null() ? soci::i_null : soci::i_ok;
  if (const auto* integer = value.get<std::int64_t>()) slot.integer = *integer;
  if (const auto* real = value.get<double>()) slot.real = *real;
  if (const auto* text = value.get<std::string>()) slot.text = *text;
  if (const auto* bytes = value.get<Bytes>()) {
    // Writing nothing leaves SOCI with a buffer of no bytes; without it, it would bind NULL.
    slot.blob.trim(0);
    slot.blob.write(0, bytes->empty() ? "" : reinterpret_cast<const char*>(bytes->data()),
                    bytes->size());
  }
}

bool Prepared::execute(std::span<const Value> args) {
  for (std::size_t i = 0; i < in_.size(); ++i) set(in_[i], args[i]);
  return statement_.execute(true);
}

bool Prepared::fetch() { return statement_.fetch(); }

void Prepared::current(std::vector<Value>& out) {
  out.clear();
  for (auto& slot : out_) {
    if (slot.indicator == soci::i_null) {
      out.emplace_back();
      continue;
    }
    switch (slot.kind) {
      case Kind::kInteger:
        out.emplace_back(std::int64_t{slot.integer});
        break;
      case Kind::kReal:
        out.emplace_back(slot.real);
        break;
      case Kind::kText:
        out.emplace_back(slot.text);
        break;
      case Kind::kBlob: {
        Bytes bytes(slot.blob.get_len());
        if (!bytes.empty()) slot.blob.read(0, reinterpret_cast<char*>(bytes.data()), bytes.size());
        out.emplace_back(std::move(bytes));
        break;
      }
    }
  }
}

std::uint64_t Prepared::changed() {
  return static_cast<std::uint64_t>(statement_.get_affected_rows());
}

void Prepared::reset() {
  auto* backend = static_cast<soci::sqlite3_statement_backend*>(statement_.get_backend());
  if (backend->stmt_ == nullptr) return;
  sqlite_api::sqlite3_reset(backend->stmt_);
  sqlite_api::sqlite3_clear_bindings(backend->stmt_);
  backend->databaseReady_ = true;
  in_use = false;
  // What was bound is not kept in memory longer than it is needed.
  for (auto& slot : in_) {
    slot.text.clear();
    slot.blob.trim(0);
  }
}

sqlite_api::sqlite3* Connection::raw() {
  return static_cast<soci::sqlite3_session_backend*>(session.get_backend())->conn_;
}

void Connection::run(std::string_view sql) { session.once << std::string(sql); }

void Connection::run_often(std::string_view sql) {
  auto& kept = prepared[std::string(sql)];
  if (kept == nullptr)
    kept =
        std::make_unique<Prepared>(session, sql, std::span<const Value>(), std::span<const Kind>());
  try {
    kept->execute({});
  } catch (...) {
    kept->reset();
    throw;
  }
  kept->reset();
}

Error Connection::caught(std::string_view sql) {
  // SOCI's own text quotes bound values; SQLite's names tables and columns only.
  const Words place{"database: ", "データベース: "};
  const std::string shown = " (" + std::string(sql.substr(0, kMostShownSql)) + ")";
  try {
    throw;
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
