#include "hitokoe/crawler/frontier.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <tuple>

#include "hitokoe/crawler/frontier_texts.h"
#include "hitokoe/crawler/frontier_waits.h"
#include "hitokoe/storage/memory.h"

namespace hitokoe::storage {
namespace {

using crawler::FetchJob;
using crawler::FetchOutcome;
using crawler::Validators;

class MemoryFrontier final : public crawler::Frontier, public crawler::FrontierWaits {
 public:
  Result<std::uint64_t> add(const std::vector<FetchJob>& jobs) override {
    const std::scoped_lock lock(mutex_);
    std::uint64_t added = 0;
    for (const auto& job : jobs) {
      if (!can_be_kept(job)) continue;
      const auto found = items_.find({job.source, job.item});
      if (found != items_.end()) {
        const auto& item = found->second;
        if (!item.outcome) continue;
        const bool changed = !job.version.empty() && job.version != item.job.version &&
                             *item.outcome != FetchOutcome::kRefused;
        const bool again = job.item.empty() || *item.outcome == FetchOutcome::kFailed || changed;
        if (!again) continue;
        auto kept = job;
        kept.memory = item.job.memory;
        queue(kept, job.due);
        ++added;
        continue;
      }
      sources_[job.source];
      queue(job, job.due);
      ++added;
    }
    return added;
  }

  Result<std::optional<FetchJob>> next(UtcTime now, const std::vector<std::string>& sources,
                                       const std::vector<std::string>& busy) override {
    const std::scoped_lock lock(mutex_);
    const auto* first = first_of(sources, busy);
    if (first == nullptr || first->due > now) return std::optional<FetchJob>();
    return std::optional(*first);
  }

  Result<std::optional<UtcTime>> next_due(const std::vector<std::string>& sources,
                                          const std::vector<std::string>& busy) override {
    const std::scoped_lock lock(mutex_);
    const auto* first = first_of(sources, busy);
    return first == nullptr ? std::nullopt : std::optional(first->due);
  }

  Result<void> done(const FetchJob& job, FetchOutcome outcome, UtcTime at,
                    const std::string& reason) override {
    const std::scoped_lock lock(mutex_);
    unqueue(job);
    const bool unchanged = outcome == FetchOutcome::kUnchanged;
    items_[{job.source, job.item}] = {job, unchanged ? FetchOutcome::kFetched : outcome, reason};
    auto& source = sources_[job.source];
    if (!job.item.empty()) {
      if (outcome == FetchOutcome::kFetched) source.last_new = at;
      return ok();
    }
    if (unchanged || outcome == FetchOutcome::kFetched) source.last_success = at;
    source.last_reason = reason;
    return ok();
  }

  Result<void> list_done(const FetchJob& next, FetchOutcome outcome, UtcTime at,
                         const std::string& reason) override {
    const std::scoped_lock lock(mutex_);
    unqueue(next);
    queue(next, next.due);
    auto& source = sources_[next.source];
    if (outcome == FetchOutcome::kFetched || outcome == FetchOutcome::kUnchanged)
      source.last_success = at;
    source.last_reason = reason;
    return ok();
  }

  Result<void> retry(const FetchJob& job, UtcTime due, const std::string& reason) override {
    const std::scoped_lock lock(mutex_);
    unqueue(job);
    queue(job, due);
    auto& source = sources_[job.source];
    if (job.item.empty()) source.last_reason = reason;
    return ok();
  }

  Result<std::optional<Validators>> validators(const std::string& url) override {
    const std::scoped_lock lock(mutex_);
    const auto found = validators_.find(url);
    if (found == validators_.end()) return std::optional<Validators>();
    return std::optional(found->second);
  }

  Result<void> set_validators(const std::string& url, const Validators& v) override {
    const std::scoped_lock lock(mutex_);
    validators_[url] = v;
    return ok();
  }

  Result<void> leave_alone(const std::string& host, UtcTime until) override {
    const std::scoped_lock lock(mutex_);
    rests_[host] = until;
    return ok();
  }

  Result<std::vector<std::pair<std::string, UtcTime>>> left_alone(UtcTime now) override {
    const std::scoped_lock lock(mutex_);
    std::erase_if(rests_, [&](const auto& rest) { return rest.second <= now; });
    return std::vector<std::pair<std::string, UtcTime>>(rests_.begin(), rests_.end());
  }

  Result<void> not_later(UtcTime now, Duration wait,
                         const std::vector<std::string>& sources) override {
    const UtcTime latest = now + wait;
    const std::scoped_lock lock(mutex_);
    const std::set<std::string_view> chosen(sources.begin(), sources.end());
    std::set<std::tuple<UtcTime, std::string, std::string>> pending;
    for (auto [due, source, item] : pending_) {
      if (chosen.contains(source)) due = std::min(due, latest);
      items_.at({source, item}).job.due = due;
      pending.emplace(due, std::move(source), std::move(item));
    }
    pending_ = std::move(pending);
    return ok();
  }

  Result<std::string> memory(const std::string& source) override {
    const std::scoped_lock lock(mutex_);
    const auto found = items_.find({source, ""});
    return found == items_.end() ? std::string() : found->second.job.memory;
  }

  Result<std::vector<Coverage>> coverage() override {
    const std::scoped_lock lock(mutex_);
    std::vector<Coverage> all;
    for (const auto& [name, source] : sources_) {
      auto& coverage = all.emplace_back();
      coverage.source = name;
      coverage.last_success = source.last_success;
      coverage.last_new = source.last_new;
      coverage.last_reason = source.last_reason;
      std::map<std::string, std::uint64_t> missed;
      for (auto at = items_.lower_bound({name, ""}); at != items_.end() && at->first.first == name;
           ++at) {
        if (at->first.second.empty()) continue;
        const auto& item = at->second;
        ++coverage.listed;
        if (!item.outcome) {
          ++coverage.pending;
          coverage.oldest_due = std::min(coverage.oldest_due.value_or(item.job.due), item.job.due);
        } else if (*item.outcome == FetchOutcome::kFetched) {
          ++coverage.fetched;
        } else {
          ++coverage.missed;
          ++missed[item.reason];
        }
      }
      coverage.missed_by_reason.assign(missed.begin(), missed.end());
    }
    return all;
  }

 private:
  struct Item {
    FetchJob job;
    std::optional<FetchOutcome> outcome;  // none: pending
    std::string reason;
  };
  struct Source {
    std::optional<UtcTime> last_success;
    std::optional<UtcTime> last_new;
    std::string last_reason;
  };
  using Key = std::pair<std::string, std::string>;

  void queue(const FetchJob& job, UtcTime due) {
    auto& item = items_[{job.source, job.item}];
    item = {job, std::nullopt, ""};
    item.job.due = due;
    pending_.emplace(due, job.source, job.item);
  }

  void unqueue(const FetchJob& job) {
    const auto found = items_.find({job.source, job.item});
    if (found != items_.end() && !found->second.outcome)
      pending_.erase({found->second.job.due, job.source, job.item});
  }

  const FetchJob* first_of(const std::vector<std::string>& sources,
                           const std::vector<std::string>& busy) const {
    const std::set<std::string_view> chosen(sources.begin(), sources.end());
    const std::set<std::string_view> taken(busy.begin(), busy.end());
    for (const auto& [due, source, item] : pending_) {
      const auto& job = items_.at({source, item}).job;
      if (chosen.contains(job.source) && !taken.contains(job.host)) return &job;
    }
    return nullptr;
  }

  std::mutex mutex_;
  std::map<Key, Item> items_;
  std::set<std::tuple<UtcTime, std::string, std::string>> pending_;
  std::map<std::string, Source> sources_;
  std::map<std::string, Validators> validators_;
  std::map<std::string, UtcTime> rests_;
};

}  // namespace

std::unique_ptr<crawler::Frontier> make_memory_frontier() {
  return std::make_unique<MemoryFrontier>();
}

}  // namespace hitokoe::storage
