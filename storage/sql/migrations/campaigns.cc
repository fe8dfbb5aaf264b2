#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// Contacts are sealed under the campaign's data key; u under the carrier's own key.
Migration campaigns() {
  return {"campaigns",
          {
              R"(CREATE TABLE campaign (
                   id TEXT PRIMARY KEY,
                   incident TEXT NOT NULL UNIQUE,
                   state TEXT NOT NULL,
                   version INTEGER NOT NULL,
                   revision INTEGER NOT NULL,
                   spec TEXT NOT NULL,
                   data_key BLOB NOT NULL,
                   created INTEGER NOT NULL
                 ) STRICT)",
              R"(CREATE TABLE campaign_subject (
                   campaign TEXT NOT NULL REFERENCES campaign (id),
                   controller TEXT NOT NULL,
                   u BLOB NOT NULL,
                   items BLOB NOT NULL,
                   leaked_rows BLOB NOT NULL,
                   contact BLOB,
                   unresolved INTEGER NOT NULL,
                   person TEXT,
                   salt BLOB,
                   PRIMARY KEY (campaign, controller, u)
                 ) STRICT, WITHOUT ROWID)",
              R"(CREATE INDEX campaign_subject_person ON campaign_subject (campaign, person))",
              R"(CREATE TABLE campaign_bundle (
                   campaign TEXT NOT NULL REFERENCES campaign (id),
                   digest BLOB NOT NULL,
                   controller TEXT NOT NULL,
                   contacts INTEGER NOT NULL,
                   unresolved INTEGER NOT NULL,
                   missing INTEGER NOT NULL,
                   at INTEGER NOT NULL,
                   PRIMARY KEY (campaign, digest)
                 ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE campaign_version (
                   campaign TEXT NOT NULL REFERENCES campaign (id),
                   version INTEGER NOT NULL,
                   root BLOB NOT NULL,
                   text_ja TEXT NOT NULL,
                   text_en TEXT NOT NULL,
                   desk TEXT NOT NULL,
                   persons INTEGER NOT NULL,
                   customers INTEGER NOT NULL,
                   at INTEGER NOT NULL,
                   PRIMARY KEY (campaign, version)
                 ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE campaign_naming (
                   campaign TEXT NOT NULL,
                   version INTEGER NOT NULL,
                   position INTEGER NOT NULL,
                   salt BLOB NOT NULL,
                   controller TEXT NOT NULL,
                   controller_name TEXT NOT NULL,
                   holder TEXT NOT NULL,
                   holder_name TEXT NOT NULL,
                   PRIMARY KEY (campaign, version, position),
                   FOREIGN KEY (campaign, version) REFERENCES campaign_version (campaign, version)
                 ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE campaign_naming_chain (
                   campaign TEXT NOT NULL,
                   version INTEGER NOT NULL,
                   position INTEGER NOT NULL,
                   party TEXT NOT NULL,
                   PRIMARY KEY (campaign, version, position, party)
                 ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE campaign_concerned (
                   campaign TEXT NOT NULL,
                   version INTEGER NOT NULL,
                   party TEXT NOT NULL,
                   PRIMARY KEY (campaign, version, party),
                   FOREIGN KEY (campaign, version) REFERENCES campaign_version (campaign, version)
                 ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE campaign_approval (
                   campaign TEXT NOT NULL,
                   version INTEGER NOT NULL,
                   party TEXT NOT NULL,
                   root BLOB NOT NULL,
                   user TEXT NOT NULL,
                   means TEXT NOT NULL,
                   file BLOB NOT NULL,
                   at INTEGER NOT NULL,
                   PRIMARY KEY (campaign, version, party),
                   FOREIGN KEY (campaign, version, party)
                     REFERENCES campaign_concerned (campaign, version, party)
                 ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE campaign_recipient (
                   campaign TEXT NOT NULL REFERENCES campaign (id),
                   person TEXT NOT NULL,
                   version INTEGER NOT NULL,
                   salt BLOB NOT NULL,
                   controller TEXT NOT NULL,
                   u BLOB NOT NULL,
                   state TEXT NOT NULL,
                   run TEXT NOT NULL,
                   attempts INTEGER NOT NULL,
                   code INTEGER NOT NULL,
                   reply TEXT NOT NULL,
                   settled_by TEXT NOT NULL,
                   settled INTEGER,
                   event INTEGER NOT NULL,
                   PRIMARY KEY (campaign, person)
                 ) STRICT, WITHOUT ROWID)",
              R"(CREATE INDEX campaign_recipient_state ON campaign_recipient (campaign, state))",
          }};
}

}  // namespace hitokoe::storage::sql
