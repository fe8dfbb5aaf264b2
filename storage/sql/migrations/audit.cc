#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// The audit log. The triggers are against accidents; against people there are the hashes.
Migration audit() {
  return {"audit",
          {
              R"(CREATE TABLE audit_event (
                   seq INTEGER PRIMARY KEY,
                   at INTEGER NOT NULL,
                   actor TEXT NOT NULL,
                   stream TEXT NOT NULL,
                   kind TEXT NOT NULL,
                   body TEXT NOT NULL,
                   previous BLOB NOT NULL,
                   hash BLOB NOT NULL
                 ) STRICT)",
              "CREATE INDEX audit_event_stream ON audit_event (stream, seq)",
              R"(CREATE TABLE audit_checkpoint (
                   number INTEGER PRIMARY KEY,
                   seq INTEGER NOT NULL,
                   hash BLOB NOT NULL,
                   at INTEGER NOT NULL,
                   signature BLOB NOT NULL
                 ) STRICT)",
              R"(CREATE TRIGGER audit_event_update BEFORE UPDATE ON audit_event
                 BEGIN SELECT RAISE(ABORT, 'append-only'); END)",
              R"(CREATE TRIGGER audit_event_delete BEFORE DELETE ON audit_event
                 BEGIN SELECT RAISE(ABORT, 'append-only'); END)",
          }};
}

}  // namespace hitokoe::storage::sql
