#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// Instructions to delegates and statements about handovers: which event of the audit log they are,
// and who may see them; what they say is in the event. Worker access logs: what their files hold.
// None of it is ever changed.
Migration supervision() {
  return {"supervision",
          {
              R"(CREATE TABLE instruction (
                   event INTEGER PRIMARY KEY REFERENCES audit_event (seq),
                   id TEXT NOT NULL UNIQUE,
                   delegation TEXT NOT NULL,
                   controller TEXT NOT NULL,
                   delegator TEXT NOT NULL,
                   delegate TEXT NOT NULL
                 ) STRICT)",
              "CREATE INDEX instruction_by_delegation ON instruction (delegation, event)",
              R"(CREATE TRIGGER instruction_is_not_changed BEFORE UPDATE ON instruction
                 BEGIN SELECT RAISE(ABORT, 'instructions are not changed'); END)",
              R"(CREATE TRIGGER instruction_is_not_deleted BEFORE DELETE ON instruction
                 BEGIN SELECT RAISE(ABORT, 'instructions are not deleted'); END)",
              R"(CREATE TABLE handover_statement (
                   event INTEGER PRIMARY KEY REFERENCES audit_event (seq),
                   snapshot TEXT NOT NULL,
                   side TEXT NOT NULL
                 ) STRICT)",
              "CREATE INDEX handover_statement_last ON handover_statement (snapshot, side, event)",
              R"(CREATE TABLE access_log (
                   event INTEGER PRIMARY KEY REFERENCES audit_event (seq),
                   id TEXT NOT NULL UNIQUE,
                   delegation TEXT NOT NULL,
                   log_rows INTEGER NOT NULL,
                   first INTEGER NOT NULL,
                   last INTEGER NOT NULL,
                   sha256 TEXT NOT NULL,
                   added INTEGER NOT NULL,
                   by_whom TEXT NOT NULL,
                   UNIQUE (delegation, sha256)
                 ) STRICT)",
              "CREATE INDEX access_log_by_time ON access_log (delegation, first)",
          }};
}

}  // namespace hitokoe::storage::sql
