// A data folder whose "hitokoe.db" was opened by testing::open_database(), where that is on a
// server: for programs that are given the folder.
#pragma once

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/database_under_test.h"

namespace hitokoe::testing {

// Programs use the same database.
inline void name_database(const std::filesystem::path& data) {
  if (test_server() == nullptr) return;
  std::ofstream(data / "database")
      << test_server() << " dbname=" << server_database(data / "hitokoe.db") << '\n';
}

// What is on the server, as SQL; nothing where the folder holds all of it.
inline std::string outside_folder(const std::filesystem::path& data) {
  std::string all;
  if (test_server() == nullptr) return all;
  const auto command = "pg_dump --inserts -d '" + std::string(test_server()) +
                       " dbname=" + server_database(data / "hitokoe.db") + "'";
  FILE* pipe = ::popen(command.c_str(), "r");
  char piece[4096];
  while (const auto n = std::fread(piece, 1, sizeof piece, pipe)) all.append(piece, n);
  ::pclose(pipe);
  return all;
}

}  // namespace hitokoe::testing
