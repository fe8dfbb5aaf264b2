#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// What a list says of an item, and how far a source's adapter has read it.
Migration crawl_memory() {
  return {"crawl_memory",
          {
              "ALTER TABLE frontier_item ADD COLUMN version TEXT NOT NULL DEFAULT ''",
              "ALTER TABLE frontier_item ADD COLUMN memory TEXT NOT NULL DEFAULT ''",
          }};
}

}  // namespace hitokoe::storage::sql
