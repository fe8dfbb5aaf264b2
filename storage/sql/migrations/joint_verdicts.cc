#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// What exposures contributed, sealed, which no event holds; and the explanation of verdicts, folded
// from events. `holder`: its position; -1: what is said of the whole.
Migration joint_verdicts() {
  return {"joint_verdicts",
          {
              R"(CREATE TABLE incident_contribution (
               incident TEXT NOT NULL,
               exposure TEXT NOT NULL,
               sealed BLOB NOT NULL,
               PRIMARY KEY (incident, exposure)
             ) STRICT)",
              R"(CREATE TABLE incident_explanation (
               incident TEXT NOT NULL,
               exposure TEXT NOT NULL,
               holder INTEGER NOT NULL,
               explanation TEXT NOT NULL,
               PRIMARY KEY (incident, exposure, holder)
             ) STRICT, WITHOUT ROWID)",
          }};
}

}  // namespace hitokoe::storage::sql
