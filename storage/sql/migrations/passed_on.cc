#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// Beside that a holder leaked: that somebody unregistered did, who had it from there.
Migration passed_on() {
  return {"passed_on",
          {"ALTER TABLE incident_holder ADD COLUMN passed_on_e6 INTEGER NOT NULL DEFAULT 0"}};
}

}  // namespace hitokoe::storage::sql
