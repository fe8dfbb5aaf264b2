#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// Every step that moves lanes has a number, and each lane the number of the step that moved it
// last: who keeps the lanes in memory reads what others moved since, and orders them there.
Migration crawl_order() {
  return {"crawl_order",
          {
              "ALTER TABLE frontier_lane ADD COLUMN step INTEGER NOT NULL DEFAULT 0",
              "DROP INDEX frontier_lane_due",
              "CREATE INDEX frontier_lane_step ON frontier_lane (step)",
              R"(CREATE TABLE frontier_step (
                   id INTEGER PRIMARY KEY CHECK (id = 1),
                   step INTEGER NOT NULL
                 ) STRICT)",
          }};
}

}  // namespace hitokoe::storage::sql
