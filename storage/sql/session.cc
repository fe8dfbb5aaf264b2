#include "storage/sql/session.h"

#include "storage/sql/connection.h"
#include "storage/sql/database.h"

namespace hitokoe::storage::sql {

namespace {

char letter(const Value& value) {
  if (value.get<std::int64_t>() != nullptr) return 'i';
  if (value.get<double>() != nullptr) return 'r';
  return value.get<Bytes>() != nullptr ? 'b' : 't';
}

}  // namespace

struct Transaction::State {
  Database::Impl& impl;
  std::unique_lock<std::mutex> lock;
  bool open = true;
  std::optional<Error> lost;

  Connection& connection() { return *impl.connection; }

  Error failed(std::string_view sql) {
    Error error = connection().caught(sql);
    if (error.code != Errc::kConflict && !lost) lost = error;
    return error;
  }

  Prepared& prepare(std::string_view sql, std::span<const Value> args,
                    std::span<const Kind> columns, std::unique_ptr<Prepared>& own) {
    std::string key(sql);
    for (const auto& value : args) key += letter(value);
    key += '/';
    for (const Kind kind : columns) key += static_cast<char>('0' + static_cast<int>(kind));
    auto& kept = connection().prepared[key];
    if (kept == nullptr) {
      try {
        kept = std::make_unique<Prepared>(connection().session, sql, args, columns);
      } catch (...) {
        connection().prepared.erase(key);
        throw;
      }
    }
    if (!kept->in_use) return *kept;
    own = std::make_unique<Prepared>(connection().session, sql, args, columns);
    return *own;
  }
};

namespace {

// Ends a statement's reading whatever happens: an open one would keep the WAL from shrinking.
class Use {
 public:
  explicit Use(Prepared& prepared) : prepared_(prepared) { prepared_.in_use = true; }
  ~Use() { prepared_.reset(); }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

 private:
  Prepared& prepared_;
};

}  // namespace

Transaction::Transaction(std::unique_ptr<State> state) : state_(std::move(state)) {}
Transaction::Transaction(Transaction&&) noexcept = default;

Result<Transaction> Transaction::write(Database& db) { return begin(db, "BEGIN IMMEDIATE"); }
Result<Transaction> Transaction::read(Database& db) { return begin(db, "BEGIN DEFERRED"); }

Result<Transaction> Transaction::begin(Database& db, std::string_view how) {
  auto& impl = db.impl();
  if (impl.owner.load() == std::this_thread::get_id())
    return fail(Errc::kInternal, "database: a transaction is open in this thread already",
                "データベース: このスレッドではトランザクションがすでに始まっています");
  auto state = std::unique_ptr<State>(new State{impl, std::unique_lock(impl.mutex), true, {}});
  try {
    impl.connection->run_often(how);
  } catch (...) {
    return outcome::failure(impl.connection->caught(how));
  }
  impl.owner = std::this_thread::get_id();
  return Transaction(std::move(state));
}

Transaction::~Transaction() {
  if (state_ == nullptr || !state_->open) return;
  try {
    // After a full disk SQLite has rolled back by itself.
    if (sqlite_api::sqlite3_get_autocommit(state_->connection().raw()) == 0)
      state_->connection().run_often("ROLLBACK");
  } catch (...) {
    (void)state_->connection().caught("ROLLBACK");
  }
  state_->impl.owner = std::thread::id();
}

Result<void> Transaction::commit() {
  if (!state_->open)
    return fail(Errc::kInternal, "database: this transaction has ended",
                "データベース: このトランザクションは終わっています");
  if (state_->lost) return outcome::failure(*state_->lost);
  try {
    state_->connection().run_often("COMMIT");
  } catch (...) {
    return outcome::failure(state_->failed("COMMIT"));
  }
  state_->open = false;
  state_->impl.owner = std::thread::id();
  state_->lock.unlock();
  return ok();
}

Result<std::uint64_t> Transaction::execute(std::string_view sql, std::vector<Value> args) {
  if (!state_->open)
    return fail(Errc::kInternal, "database: this transaction has ended",
                "データベース: このトランザクションは終わっています");
  if (state_->lost) return outcome::failure(*state_->lost);
  std::unique_ptr<Prepared> own;
  try {
    Prepared& prepared = state_->prepare(sql, args, {}, own);
    const Use use(prepared);
    prepared.execute(args);
    return prepared.changed();
  } catch (...) {
    return outcome::failure(state_->failed(sql));
  }
}

std::int64_t Transaction::last_id() {
  return sqlite_api::sqlite3_last_insert_rowid(state_->connection().raw());
}

Result<void> Transaction::select(std::string_view sql, std::vector<Value> args,
                                 std::span<const Kind> kinds, const OnRow& on_row,
                                 std::size_t most) {
  std::size_t told = 0;
  return select_while(sql, std::move(args), kinds, [&](std::span<Value> row) -> Result<bool> {
    TRYV(on_row(row));
    return ++told < most;
  });
}

Result<void> Transaction::select_while(std::string_view sql, std::vector<Value> args,
                                       std::span<const Kind> kinds, const OnRowWhile& on_row) {
  if (!state_->open)
    return fail(Errc::kInternal, "database: this transaction has ended",
                "データベース: このトランザクションは終わっています");
  if (state_->lost) return outcome::failure(*state_->lost);
  std::unique_ptr<Prepared> own;
  std::vector<Value> row;
  try {
    Prepared& prepared = state_->prepare(sql, args, kinds, own);
    const Use use(prepared);
    for (bool more = prepared.execute(args); more; more = prepared.fetch()) {
      prepared.current(row);
      TRY(const bool go_on, on_row(row));
      if (!go_on) break;
    }
    return ok();
  } catch (...) {
    return outcome::failure(state_->failed(sql));
  }
}

Error Transaction::wrong_column(std::string_view sql, std::size_t position) {
  const auto column = std::to_string(position);
  return {Errc::kCorrupt,
          Words{"database: column " + column + " is not of the kind that is asked for (",
                "データベース: " + column + " 列目の型が違います ("} +
              std::string(sql.substr(0, 60)) + ")"};
}

}  // namespace hitokoe::storage::sql
