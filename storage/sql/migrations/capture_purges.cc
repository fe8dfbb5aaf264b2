#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// Captures that are being destroyed, of those that named something of file sharing.
Migration capture_purges() {
  return {"capture_purges",
          {
              R"(CREATE TABLE capture_purge (
                   capture TEXT PRIMARY KEY
                 ) STRICT, WITHOUT ROWID)",
          }};
}

}  // namespace hitokoe::storage::sql
