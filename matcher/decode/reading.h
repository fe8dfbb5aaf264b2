// What the readers of one top-level document share: where rows and warnings go, and what all that
// is nested in it may cost together.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/matcher/report.h"
#include "matcher/decode/reader.h"
#include "matcher/rows/row_reader.h"

namespace hitokoe::matcher {

struct NestingLimits {
  unsigned depth = 6;                         // documents inside documents
  std::uint64_t parts = 100'000;              // members and attachments, all levels together
  std::uint64_t unpacked_bytes = 1ULL << 40;  // what comes out, all levels together
  std::uint64_t ratio = 1'000;                // bytes out for a byte of the top-level document …
  std::uint64_t ratio_free_bytes = 64ULL << 20;  // … beyond this much
};

class Reading {
 public:
  // `warnings` outlives the reading.
  Reading(RowReader::OnRow on_row, std::vector<Warning>& warnings, NestingLimits limits = {})
      : on_row_(std::move(on_row)), warnings_(warnings), limits_(limits) {}

  const RowReader::OnRow& on_row() const { return on_row_; }
  const NestingLimits& limits() const { return limits_; }
  void warn(std::string name, Words what) {
    warnings_.push_back({std::move(name), std::move(what)});
  }

  // Bytes of the top-level document that were fed so far.
  void note_input(std::uint64_t bytes) { input_ += bytes; }
  // Bytes that came out of unpacking something. False: over a limit; stop and say so.
  bool take_unpacked(std::uint64_t bytes);

  // A document found inside `outer`, one level deeper than it; read like any other. nullptr: over a
  // limit (the first time it is reported here). `content_type` may be empty.
  std::unique_ptr<Reader> open_part(const std::string& outer, unsigned outer_depth,
                                    std::string_view inner, std::string content_type);

 private:
  RowReader::OnRow on_row_;
  std::vector<Warning>& warnings_;
  NestingLimits limits_;
  std::uint64_t input_ = 0;
  std::uint64_t unpacked_ = 0;
  std::uint64_t parts_ = 0;
  bool told_parts_ = false;
  bool told_depth_ = false;
};

// "dump.zip > list.csv": how a part is called in warnings. At most 200 bytes of `inner`, without
// control characters.
std::string part_name(std::string_view outer, std::string_view inner);

}  // namespace hitokoe::matcher
