// Inside of Database: one connection and its lock.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "hitokoe/storage/sql.h"
#include "storage/sql/folder_use.h"
#include "storage/sql/migration.h"

namespace hitokoe::storage {

namespace sql {
class Connection;
}  // namespace sql

struct Database::Impl {
  Impl();
  ~Impl();

  // As Database::open, with other migrations. An empty path is a database in memory.
  static Result<std::shared_ptr<Database>> open(const std::filesystem::path& file,
                                                std::span<const sql::Migration> migrations);

  // As Database::open_server, with other migrations.
  static Result<std::shared_ptr<Database>> open_server(const std::string& where,
                                                       std::span<const sql::Migration> migrations);

  sql::FolderUse use;  // where it is a data folder's
  std::mutex mutex;
  std::atomic<std::thread::id> owner;  // of the mutex, to refuse a second transaction
  std::unique_ptr<sql::Connection> connection;
};

namespace sql {

// Brings the schema up to date. kCorrupt: made by a newer version (both are named), or a step was
// changed after it ran.
Result<void> migrate(Database& db, std::span<const Migration> migrations);

}  // namespace sql
}  // namespace hitokoe::storage
