// Where the tables of a text are: which row and column of its table a place stands in.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "hitokoe/base/result.h"

namespace hitokoe::matcher {

struct TablePlace {
  std::uint64_t row = 0;     // of its table, from 1; a header is none
  std::uint64_t column = 0;  // from 1
};

// Sees the same tables as a scan. Streaming: a place is known 68 KiB of text later, or at the end.
// Offsets are bytes of all that was fed. Holds 32 bytes for each cell that is not let go.
class TablePlaces {
 public:
  TablePlaces();
  ~TablePlaces();
  TablePlaces(const TablePlaces&) = delete;
  TablePlaces& operator=(const TablePlaces&) = delete;

  Result<void> feed(std::string_view utf8);
  Result<void> finish();

  std::uint64_t known() const;  // all before it is
  // Nothing: it stands in no table. O(log cells).
  std::optional<TablePlace> at(std::uint64_t offset) const;
  void let_go(std::uint64_t before);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::matcher
