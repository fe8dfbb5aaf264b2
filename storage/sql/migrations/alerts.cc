#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// Terms as they were written, the alerts they raised, and hunts through what is kept. No text of a
// capture but masked contexts (docs/terms.md).
Migration alerts() {
  return {"alerts",
          {
              R"(CREATE TABLE terms_version (
                   version INTEGER PRIMARY KEY,
                   file_name TEXT NOT NULL,
                   actor TEXT NOT NULL,
                   applied INTEGER NOT NULL,
                   text TEXT NOT NULL
                 ) STRICT)",
              R"(CREATE TABLE alert (
                   seq INTEGER PRIMARY KEY,
                   id TEXT NOT NULL UNIQUE,
                   term TEXT NOT NULL,
                   kind TEXT NOT NULL,
                   severity INTEGER NOT NULL CHECK (severity BETWEEN 0 AND 3),
                   term_note TEXT NOT NULL,
                   carriers TEXT NOT NULL,
                   capture TEXT NOT NULL,
                   source TEXT NOT NULL,
                   document TEXT NOT NULL,
                   matches INTEGER NOT NULL,
                   likeness TEXT NOT NULL,
                   places TEXT NOT NULL,
                   found INTEGER NOT NULL,
                   muted INTEGER NOT NULL,
                   notified INTEGER,
                   hunt TEXT NOT NULL,
                   state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
                   changed_by TEXT NOT NULL,
                   changed INTEGER,
                   note TEXT NOT NULL,
                   UNIQUE (capture, term)
                 ) STRICT)",
              "CREATE INDEX alert_by_term ON alert (term, found)",
              "CREATE INDEX alert_by_state ON alert (state, seq)",
              "CREATE INDEX alert_by_hunt ON alert (hunt, seq)",
              "CREATE INDEX alert_untold ON alert (notified, muted, state, severity, seq)",
              R"(CREATE TABLE alert_carrier (
                   party TEXT NOT NULL,
                   seq INTEGER NOT NULL REFERENCES alert (seq),
                   PRIMARY KEY (party, seq)
                 ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE hunt (
                   number INTEGER PRIMARY KEY,
                   state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
                   cause INTEGER NOT NULL CHECK (cause BETWEEN 0 AND 2),
                   terms INTEGER NOT NULL,
                   fingerprints INTEGER NOT NULL,
                   since INTEGER,
                   by_whom TEXT NOT NULL,
                   started INTEGER NOT NULL,
                   ended INTEGER,
                   notified INTEGER,
                   worked INTEGER NOT NULL,
                   total INTEGER NOT NULL,
                   done INTEGER NOT NULL,
                   unreadable INTEGER NOT NULL,
                   gone INTEGER NOT NULL,
                   alerts INTEGER NOT NULL,
                   opened INTEGER NOT NULL,
                   joined INTEGER NOT NULL
                 ) STRICT)",
              "CREATE INDEX hunt_by_state ON hunt (state, number)",
              R"(CREATE TABLE hunt_capture (
                   hunt INTEGER NOT NULL REFERENCES hunt (number),
                   position INTEGER NOT NULL,
                   capture TEXT NOT NULL,
                   state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
                   reason TEXT NOT NULL,
                   attempts INTEGER NOT NULL DEFAULT 0,
                   PRIMARY KEY (hunt, position),
                   UNIQUE (hunt, capture)
                 ) STRICT, WITHOUT ROWID)",
              "CREATE INDEX hunt_capture_open ON hunt_capture (hunt, state, position)",
              R"(CREATE TABLE hunt_basis (
                   one INTEGER PRIMARY KEY CHECK (one = 1),
                   terms INTEGER NOT NULL,
                   generation INTEGER NOT NULL
                 ) STRICT)",
          }};
}

}  // namespace hitokoe::storage::sql
