#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// Tables folded from the events of incidents (they can be made anew), and the sealed subjects,
// which are the only thing here that no event holds.
Migration incidents() {
  return {"incidents",
          {
              R"(CREATE TABLE incident (
               id TEXT PRIMARY KEY,
               state TEXT NOT NULL,
               opened INTEGER NOT NULL,
               revision INTEGER NOT NULL
             ) STRICT)",
              // Who may know of the incident, and through which carrier's data.
              R"(CREATE TABLE incident_party (
               incident TEXT NOT NULL,
               party TEXT NOT NULL,
               controller TEXT NOT NULL,
               PRIMARY KEY (incident, party, controller)
             ) STRICT, WITHOUT ROWID)",
              "CREATE INDEX incident_party_party ON incident_party (party, incident)",
              R"(CREATE TABLE incident_exposure (
               incident TEXT NOT NULL,
               position INTEGER NOT NULL,
               id TEXT NOT NULL,
               source TEXT NOT NULL,
               verdict INTEGER NOT NULL,
               unknown_e6 INTEGER NOT NULL,
               matched_subjects INTEGER NOT NULL,
               ambiguous_rows INTEGER NOT NULL,
               canary INTEGER NOT NULL,
               at INTEGER NOT NULL,
               PRIMARY KEY (incident, id)
             ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE incident_exposure_carrier (
               incident TEXT NOT NULL,
               exposure TEXT NOT NULL,
               carrier TEXT NOT NULL,
               PRIMARY KEY (incident, exposure, carrier)
             ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE incident_capture (
               incident TEXT NOT NULL,
               exposure TEXT NOT NULL,
               capture TEXT NOT NULL,
               PRIMARY KEY (incident, exposure, capture)
             ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE incident_holder (
               incident TEXT NOT NULL,
               exposure TEXT NOT NULL,
               position INTEGER NOT NULL,
               party TEXT NOT NULL,
               probability_e6 INTEGER NOT NULL,
               matched_rows INTEGER NOT NULL,
               exclusive_rows INTEGER NOT NULL,
               nameable INTEGER NOT NULL,
               PRIMARY KEY (incident, exposure, position)
             ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE incident_holder_snapshot (
               incident TEXT NOT NULL,
               exposure TEXT NOT NULL,
               holder INTEGER NOT NULL,
               position INTEGER NOT NULL,
               snapshot TEXT NOT NULL,
               controller TEXT NOT NULL,
               PRIMARY KEY (incident, exposure, holder, position)
             ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE incident_above (
               incident TEXT NOT NULL,
               exposure TEXT NOT NULL,
               holder INTEGER NOT NULL,
               snapshot INTEGER NOT NULL,
               position INTEGER NOT NULL,
               party TEXT NOT NULL,
               PRIMARY KEY (incident, exposure, holder, snapshot, position)
             ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE incident_count (
               incident TEXT NOT NULL,
               position INTEGER NOT NULL,
               controller TEXT NOT NULL,
               people INTEGER NOT NULL,
               possible INTEGER NOT NULL,
               at INTEGER NOT NULL,
               PRIMARY KEY (incident, position)
             ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE incident_item (
               incident TEXT NOT NULL,
               controller TEXT NOT NULL,
               field INTEGER NOT NULL,
               PRIMARY KEY (incident, controller, field)
             ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE incident_delegate (
               incident TEXT NOT NULL,
               delegate TEXT NOT NULL,
               delegator TEXT NOT NULL,
               controller TEXT NOT NULL,
               PRIMARY KEY (incident, delegate, delegator, controller)
             ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE incident_transition (
               incident TEXT NOT NULL,
               position INTEGER NOT NULL,
               state TEXT NOT NULL,
               at INTEGER NOT NULL,
               by TEXT NOT NULL,
               note TEXT NOT NULL,
               PRIMARY KEY (incident, position)
             ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE incident_knowledge (
               incident TEXT NOT NULL,
               position INTEGER NOT NULL,
               party TEXT NOT NULL,
               known INTEGER NOT NULL,
               basis TEXT NOT NULL,
               reason TEXT NOT NULL,
               by TEXT NOT NULL,
               recorded INTEGER NOT NULL,
               PRIMARY KEY (incident, position)
             ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE incident_fact (
               incident TEXT NOT NULL,
               position INTEGER NOT NULL,
               controller TEXT NOT NULL,
               fact TEXT NOT NULL,
               value INTEGER NOT NULL,
               reason TEXT NOT NULL,
               by TEXT NOT NULL,
               recorded INTEGER NOT NULL,
               PRIMARY KEY (incident, position)
             ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE incident_done (
               incident TEXT NOT NULL,
               position INTEGER NOT NULL,
               rule TEXT NOT NULL,
               party TEXT NOT NULL,
               told TEXT NOT NULL,
               note TEXT NOT NULL,
               by TEXT NOT NULL,
               at INTEGER NOT NULL,
               PRIMARY KEY (incident, position)
             ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE incident_subjects (
               incident TEXT NOT NULL,
               seq INTEGER NOT NULL REFERENCES audit_event (seq),
               number INTEGER NOT NULL,
               controller TEXT NOT NULL,
               exposure TEXT NOT NULL,
               people INTEGER NOT NULL,
               sealed BLOB NOT NULL,
               PRIMARY KEY (incident, seq, number)
             ) STRICT)",
          }};
}

}  // namespace hitokoe::storage::sql
