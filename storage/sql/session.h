// How repositories in storage/sql/ talk to the database: transactions and prepared statements.
//
//   TRY(auto tx, Transaction::write(*db_));
//   TRYV(tx.run("INSERT INTO party (id, name) VALUES (:id, :name)", id, name));
//   TRY(auto found, tx.rows<std::string, std::optional<UtcTime>>(
//                       "SELECT id, closed FROM party WHERE name = :name", name));
//   for (const auto& [party, closed] : found) …
//   return tx.commit();
//
// Placeholders are :names, bound in the order in which they first appear, each once. Statements
// are prepared once per database and kept: write them as constants, never glue values into them.
//
// Errors: kConflict: a UNIQUE or FOREIGN KEY rule is broken (the transaction can go on);
// kUnavailable: another process kept the database locked for 10 s; kIo: the disk is full or fails;
// kCorrupt: the file is damaged, or a column is not what was asked for; kLimit: a value is too big;
// kInternal: wrong SQL. The text never carries a bound value. After anything but kConflict the
// transaction is lost: commit() gives the same error.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "hitokoe/storage/sql.h"
#include "storage/sql/value.h"

namespace hitokoe::storage::sql {

struct TableShape;

// Holds the database's lock until it is committed or destroyed (which rolls back): keep it short,
// never over a co_await, and never open a second one in the same thread (kInternal).
class Transaction {
 public:
  // Waits for other processes' writers at once (SQLite's BEGIN IMMEDIATE, a lock of PostgreSQL's),
  // so that reads inside are safe to write on. kUnavailable.
  static Result<Transaction> write(Database& db);
  // A consistent view for several reads.
  static Result<Transaction> read(Database& db);
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  // Durable when it returns (fsync of the WAL).
  Result<void> commit();

  // INSERT, UPDATE, DELETE: the number of rows changed.
  template <class... A>
  Result<std::uint64_t> run(std::string_view sql, const A&... args) {
    return execute(sql, {Value(args)...});
  }
  // One statement for as many rows as `next` has: it puts the values of one into `row` (empty at
  // first, then as it was left) and says true, or false where there are no more. Many times faster
  // than run() on a server, which gets hundreds of them before an answer is waited for. A value has
  // the same kind in every row. `next` must not touch the database. After any error, a kConflict
  // too, the transaction is lost. @return how many rows were changed in all.
  using NextRow = std::function<bool(std::vector<Value>& row)>;
  Result<std::uint64_t> run_each(std::string_view sql, const NextRow& next);
  // The INTEGER PRIMARY KEY that the database gave the last INSERT.
  Result<std::int64_t> last_id();
  // A step of a migration, in SQLite's words (PostgreSQL's are made of them), without parameters.
  Result<void> run_schema(std::string_view sql);
  Result<bool> has_table(std::string_view name);
  Result<std::vector<std::string>> tables();  // by name
  Result<TableShape> shape_of(const std::string& table);
  // For rows whose columns are known only when the program runs.
  using OnRowWhile = std::function<Result<bool>(std::span<Value>)>;
  Result<void> scan_values(std::string_view sql, std::span<const Kind> kinds,
                           const OnRowWhile& keep_going) {
    return select_while(sql, {}, kinds, Reading::kFew, keep_going);
  }
  Result<std::uint64_t> run_values(std::string_view sql, std::vector<Value> args) {
    return execute(sql, std::move(args));
  }
  // After rows with keys of their own: the next key that the database gives is a new one.
  Result<void> after_copy(const TableShape& table);

  // Every row, in memory: for what is bounded.
  template <class... C, class... A>
  Result<std::vector<std::tuple<C...>>> rows(std::string_view sql, const A&... args) {
    std::vector<std::tuple<C...>> all;
    TRYV(select(
        sql, {Value(args)...}, kinds<C...>(), Reading::kAtOnce,
        [&](std::span<Value> values) { return take<C...>(sql, values, all.emplace_back()); }));
    return all;
  }

  // The first row, or nothing.
  template <class... C, class... A>
  Result<std::optional<std::tuple<C...>>> row(std::string_view sql, const A&... args) {
    std::optional<std::tuple<C...>> first;
    TRYV(select(
        sql, {Value(args)...}, kinds<C...>(), Reading::kAtOnce,
        [&](std::span<Value> values) { return take<C...>(sql, values, first.emplace()); }, 1));
    return first;
  }

  // The first column of the first row, or nothing.
  template <class C, class... A>
  Result<std::optional<C>> value(std::string_view sql, const A&... args) {
    TRY(auto found, row<C>(sql, args...));
    std::optional<C> first;
    if (found) first = std::move(std::get<0>(*found));
    return first;
  }

  // The first column of every row.
  template <class C, class... A>
  Result<std::vector<C>> column(std::string_view sql, const A&... args) {
    std::vector<C> all;
    TRYV(select(sql, {Value(args)...}, kinds<C>(), Reading::kAtOnce,
                [&](std::span<Value> values) -> Result<void> {
                  std::tuple<C> one;
                  TRYV(take<C>(sql, values, one));
                  all.push_back(std::move(std::get<0>(one)));
                  return ok();
                }));
    return all;
  }

  // Calls `keep_going(c...)` (a Result<bool>) row by row until it says false. Otherwise as `each`.
  template <class... C, class F, class... A>
  Result<void> scan(F keep_going, std::string_view sql, const A&... args) {
    return select_while(sql, {Value(args)...}, kinds<C...>(), Reading::kInPieces,
                        [&](std::span<Value> values) -> Result<bool> {
                          std::tuple<C...> one;
                          TRYV(take<C...>(sql, values, one));
                          return std::apply(keep_going, std::move(one));
                        });
  }

  // Calls `each(c...)` row by row; its first Error ends it. It may run other statements of the same
  // transaction.
  template <class... C, class F, class... A>
  Result<void> each(F each_row, std::string_view sql, const A&... args) {
    return select(sql, {Value(args)...}, kinds<C...>(), Reading::kInPieces,
                  [&](std::span<Value> values) -> Result<void> {
                    std::tuple<C...> one;
                    TRYV(take<C...>(sql, values, one));
                    return std::apply(each_row, std::move(one));
                  });
  }

 private:
  using OnRow = std::function<Result<void>(std::span<Value>)>;
  struct State;
  explicit Transaction(std::unique_ptr<State> state);
  static Result<Transaction> begin(Database& db, bool only_reads);

  Result<std::uint64_t> execute(std::string_view sql, std::vector<Value> args);
  Result<void> select(std::string_view sql, std::vector<Value> args, std::span<const Kind> kinds,
                      Reading reading, const OnRow& on_row, std::size_t most = SIZE_MAX);
  Result<void> select_while(std::string_view sql, std::vector<Value> args,
                            std::span<const Kind> kinds, Reading reading, const OnRowWhile& on_row);
  static Error wrong_column(std::string_view sql, std::size_t position);

  template <class... C>
  static std::span<const Kind> kinds() {
    static constexpr std::array<Kind, sizeof...(C)> kAll{Column<C>::kKind...};
    return kAll;
  }

  template <class... C>
  static Result<void> take(std::string_view sql, std::span<Value> values, std::tuple<C...>& out) {
    return take_each<C...>(sql, values, out, std::index_sequence_for<C...>{});
  }

  template <class... C, std::size_t... I>
  static Result<void> take_each(std::string_view sql, std::span<Value> values,
                                std::tuple<C...>& out, std::index_sequence<I...>) {
    std::size_t wrong = 0;
    ((Column<C>::take(values[I], std::get<I>(out)) || (wrong = wrong == 0 ? I + 1 : wrong)), ...);
    if (wrong != 0) return outcome::failure(wrong_column(sql, wrong));
    return ok();
  }

  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::storage::sql
