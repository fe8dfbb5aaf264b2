// The schema, as steps that are each run once, in order, in a transaction of their own.
//
// To add one: write migrations/NAME.cc with `Migration NAME()`, declare it in migrations.cc's list,
// add the file to CMakeLists.txt. A step that was released is never changed: its checksum is kept
// in the database, and another one is refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/result.h"

namespace hitokoe::storage::sql {

struct Migration {
  std::string_view name;  // "registry", "incidents": unique, never reused
  std::vector<std::string_view> statements;

  std::string checksum() const;  // SHA-256 over name and statements, hex
};

// In the order in which they run.
std::vector<Migration> all_migrations();

}  // namespace hitokoe::storage::sql
