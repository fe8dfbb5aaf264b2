#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// What captures name of file sharing. `details` is sealed with the key of `day`.
Migration file_shares() {
  return {"file_shares",
          {
              R"(CREATE TABLE file_share (
                   id TEXT PRIMARY KEY,
                   kind TEXT NOT NULL,
                   size INTEGER,
                   file_count INTEGER NOT NULL,
                   first INTEGER NOT NULL,
                   last INTEGER NOT NULL,
                   terms TEXT NOT NULL,
                   day TEXT NOT NULL,
                   details BLOB NOT NULL
                 ) STRICT, WITHOUT ROWID)",
              "CREATE INDEX file_share_last ON file_share (last, id)",
              R"(CREATE TABLE file_share_seen (
                   share TEXT NOT NULL REFERENCES file_share (id) ON DELETE CASCADE,
                   capture TEXT NOT NULL,
                   source TEXT NOT NULL,
                   at INTEGER NOT NULL,
                   PRIMARY KEY (share, capture)
                 ) STRICT, WITHOUT ROWID)",
              "CREATE INDEX file_share_seen_capture ON file_share_seen (capture)",
              "CREATE INDEX file_share_seen_newest ON file_share_seen (share, at)",
          }};
}

}  // namespace hitokoe::storage::sql
