#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

Migration accounts() {
  return {"accounts",
          {
              R"(CREATE TABLE account (
                   user TEXT PRIMARY KEY,
                   role TEXT NOT NULL,
                   party TEXT NOT NULL,
                   password_hash TEXT NOT NULL,
                   disabled INTEGER NOT NULL,
                   created INTEGER NOT NULL
                 ) STRICT)",
              R"(CREATE TABLE account_token (
                   id TEXT PRIMARY KEY,
                   user TEXT NOT NULL REFERENCES account (user),
                   mac BLOB NOT NULL UNIQUE,
                   created INTEGER NOT NULL,
                   expires INTEGER
                 ) STRICT)",
          }};
}

}  // namespace hitokoe::storage::sql
