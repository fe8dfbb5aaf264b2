// A leaked SQLite database: the rows of all its tables.
#pragma once

#include <string>
#include <vector>

#include "matcher/decode/formats/spooled_document.h"

struct sqlite3;

namespace hitokoe::matcher {

// Of any size, read by SQLite itself: nothing of the schema is run (no views, triggers, virtual
// tables, extensions), nothing is written, statements may only read. A damaged table is read up to
// the damage. A write-ahead log beside the file is not seen.
class SqliteDocument final : public SpooledDocument {
 public:
  SqliteDocument(Reading& reading, DocumentInfo info);

 private:
  struct Counts {
    std::uint64_t damaged = 0, binary = 0;
    bool over = false;
  };
  Result<void> read(const Spool& whole) override;
  struct Table {
    std::string name;
    std::vector<std::string> columns;
  };
  Result<void> table(sqlite3* database, const Table& from, Counts& counts);
  void tell(const Counts& counts);
};

bool is_sqlite(ByteView head);

}  // namespace hitokoe::matcher
