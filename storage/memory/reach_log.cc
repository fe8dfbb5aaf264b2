#include <algorithm>
#include <map>
#include <mutex>

#include "hitokoe/storage/reach.h"

namespace hitokoe::storage {
namespace {

using crawler::ReachChange;

class MemoryReachLog final : public crawler::ReachLog {
 public:
  Result<bool> note(const ReachChange& change) override {
    const std::scoped_lock lock(mutex_);
    auto& known = changes_[change.source];
    if (!known.empty() && known.back().up == change.up) return false;
    known.push_back(change);
    return true;
  }

  Result<std::vector<ReachChange>> changes(std::size_t most) override {
    const std::scoped_lock lock(mutex_);
    std::vector<ReachChange> out;
    for (const auto& [source, known] : changes_) {
      const auto n = static_cast<std::ptrdiff_t>(std::min(most, known.size()));
      out.insert(out.end(), known.rbegin(), known.rbegin() + n);
    }
    return out;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::vector<ReachChange>> changes_;
};

}  // namespace

std::unique_ptr<crawler::ReachLog> make_memory_reach_log() {
  return std::make_unique<MemoryReachLog>();
}

}  // namespace hitokoe::storage
