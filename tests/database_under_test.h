// The database that a test opens: a SQLite file, or, where the test runs against PostgreSQL
// (tests/integration/storage/postgres_test.cc says how), a database of that server's for each file.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "hitokoe/storage/sql.h"

namespace hitokoe::testing {

// "host=127.0.0.1 port=… user=…", without a database; there, `base` has the schema and nothing
// else.
inline const char* test_server() { return std::getenv("HITOKOE_TEST_SERVER"); }

// The same file is the same database, also after a restart.
inline std::string server_database(const std::filesystem::path& file) {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
  for (const char c : file.string())
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return "t" + std::to_string(hash);
}

inline Result<std::shared_ptr<storage::Database>> open_database(const std::filesystem::path& file) {
  if (test_server() == nullptr) return storage::Database::open(file);
  const auto name = server_database(file);
  const std::string where = test_server();
  // It may be there already.
  const auto made = "psql -X -q -d '" + where + " dbname=postgres' -c 'CREATE DATABASE " + name +
                    " TEMPLATE base' >/dev/null 2>&1";
  [[maybe_unused]] const int there = std::system(made.c_str());
  return storage::Database::open_server(where + " dbname=" + name);
}

// One that nobody else opens.
inline Result<std::shared_ptr<storage::Database>> open_own_database() {
  if (test_server() == nullptr) return storage::Database::open_in_memory();
  static int number = 0;
  return open_database("own-" + std::to_string(::getpid()) + "-" + std::to_string(++number));
}

}  // namespace hitokoe::testing
