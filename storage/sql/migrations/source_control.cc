#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// Which sources a person paused, what is wrong with sources and was told, and when a source last
// gave something new.
Migration source_control() {
  return {"source_control",
          {
              "ALTER TABLE frontier_source ADD COLUMN last_new INTEGER",
              // Keys of links that were followed, from before they were sealed (link_seal.h).
              R"(UPDATE frontier_item SET url = substr(url, 1, instr(url, '#') - 1)
                 WHERE state BETWEEN 1 AND 4 AND instr(url, '#') > 0)",
              R"(CREATE TABLE source_pause (
                   source TEXT PRIMARY KEY,
                   reason TEXT NOT NULL,
                   by_whom TEXT NOT NULL,
                   at INTEGER NOT NULL
                 ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE source_notice (
                   number INTEGER PRIMARY KEY AUTOINCREMENT,
                   source TEXT NOT NULL,
                   what TEXT NOT NULL,
                   began INTEGER NOT NULL,
                   ended INTEGER,
                   began_told INTEGER,
                   ended_told INTEGER
                 ) STRICT)",
              R"(CREATE UNIQUE INDEX source_notice_open ON source_notice (source, what)
                 WHERE ended IS NULL)",
          }};
}

}  // namespace hitokoe::storage::sql
