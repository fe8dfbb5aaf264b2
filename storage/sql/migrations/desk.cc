#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// What the inquiry desk did (docs/desk.md). Nothing of what a caller said: keyed digests; the texts
// of notes are sealed under the desk's key of the incident.
Migration desk() {
  return {"desk",
          {
              R"(CREATE TABLE desk_check (
                   id TEXT PRIMARY KEY,
                   call TEXT NOT NULL,
                   incident TEXT NOT NULL,
                   operator TEXT NOT NULL,
                   outcome TEXT NOT NULL,
                   at INTEGER NOT NULL,
                   day INTEGER NOT NULL
                 ) STRICT)",
              "CREATE INDEX desk_check_of_incident ON desk_check (incident, at)",
              "CREATE INDEX desk_check_of_operator ON desk_check (operator, at)",
              R"(CREATE TABLE desk_claimed (
                   incident TEXT NOT NULL,
                   digest BLOB NOT NULL,
                   check_id TEXT NOT NULL REFERENCES desk_check (id),
                   failed INTEGER NOT NULL,
                   at INTEGER NOT NULL,
                   PRIMARY KEY (check_id, digest)
                 ) STRICT, WITHOUT ROWID)",
              "CREATE INDEX desk_claimed_by_digest ON desk_claimed (incident, digest, at)",
              R"(CREATE TABLE desk_unlocked_customer (
                   incident TEXT NOT NULL,
                   digest BLOB NOT NULL,
                   at INTEGER NOT NULL,
                   PRIMARY KEY (incident, digest)
                 ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE desk_unlocked_operator (
                   operator TEXT PRIMARY KEY,
                   at INTEGER NOT NULL
                 ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE desk_note (
                   check_id TEXT NOT NULL REFERENCES desk_check (id),
                   number INTEGER NOT NULL,
                   operator TEXT NOT NULL,
                   at INTEGER NOT NULL,
                   minutes INTEGER NOT NULL,
                   sealed BLOB NOT NULL,
                   PRIMARY KEY (check_id, number)
                 ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE desk_task (
                   id TEXT PRIMARY KEY,
                   check_id TEXT NOT NULL REFERENCES desk_check (id),
                   incident TEXT NOT NULL,
                   call_by INTEGER NOT NULL,
                   operator TEXT NOT NULL,
                   at INTEGER NOT NULL,
                   done INTEGER,
                   done_by TEXT NOT NULL
                 ) STRICT)",
              "CREATE INDEX desk_task_of_incident ON desk_task (incident, done, call_by)",
          }};
}

}  // namespace hitokoe::storage::sql
