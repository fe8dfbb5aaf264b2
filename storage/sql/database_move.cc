#include "hitokoe/storage/database_move.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <set>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/file.h"
#include "storage/sql/connection.h"
#include "storage/sql/folder_use.h"
#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace {

using sql::Kind;
using sql::TableShape;
using sql::Transaction;
using sql::Value;

constexpr std::string_view kSchema = "schema_migration";
constexpr std::uint64_t kTellEvery = 10'000;

// The sum of what rows hash to: whatever their order.
class RowSum {
 public:
  void add(std::span<const Value> row) {
    crypto::Sha256 hash;
    for (const auto& value : row) add(hash, value);
    const auto digest = hash.finish();
    for (std::size_t i = 0; i < sum_.size(); ++i) {
      std::uint64_t part = 0;
      std::memcpy(&part, digest.data() + i * sizeof part, sizeof part);
      sum_[i] += part;
    }
    ++rows_;
  }
  std::uint64_t rows() const { return rows_; }
  bool operator==(const RowSum&) const = default;

 private:
  static void add(crypto::Sha256& hash, const Value& value) {
    Bytes text;
    if (const auto* integer = value.get<std::int64_t>()) {
      text.push_back(1);
      put_u64(text, static_cast<std::uint64_t>(*integer));
    } else if (const auto* real = value.get<double>()) {
      std::uint64_t bits = 0;
      std::memcpy(&bits, real, sizeof bits);
      text.push_back(2);
      put_u64(text, bits);
    } else if (const auto* string = value.get<std::string>()) {
      text.push_back(3);
      put_u64(text, string->size());
      text.insert(text.end(), string->begin(), string->end());
    } else if (const auto* bytes = value.get<Bytes>()) {
      text.push_back(4);
      put_u64(text, bytes->size());
      text.insert(text.end(), bytes->begin(), bytes->end());
    } else {
      text.push_back(0);
    }
    hash.update(text);
  }

  std::array<std::uint64_t, 4> sum_{};
  std::uint64_t rows_ = 0;
};

// Parents before children; a table that points at itself counts as without.
Result<std::vector<TableShape>> in_order(Transaction& tx) {
  TRY(const auto names, tx.tables());
  std::vector<TableShape> waiting;
  waiting.reserve(names.size());
  for (const auto& name : names) {
    if (name == kSchema) continue;
    TRY(auto shape, tx.shape_of(name));
    waiting.push_back(std::move(shape));
  }
  std::vector<TableShape> ordered;
  ordered.reserve(waiting.size());
  std::set<std::string, std::less<>> there;
  while (!waiting.empty()) {
    const auto ready = std::ranges::find_if(waiting, [&](const TableShape& t) {
      return std::ranges::all_of(t.parents, [&](const auto& parent) {
        return parent == t.name || there.contains(parent);
      });
    });
    if (ready == waiting.end()) {
      return fail(Errc::kInternal, "database: tables point at each other in a circle",
                  "データベース: 表の参照が循環しています");
    }
    there.insert(ready->name);
    ordered.push_back(std::move(*ready));
    waiting.erase(ready);
  }
  return ordered;
}

std::string quoted(const std::string& name) { return '"' + name + '"'; }

std::string list_of(const TableShape& table) {
  std::string list;
  for (const auto& column : table.columns) {
    if (!list.empty()) list += ", ";
    list += quoted(column.name);
  }
  return list;
}

std::string select_of(const TableShape& table) {
  return "SELECT " + list_of(table) + " FROM " + quoted(table.name);
}

std::string insert_of(const TableShape& table) {
  std::string places;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (i > 0) places += ", ";
    places += ":c" + std::to_string(i);
  }
  return "INSERT INTO " + quoted(table.name) + " (" + list_of(table) + ") VALUES (" + places + ")";
}

std::vector<Kind> kinds_of(const TableShape& table) {
  std::vector<Kind> kinds;
  kinds.reserve(table.columns.size());
  for (const auto& column : table.columns) kinds.push_back(column.kind);
  return kinds;
}

Result<std::uint64_t> rows_in(Transaction& tx, const std::string& table) {
  TRY(const auto rows, tx.value<std::uint64_t>("SELECT count(*) FROM " + quoted(table)));
  return rows.value_or(0);
}

Result<std::uint64_t> rows_in(Transaction& tx, std::span<const TableShape> tables) {
  std::uint64_t all = 0;
  for (const auto& table : tables) {
    TRY(const auto rows, rows_in(tx, table.name));
    all += rows;
  }
  return all;
}

class Copy {
 public:
  Copy(Transaction& from, Transaction& to, const std::function<void(const CopyProgress&)>& progress)
      : from_(from), to_(to), tell_(progress) {}

  Result<Copied> run() {
    TRY(const auto tables, in_order(from_));
    TRY(const auto there, rows_in(to_, tables));
    if (there > 0) {
      return fail(Errc::kExists, "the database to move to is not empty: use a new one",
                  "移行先のデータベースが空ではありません。新しいものを用意してください");
    }
    TRY(told_.total, rows_in(from_, tables));
    for (const auto& table : tables) {
      TRYV(copy(table));
    }
    return Copied{tables.size(), told_.rows};
  }

 private:
  Result<void> copy(const TableShape& table) {
    told_.table = table.name;
    const auto kinds = kinds_of(table);
    const auto insert = insert_of(table);
    RowSum given;
    TRYV(from_.scan_values(select_of(table), kinds, [&](std::span<Value> row) -> Result<bool> {
      given.add(row);
      TRYV(to_.run_values(insert, std::vector<Value>(row.begin(), row.end())));
      ++told_.rows;
      if (tell_ && told_.rows % kTellEvery == 0) tell_(told_);
      return true;
    }));
    TRYV(to_.after_copy(table));
    RowSum back;
    TRYV(to_.scan_values(select_of(table), kinds, [&](std::span<Value> row) -> Result<bool> {
      back.add(row);
      return true;
    }));
    if (!(given == back)) {
      return fail(Errc::kCorrupt,
                  "table " + table.name +
                      ": what the new database gives back is not what it was "
                      "given; nothing was moved",
                  "表 " + table.name +
                      ": 移行先から読み戻した内容が一致しません。移行は行われませんでした");
    }
    if (tell_) tell_(told_);
    return ok();
  }

  Transaction& from_;
  Transaction& to_;
  const std::function<void(const CopyProgress&)>& tell_;
  CopyProgress told_;
};

}  // namespace

Result<Copied> copy_database(Database& from, Database& to,
                             const std::function<void(const CopyProgress&)>& progress) {
  // A writer's lock, so that nobody else writes what would be left behind.
  TRY(auto source, Transaction::write(from));
  TRY(auto target, Transaction::write(to));
  TRY(const auto copied, Copy(source, target, progress).run());
  TRYV(target.commit());
  return copied;
}

namespace {

// Under another name, so that it is not used by mistake.
Result<std::string> put_aside(const std::filesystem::path& data, UtcTime now) {
  std::error_code error;
  if (std::filesystem::exists(data / "hitokoe.db-wal", error)) {
    return fail(
        Errc::kConflict,
        "hitokoe.db-wal is still there: another program has the database open, or it was "
        "not closed; open it once (hitokoe database show) and try again",
        "hitokoe.db-wal が残っています。他のプログラムが開いているか、閉じられていません。一度 "
        "hitokoe database show で開いてから、やり直してください");
  }
  const auto name = "hitokoe.db.moved-" + std::to_string(now.time_since_epoch().count());
  std::filesystem::rename(data / "hitokoe.db", data / name, error);
  if (error) return fail(Errc::kIo, "hitokoe.db: " + step_failed("rename", error.value()));
  return name;
}

}  // namespace

Result<Move> move_database(const std::filesystem::path& data, const DatabasePlace& to, UtcTime now,
                           const std::function<void(const CopyProgress&)>& progress) {
  TRY(const auto alone, sql::FolderUse::alone(data));
  TRY(const auto from, database_of(data));
  if (from.server == to.server) {
    return fail(Errc::kUsage, "the database is there already: " + from.shown(),
                "データベースはすでにそこにあります: " + from.shown());
  }
  const auto file = data / "hitokoe.db";
  Move move;
  std::error_code ignored;
  if (to.server.empty() && std::filesystem::exists(file, ignored)) {
    TRYV(put_aside(data, now));
  }
  {
    TRY(const auto old,
        from.server.empty() ? Database::open(file) : Database::open_server(from.server));
    TRY(const auto made,
        to.server.empty() ? Database::open(file) : Database::open_server(to.server));
    TRY(move.copied, copy_database(*old, *made, progress));
  }
  const std::string line = to.server.empty() ? "sqlite" : to.server;
  TRYV(write_file_durably(data / "database", as_bytes(line + "\n")));
  if (from.server.empty()) {
    TRY(move.aside, put_aside(data, now));
  }
  return move;
}

}  // namespace hitokoe::storage
