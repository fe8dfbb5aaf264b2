// An external sort of fingerprints: items are collected in memory up to a bound, sorted by radix,
// spilled to unlinked temporary files where one run is not enough, and read back in order.
#pragma once

#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/huge_pages.h"
#include "hitokoe/base/result.h"

namespace hitokoe::matcher {

using crypto::Block;

// A fingerprint as two integers that order like its bytes, and whose it is.
struct KeyItem {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::uint64_t record = 0;

  friend auto operator<=>(const KeyItem&, const KeyItem&) = default;
  bool same_key(const KeyItem& other) const { return high == other.high && low == other.low; }
};

inline std::uint64_t big_endian(const std::uint8_t* at) {
  std::uint64_t v = 0;
  std::memcpy(&v, at, sizeof v);
  if constexpr (std::endian::native == std::endian::little) v = __builtin_bswap64(v);
  return v;
}
inline KeyItem key_item(const Block& block, std::uint64_t record) {
  return {big_endian(block.data()), big_endian(block.data() + 8), record};
}
inline Block block_of(const KeyItem& item) {
  Block block;
  std::uint64_t high = item.high;
  std::uint64_t low = item.low;
  if constexpr (std::endian::native == std::endian::little) {
    high = __builtin_bswap64(high);
    low = __builtin_bswap64(low);
  }
  std::memcpy(block.data(), &high, 8);
  std::memcpy(block.data() + 8, &low, 8);
  return block;
}

// Sorts ascending. Meant for uniformly distributed keys: two steps by leading bits, then sorts of a
// dozen. Others come out right too, at the speed of std::sort.
void sort_keys(std::span<KeyItem> items);

class SortedRuns {
 public:
  // `run_items`: bound of one run in memory.
  SortedRuns(std::filesystem::path temporary, std::size_t run_items);
  ~SortedRuns();
  SortedRuns(const SortedRuns&) = delete;
  SortedRuns& operator=(const SortedRuns&) = delete;

  // As many are to come: growing by doubling touches twice the memory.
  void reserve(std::uint64_t items);
  // The keys of one record.
  Result<void> add(std::span<const Block> keys, std::uint64_t record) {
    if (items_.size() + keys.size() > run_items_ && !items_.empty()) {
      TRYV(spill());
    }
    for (const Block& key : keys) items_.push_back(key_item(key, record));
    size_ += keys.size();
    return ok();
  }
  std::uint64_t size() const { return size_; }
  // No add() after this.
  Result<void> start_reading();
  // The next items in ascending order, as many as are ready; none at the end. Valid until the next
  // call. What fits memory is sorted on another thread, ahead of the reader.
  std::span<const KeyItem> next_piece();

 private:
  struct Run;
  struct Ahead;
  Result<void> spill();
  std::span<const KeyItem> next_of_runs();

  std::filesystem::path temporary_;
  std::size_t run_items_;
  std::uint64_t size_ = 0;
  HugeVector<KeyItem> items_;
  std::unique_ptr<Ahead> ahead_;  // sorts items_
  std::vector<std::unique_ptr<Run>> runs_;
  std::vector<std::size_t> heap_;  // runs by their next item
  std::vector<KeyItem> merged_;    // a piece of them
};

}  // namespace hitokoe::matcher
