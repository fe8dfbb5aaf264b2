#include "hitokoe/crawler/host_politeness.h"

#include <map>
#include <mutex>
#include <optional>

#include "hitokoe/storage/memory.h"

namespace hitokoe::storage {
namespace {

struct Known {
  std::string holder;
  SteadyTime until{};  // of the lease and the rest behind it
  SteadyTime at{};
  std::optional<SteadyTime> ended;  // the last request
  Duration rest{};
  Duration penalty{};
};

}  // namespace

struct MemoryHosts {
  std::mutex mutex;
  std::map<std::string, Known> hosts;
};

namespace {

class MemoryHostPoliteness final : public crawler::HostPoliteness {
 public:
  MemoryHostPoliteness(std::shared_ptr<MemoryHosts> shared, std::string worker, const Clock& clock,
                       Duration lease)
      : shared_(std::move(shared)), worker_(std::move(worker)), clock_(clock), lease_(lease) {}

  Result<Turn> take(const std::string& host, Duration rest) override {
    const std::scoped_lock lock(shared_->mutex);
    auto& known = shared_->hosts[host];
    const auto now = clock_.steady();
    auto free = rested(known, rest);
    if (!known.holder.empty() && known.holder != worker_) {
      const auto longer = std::max(Duration::zero(), rest - known.rest);
      free = std::max<SteadyTime>(free, known.until + longer);
    }
    if (free > now) return Turn{false, std::chrono::ceil<Duration>(free - now), {}};
    // Behind one who died, what it owed; what was given back is over.
    hold(known, known.holder.empty() ? rest : std::max(rest, known.rest));
    return Turn{true, {}, known.penalty};
  }

  Result<std::vector<std::string>> renew(const std::vector<Hold>& holds) override {
    const std::scoped_lock lock(shared_->mutex);
    std::vector<std::string> lost;
    for (const auto& one : holds) {
      auto& known = shared_->hosts[one.host];
      const bool anothers = !known.holder.empty() && known.holder != worker_;
      const bool given_back = known.holder.empty() && rested(known, one.rest) > clock_.steady();
      if (anothers || given_back) {
        lost.push_back(one.host);
      } else {
        hold(known, one.rest);
      }
    }
    return lost;
  }

  Result<void> give_back(const std::string& host, Duration rest, Duration penalty,
                         std::optional<Duration> asked_ago) override {
    const std::scoped_lock lock(shared_->mutex);
    auto& known = shared_->hosts[host];
    if (!known.holder.empty() && known.holder != worker_) return ok();
    known.holder.clear();
    known.at = std::max<SteadyTime>(known.at, clock_.steady() + rest);
    if (asked_ago) {
      const SteadyTime ended = clock_.steady() - *asked_ago;
      // Another may have asked since, in a turn between two of this process.
      known.ended = known.ended ? std::max(*known.ended, ended) : ended;
    }
    known.rest = rest;
    known.penalty = penalty;
    return ok();
  }

  Duration lease() const override { return lease_; }

 private:
  // When a host that nobody has may be asked by one who wants this rest.
  static SteadyTime rested(const Known& known, Duration rest) {
    return known.ended ? std::max<SteadyTime>(known.at, *known.ended + rest) : known.at;
  }

  void hold(Known& known, Duration rest) const {
    known.holder = worker_;
    known.rest = rest;
    known.until = clock_.steady() + lease_ + rest;
  }

  std::shared_ptr<MemoryHosts> shared_;
  std::string worker_;
  const Clock& clock_;
  Duration lease_;
};

}  // namespace

std::shared_ptr<MemoryHosts> make_memory_hosts() { return std::make_shared<MemoryHosts>(); }

std::unique_ptr<crawler::HostPoliteness> make_memory_host_politeness(
    std::shared_ptr<MemoryHosts> shared, std::string worker, const Clock& clock, Duration lease) {
  return std::make_unique<MemoryHostPoliteness>(std::move(shared), std::move(worker), clock, lease);
}

}  // namespace hitokoe::storage
