#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// What people were told of deadlines, and the messages that wait to be sent (docs/webhooks.md).
Migration duties() {
  return {"duties",
          {
              R"(CREATE TABLE escalation (
                   event INTEGER PRIMARY KEY REFERENCES audit_event (seq),
                   step_key TEXT NOT NULL UNIQUE,
                   incident TEXT NOT NULL,
                   campaign TEXT NOT NULL,
                   rule TEXT NOT NULL,
                   party TEXT NOT NULL,
                   told_to TEXT NOT NULL,
                   step TEXT NOT NULL,
                   due INTEGER,
                   text_ja TEXT NOT NULL,
                   text_en TEXT NOT NULL,
                   raised INTEGER NOT NULL,
                   mails INTEGER NOT NULL
                 ) STRICT)",
              "CREATE INDEX escalation_of_incident ON escalation (incident, event)",
              R"(CREATE TABLE outbox (
                   number INTEGER PRIMARY KEY,
                   id TEXT NOT NULL UNIQUE,
                   channel INTEGER NOT NULL CHECK (channel BETWEEN 0 AND 1),
                   target TEXT NOT NULL,
                   cause TEXT NOT NULL,
                   event TEXT NOT NULL,
                   subject TEXT NOT NULL,
                   body TEXT NOT NULL,
                   created INTEGER NOT NULL,
                   state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
                   attempts INTEGER NOT NULL,
                   next INTEGER NOT NULL,
                   last TEXT NOT NULL,
                   settled INTEGER
                 ) STRICT)",
              "CREATE INDEX outbox_due ON outbox (channel, state, next)",
              "CREATE INDEX outbox_by_state ON outbox (channel, state, number)",
              R"(CREATE TABLE outbox_cursor (
                   target TEXT PRIMARY KEY,
                   seq INTEGER NOT NULL
                 ) STRICT, WITHOUT ROWID)",
          }};
}

}  // namespace hitokoe::storage::sql
