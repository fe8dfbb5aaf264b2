// A leaked SQLite database: the rows of all its tables.
#pragma once

#include "matcher/decode/formats/whole_document.h"

namespace hitokoe::matcher {

// Read from memory, at most 512 MiB, by SQLite itself: nothing of the schema is run (no views,
// triggers, virtual tables, extensions), nothing is written, statements may only read. A damaged
// table is read up to the damage. A write-ahead log beside the file is not seen.
class SqliteDocument final : public WholeDocument {
 public:
  SqliteDocument(Reading& reading, DocumentInfo info);

 private:
  struct Counts {
    std::uint64_t damaged = 0, binary = 0;
    bool over = false;
  };
  Result<void> read(std::span<std::uint8_t> whole) override;
  Result<void> table(void* database, const std::string& name, Counts& counts);
  void tell(const Counts& counts);
};

bool is_sqlite(ByteView head);

}  // namespace hitokoe::matcher
