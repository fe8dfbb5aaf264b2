#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

Migration reach() {
  return {"reach",
          {
              R"(CREATE TABLE reach_change (
                   source TEXT NOT NULL,
                   number INTEGER NOT NULL,
                   at INTEGER NOT NULL,
                   up INTEGER NOT NULL CHECK (up BETWEEN 0 AND 1),
                   reason TEXT NOT NULL,
                   PRIMARY KEY (source, number)
                 ) STRICT, WITHOUT ROWID)",
          }};
}

}  // namespace hitokoe::storage::sql
