#include "hitokoe/crawler/work_queue.h"

#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "hitokoe/storage/memory.h"

namespace hitokoe::storage {
namespace {

using crawler::WorkItem;

class MemoryWorkQueue final : public crawler::WorkQueue {
 public:
  Result<void> push(const std::string& capture, UtcTime) override {
    const std::scoped_lock lock(mutex_);
    if (!known_.insert(capture).second) return ok();
    ++last_ticket_;
    open_[last_ticket_] = {{last_ticket_, capture, 0}, {}, {}};
    return ok();
  }

  Result<std::vector<WorkItem>> claim(const std::string& worker, std::size_t limit, UtcTime now,
                                      Duration visibility) override {
    const std::scoped_lock lock(mutex_);
    std::vector<WorkItem> claimed;
    for (auto& [ticket, entry] : open_) {
      if (claimed.size() == limit) break;
      if (entry.claimed && *entry.claimed > now - visibility) continue;
      entry.claimed = now;
      entry.worker = worker;
      ++entry.item.deliveries;
      claimed.push_back(entry.item);
    }
    return claimed;
  }

  Result<std::uint64_t> take_over(const std::string& worker) override {
    const std::scoped_lock lock(mutex_);
    std::uint64_t given_back = 0;
    for (auto& [ticket, entry] : open_) {
      if (!entry.claimed || entry.worker == worker) continue;
      entry.claimed.reset();
      ++given_back;
    }
    return given_back;
  }

  Result<void> renew(const std::string& worker, const std::vector<std::uint64_t>& tickets,
                     UtcTime now) override {
    const std::scoped_lock lock(mutex_);
    for (const auto ticket : tickets) {
      const auto found = open_.find(ticket);
      if (found == open_.end()) continue;
      auto& entry = found->second;
      if (entry.claimed && entry.worker == worker) entry.claimed = now;
    }
    return ok();
  }

  Result<void> acknowledge(std::uint64_t ticket) override { return end(ticket); }
  Result<void> set_aside(std::uint64_t ticket, const std::string&) override { return end(ticket); }

  Result<std::uint64_t> depth() override {
    const std::scoped_lock lock(mutex_);
    return open_.size();
  }

 private:
  struct Entry {
    WorkItem item;
    std::optional<UtcTime> claimed;
    std::string worker;  // where it is claimed
  };

  Result<void> end(std::uint64_t ticket) {
    const std::scoped_lock lock(mutex_);
    if (ticket == 0 || ticket > last_ticket_)
      return fail(Errc::kNotFound, "work queue: no such ticket",
                  "作業待ち行列: そのような受付票はありません");
    open_.erase(ticket);
    return ok();
  }

  std::mutex mutex_;
  std::set<std::string> known_;
  std::map<std::uint64_t, Entry> open_;
  std::uint64_t last_ticket_ = 0;
};

}  // namespace

std::unique_ptr<crawler::WorkQueue> make_memory_work_queue() {
  return std::make_unique<MemoryWorkQueue>();
}

}  // namespace hitokoe::storage
