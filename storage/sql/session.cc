#include "storage/sql/session.h"

#include "storage/sql/connection.h"
#include "storage/sql/database.h"
#include "storage/sql/times_connected.h"

namespace hitokoe::storage::sql {

namespace {

// NULL has one of its own: a server that types parameters cannot take it for a text.
char letter(const Value& value) {
  if (value.is_null()) return 'n';
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

  // After a broken rule, so that the transaction can go on.
  void go_back() {
    if (lost) return;
    try {
      connection().after_failure();
    } catch (...) {
      lost = connection().caught("ROLLBACK");
    }
  }

  Prepared& prepare(std::string_view sql, std::span<const Value> args,
                    std::span<const Kind> columns, Reading reading,
                    std::unique_ptr<Prepared>& own) {
    std::string key(sql);
    for (const auto& value : args) key += letter(value);
    key += '/';
    for (const Kind kind : columns) key += static_cast<char>('0' + static_cast<int>(kind));
    key += static_cast<char>('a' + static_cast<int>(reading));
    auto& kept = connection().prepared[key];
    if (kept == nullptr) {
      try {
        kept = connection().prepare(sql, args, columns, reading);
      } catch (...) {
        connection().prepared.erase(key);
        throw;
      }
    }
    if (!kept->in_use) return *kept;
    own = connection().prepare(sql, args, columns, reading);
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

std::uint64_t times_connected(Database& db) { return db.impl().connection->times_made; }

Result<Transaction> Transaction::write(Database& db) { return begin(db, false); }
Result<Transaction> Transaction::read(Database& db) { return begin(db, true); }

Result<Transaction> Transaction::begin(Database& db, bool only_reads) {
  auto& impl = db.impl();
  if (impl.owner.load() == std::this_thread::get_id())
    return fail(Errc::kInternal, "database: a transaction is open in this thread already",
                "データベース: このスレッドではトランザクションがすでに始まっています");
  auto state = std::unique_ptr<State>(new State{impl, std::unique_lock(impl.mutex), true, {}});
  try {
    impl.connection->begin(only_reads ? Connection::Begin::kRead : Connection::Begin::kWrite);
  } catch (...) {
    return outcome::failure(impl.connection->caught("BEGIN"));
  }
  impl.owner = std::this_thread::get_id();
  return Transaction(std::move(state));
}

Transaction::~Transaction() {
  if (state_ == nullptr || !state_->open) return;
  try {
    state_->connection().rollback();
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
    state_->connection().commit();
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
    Prepared& prepared = state_->prepare(sql, args, {}, Reading::kAtOnce, own);
    state_->connection().before_change();
    const Use use(prepared);
    prepared.execute(args);
    return prepared.changed();
  } catch (...) {
    Error error = state_->failed(sql);
    state_->go_back();
    return outcome::failure(std::move(error));
  }
}

Result<std::uint64_t> Transaction::run_each(std::string_view sql, const NextRow& next) {
  if (!state_->open)
    return fail(Errc::kInternal, "database: this transaction has ended",
                "データベース: このトランザクションは終わっています");
  if (state_->lost) return outcome::failure(*state_->lost);
  std::unique_ptr<Prepared> own;
  std::vector<Value> row;
  if (!next(row)) return 0;
  try {
    Prepared& prepared = state_->prepare(sql, row, {}, Reading::kAtOnce, own);
    const Use use(prepared);
    return prepared.execute_each(row, next);
  } catch (...) {
    Error error = state_->failed(sql);
    if (!state_->lost) state_->lost = error;
    return outcome::failure(std::move(error));
  }
}

Result<void> Transaction::run_schema(std::string_view sql) {
  if (state_->lost) return outcome::failure(*state_->lost);
  try {
    state_->connection().run_schema(sql);
    return ok();
  } catch (...) {
    return outcome::failure(state_->failed(sql));
  }
}

Result<bool> Transaction::has_table(std::string_view name) {
  try {
    return state_->connection().has_table(name);
  } catch (...) {
    return outcome::failure(state_->failed("tables"));
  }
}

Result<std::vector<std::string>> Transaction::tables() {
  try {
    return state_->connection().tables();
  } catch (...) {
    return outcome::failure(state_->failed("tables"));
  }
}

Result<TableShape> Transaction::shape_of(const std::string& table) {
  try {
    return state_->connection().shape_of(table);
  } catch (...) {
    return outcome::failure(state_->failed("columns"));
  }
}

Result<void> Transaction::after_copy(const TableShape& table) {
  try {
    state_->connection().after_copy(table);
    return ok();
  } catch (...) {
    return outcome::failure(state_->failed("next key"));
  }
}

Result<std::int64_t> Transaction::last_id() {
  try {
    return state_->connection().last_id();
  } catch (...) {
    return outcome::failure(state_->failed("last id"));
  }
}

Result<void> Transaction::select(std::string_view sql, std::vector<Value> args,
                                 std::span<const Kind> kinds, Reading reading, const OnRow& on_row,
                                 std::size_t most) {
  std::size_t told = 0;
  return select_while(sql, std::move(args), kinds, reading,
                      [&](std::span<Value> row) -> Result<bool> {
                        TRYV(on_row(row));
                        return ++told < most;
                      });
}

Result<void> Transaction::select_while(std::string_view sql, std::vector<Value> args,
                                       std::span<const Kind> kinds, Reading reading,
                                       const OnRowWhile& on_row) {
  if (!state_->open)
    return fail(Errc::kInternal, "database: this transaction has ended",
                "データベース: このトランザクションは終わっています");
  if (state_->lost) return outcome::failure(*state_->lost);
  std::unique_ptr<Prepared> own;
  std::vector<Value> row;
  try {
    Prepared& prepared = state_->prepare(sql, args, kinds, reading, own);
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
