#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// frontier_item.state: 0 pending, 1 fetched, 2 gone, 3 refused, 4 failed, 5 a list that waits.
// A lane is what one host has to do for one source: its row says when its first job is due, so that
// the next job of many is found in the lanes, of which there are few.
Migration crawl() {
  return {"crawl",
          {
              R"(CREATE TABLE frontier_source (
                   source TEXT PRIMARY KEY,
                   last_success INTEGER,
                   last_reason TEXT NOT NULL DEFAULT ''
                 ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE frontier_item (
                   source TEXT NOT NULL,
                   item TEXT NOT NULL,
                   state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 5),
                   url TEXT NOT NULL,
                   host TEXT NOT NULL,
                   tries INTEGER NOT NULL,
                   due INTEGER NOT NULL,
                   reason TEXT NOT NULL DEFAULT '',
                   PRIMARY KEY (source, item)
                 ) STRICT, WITHOUT ROWID)",
              R"(CREATE INDEX frontier_pending ON frontier_item (source, host, due, item)
                 WHERE state = 0)",
              R"(CREATE TABLE frontier_lane (
                   source TEXT NOT NULL,
                   host TEXT NOT NULL,
                   due INTEGER NOT NULL,
                   item TEXT NOT NULL,
                   PRIMARY KEY (source, host)
                 ) STRICT, WITHOUT ROWID)",
              "CREATE INDEX frontier_lane_due ON frontier_lane (due, source, item, host)",
              R"(CREATE TABLE frontier_validator (
                   url TEXT PRIMARY KEY,
                   etag TEXT NOT NULL,
                   last_modified TEXT NOT NULL
                 ) STRICT, WITHOUT ROWID)",
              R"(CREATE TABLE work_item (
                   ticket INTEGER PRIMARY KEY AUTOINCREMENT,
                   capture TEXT NOT NULL UNIQUE,
                   pushed INTEGER NOT NULL,
                   state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 2),
                   worker TEXT,
                   claimed INTEGER,
                   deliveries INTEGER NOT NULL DEFAULT 0,
                   reason TEXT NOT NULL DEFAULT ''
                 ) STRICT)",
              "CREATE INDEX work_open ON work_item (ticket) WHERE state = 0",
          }};
}

}  // namespace hitokoe::storage::sql
