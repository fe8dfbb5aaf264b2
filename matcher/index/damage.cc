#include "matcher/index/damage.h"

#include "hitokoe/base/file.h"

namespace hitokoe::matcher {

Error damaged_file(const std::filesystem::path& file, const Words& what) {
  return Error{Errc::kCorrupt, Words{"index file ", "索引ファイル "} + (shown(file) + ": ") + what};
}

void Damage::note(const std::filesystem::path& file, const Words& what) {
  const std::lock_guard lock(mutex_);
  if (any_.load(std::memory_order_relaxed)) return;
  first_ = damaged_file(file, what);
  any_.store(true, std::memory_order_release);
}

Result<void> Damage::check() const {
  if (!any()) return ok();
  const std::lock_guard lock(mutex_);
  return first_;
}

}  // namespace hitokoe::matcher
