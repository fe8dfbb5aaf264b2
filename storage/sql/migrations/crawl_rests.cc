#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// Hosts that asked to be left alone, and until when.
Migration crawl_rests() {
  return {"crawl_rests",
          {
              R"(CREATE TABLE frontier_rest (
                   host TEXT PRIMARY KEY,
                   until INTEGER NOT NULL
                 ) STRICT, WITHOUT ROWID)",
          }};
}

}  // namespace hitokoe::storage::sql
