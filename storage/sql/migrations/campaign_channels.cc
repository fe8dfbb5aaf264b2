#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// Letters, SMS and telephone lists: what was handed out, and who is in it.
Migration campaign_channels() {
  return {"campaign_channels",
          {
              R"(ALTER TABLE campaign_recipient ADD COLUMN channel TEXT NOT NULL DEFAULT 'email')",
              R"(CREATE TABLE campaign_export (
                   campaign TEXT NOT NULL REFERENCES campaign (id),
                   number INTEGER NOT NULL,
                   channel TEXT NOT NULL,
                   version INTEGER NOT NULL,
                   encoding TEXT NOT NULL,
                   manifest BLOB NOT NULL,
                   persons INTEGER NOT NULL,
                   user TEXT NOT NULL,
                   at INTEGER NOT NULL,
                   PRIMARY KEY (campaign, number)
                 ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE campaign_refusal (
                   campaign TEXT NOT NULL,
                   version INTEGER NOT NULL,
                   party TEXT NOT NULL,
                   user TEXT NOT NULL,
                   reason TEXT NOT NULL,
                   at INTEGER NOT NULL,
                   PRIMARY KEY (campaign, version, party),
                   FOREIGN KEY (campaign, version, party)
                     REFERENCES campaign_concerned (campaign, version, party)
                 ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE campaign_export_person (
                   campaign TEXT NOT NULL,
                   number INTEGER NOT NULL,
                   position INTEGER NOT NULL,
                   person TEXT NOT NULL,
                   PRIMARY KEY (campaign, number, position),
                   FOREIGN KEY (campaign, number) REFERENCES campaign_export (campaign, number)
                 ) STRICT, WITHOUT ROWID)",
          }};
}

}  // namespace hitokoe::storage::sql
