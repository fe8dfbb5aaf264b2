// What was found damaged while an index is in use. A look-up that meets a damaged block gives no
// answer from it, and this keeps where: whoever asks an index must ask this at the end, so that a
// flipped bit becomes an error and never a customer who is silently not found.
#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>

#include "hitokoe/base/result.h"

namespace hitokoe::matcher {

// Thread-safe; the first damage stays.
class Damage {
 public:
  void note(const std::filesystem::path& file, const Words& what);
  bool any() const { return any_.load(std::memory_order_acquire); }
  Result<void> check() const;  // kCorrupt: names the file and the block

 private:
  std::atomic<bool> any_ = false;
  mutable std::mutex mutex_;
  Error first_;
};

// The text of such an error.
Error damaged_file(const std::filesystem::path& file, const Words& what);

}  // namespace hitokoe::matcher
