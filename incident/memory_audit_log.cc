#include <algorithm>
#include <mutex>

#include "hitokoe/incident/audit.h"

namespace hitokoe::incident {
namespace {

class MemoryAuditLog final : public AuditLog {
 public:
  Result<Event> append(const Draft& draft, UtcTime at) override {
    TRYV(check_draft(draft));
    const std::lock_guard lock(mutex_);
    events_.push_back(chain_event(
        draft, at, events_.empty() ? std::nullopt : std::optional<Event>(events_.back())));
    return events_.back();
  }

  Result<std::vector<Event>> read(const std::string& stream) override {
    const std::lock_guard lock(mutex_);
    std::vector<Event> found;
    for (const auto& e : events_) {
      if (e.stream == stream) found.push_back(e);
    }
    return found;
  }

  Result<std::vector<Event>> after(std::uint64_t seq, std::size_t most) override {
    const std::lock_guard lock(mutex_);
    const std::size_t first = std::min<std::size_t>(seq, events_.size());
    const std::size_t n = std::min(most, events_.size() - first);
    const auto begin = events_.begin() + static_cast<std::ptrdiff_t>(first);
    return std::vector<Event>(begin, begin + static_cast<std::ptrdiff_t>(n));
  }

  Result<std::uint64_t> last_seq() override {
    const std::lock_guard lock(mutex_);
    return events_.size();
  }

  Result<void> for_each(const std::function<Result<void>(const Event&)>& each) override {
    const std::lock_guard lock(mutex_);
    for (const auto& e : events_) {
      TRYV(each(e));
    }
    return ok();
  }

  Result<void> checkpoint(const crypto::SignKeyPair& service, UtcTime at) override {
    const std::lock_guard lock(mutex_);
    const std::uint64_t reached = checkpoints_.empty() ? 0 : checkpoints_.back().seq;
    if (events_.size() == reached) return ok();
    checkpoints_.push_back(sign_checkpoint(checkpoints_.size() + 1, events_.back(), at, service));
    return ok();
  }

  Result<std::vector<Checkpoint>> checkpoints() override {
    const std::lock_guard lock(mutex_);
    return checkpoints_;
  }

 private:
  std::mutex mutex_;
  std::vector<Event> events_;
  std::vector<Checkpoint> checkpoints_;
};

}  // namespace

std::unique_ptr<AuditLog> make_memory_audit_log() { return std::make_unique<MemoryAuditLog>(); }

}  // namespace hitokoe::incident
