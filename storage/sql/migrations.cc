#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// One function a file in migrations/; add yours to both lists, at the end.
Migration registry();

std::vector<Migration> all_migrations() {
  return {
      registry(),
  };
}

}  // namespace hitokoe::storage::sql
