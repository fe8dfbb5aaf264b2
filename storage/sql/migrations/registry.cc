#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// Every version of the registry file that was applied, as it was written.
Migration registry() {
  return {"registry",
          {
              R"(CREATE TABLE registry_version (
                   version INTEGER PRIMARY KEY,
                   file_name TEXT NOT NULL,
                   applied INTEGER NOT NULL,
                   text TEXT NOT NULL
                 ) STRICT)",
          }};
}

}  // namespace hitokoe::storage::sql
