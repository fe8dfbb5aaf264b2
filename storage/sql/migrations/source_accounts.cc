#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// Accounts with which sources are signed in to. What is secret is sealed with the account's key in
// the key store, whose name is `key`.
Migration source_accounts() {
  return {"source_accounts",
          {
              R"(CREATE TABLE source_account (
                   source TEXT NOT NULL,
                   name TEXT NOT NULL,
                   key TEXT NOT NULL UNIQUE,
                   state TEXT NOT NULL,
                   reason TEXT NOT NULL,
                   since INTEGER NOT NULL,
                   tries INTEGER NOT NULL,
                   sign_ins INTEGER NOT NULL,
                   last_sign_in INTEGER,
                   next_try INTEGER,
                   has_password INTEGER NOT NULL,
                   from_browser INTEGER NOT NULL,
                   cookies INTEGER NOT NULL,
                   cookies_until INTEGER,
                   added_by TEXT NOT NULL,
                   added INTEGER NOT NULL,
                   version INTEGER NOT NULL,
                   username BLOB NOT NULL,
                   password BLOB NOT NULL,
                   jar BLOB NOT NULL,
                   PRIMARY KEY (source, name)
                 ) STRICT, WITHOUT ROWID)",
          }};
}

}  // namespace hitokoe::storage::sql
