#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// Verdicts over all exposures of an incident that are owed since it was moved: work, no projection
// of events.
Migration verdicts_due() {
  return {"verdicts_due", {R"(CREATE TABLE verdict_due (
               incident TEXT PRIMARY KEY,
               event INTEGER NOT NULL,
               asked INTEGER NOT NULL,
               by TEXT NOT NULL,
               state TEXT NOT NULL,
               tries INTEGER NOT NULL,
               tried INTEGER,
               why TEXT NOT NULL
             ) STRICT, WITHOUT ROWID)"}};
}

}  // namespace hitokoe::storage::sql
