// Some hundred leaked rows with their text: what one thread works on at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/identity/record_keys.h"

namespace hitokoe::matcher {

// Where one batch ends and the next begins depends on the rows alone, so that a scan that is begun
// anew makes the same batches.
class RowBatch {
 public:
  static constexpr std::size_t kMostRows = 512;
  static constexpr std::size_t kMostText = 256U << 10;  // bytes; a longer row is a batch by itself
  static constexpr std::size_t kMostValues = 32;        // of a row; more are ignored

  RowBatch();
  RowBatch(const RowBatch&) = delete;
  RowBatch& operator=(const RowBatch&) = delete;

  // Copies the row. False: it does not fit any more; never when the batch is empty.
  bool add(std::span<const identity::FieldValue> values);
  void clear();
  std::size_t size() const { return begins_.size(); }
  bool empty() const { return begins_.empty(); }
  // Valid until clear().
  std::span<const identity::FieldValue> row(std::size_t i) const;
  // XXH3 over everything in it: tells whether a batch is the one that was seen before.
  std::uint64_t digest() const;

 private:
  std::string text_;  // never grows while it holds something: the views stay valid
  std::vector<identity::FieldValue> values_;
  std::vector<std::uint32_t> begins_;  // by row, in values_
};

}  // namespace hitokoe::matcher
