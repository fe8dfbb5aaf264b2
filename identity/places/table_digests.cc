// Prints the tables of this build, one a line: name, version, SHA-256. For ops/tables.
#include <cstdio>

#include "hitokoe/identity/tables.h"

namespace {

void print(std::string_view name, unsigned version, const hitokoe::identity::TablesDigest& digest) {
  std::printf("%.*s %u ", static_cast<int>(name.size()), name.data(), version);
  for (const auto byte : digest) std::printf("%02x", byte);
  std::printf("\n");
}

}  // namespace

int main() {
  for (const auto& table : hitokoe::identity::tables()) {
    print(table.name, table.version, table.sha256);
  }
  print("all", 0, hitokoe::identity::tables_digest());
  return 0;
}
