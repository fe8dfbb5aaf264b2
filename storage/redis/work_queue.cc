#include "hitokoe/crawler/work_queue.h"

#include <algorithm>
#include <unordered_map>

#include "storage/redis/queue_scripts.h"

namespace hitokoe::storage {
namespace {

using crawler::WorkItem;
using redis::Reply;

constexpr std::size_t kPushedAtOnce = 128;
// What was claimed here and never ended here: others took it since.
constexpr std::size_t kMostRemembered = 100'000;

class StreamWorkQueue final : public RedisWorkQueue {
 public:
  StreamWorkQueue(std::shared_ptr<Redis> redis, const std::string& queue, std::string seat)
      : redis_(std::move(redis)),
        prefix_(redis_->impl().options.prefix + ":w:" + queue + ":"),
        seat_(std::move(seat) + "/") {}

  Result<void> push(const std::string& capture, UtcTime now) override {
    return push_all({capture}, now);
  }

  Result<void> push_all(const std::vector<std::string>& captures, UtcTime) override {
    const auto& options = redis_->impl().options;
    std::vector<std::vector<std::string>> calls;
    calls.reserve(captures.size() / kPushedAtOnce + 1);
    for (std::size_t begin = 0; begin < captures.size(); begin += kPushedAtOnce) {
      auto& words = calls.emplace_back();
      words = {std::to_string(options.most_captures), std::to_string(options.known_captures)};
      const auto end = std::min(captures.size(), begin + kPushedAtOnce);
      words.insert(words.end(), captures.begin() + static_cast<std::ptrdiff_t>(begin),
                   captures.begin() + static_cast<std::ptrdiff_t>(end));
    }
    TRYV(redis_->impl().run_all(redis::queue_push(), prefix_, calls, options.wait_replicas));
    return ok();
  }

  Result<std::vector<WorkItem>> claim(const std::string& worker, std::size_t limit, UtcTime,
                                      Duration visibility) override {
    std::vector<WorkItem> claimed;
    if (limit == 0) return claimed;
    const auto silent = std::chrono::duration_cast<std::chrono::milliseconds>(visibility);
    TRY(const auto said, run(redis::queue_claim(), {seat_ + worker, std::to_string(limit),
                                                    std::to_string(silent.count())}));
    TRY(const auto* items, redis::items_of(said));
    claimed.reserve(items->size() / 3);
    const std::scoped_lock lock(mutex_);
    if (captures_.size() > kMostRemembered) captures_.clear();
    for (std::size_t i = 0; i + 2 < items->size(); i += 3) {
      TRY(const auto ticket, redis::count_of((*items)[i]));
      TRY(const auto* capture, redis::text_of((*items)[i + 1]));
      TRY(const auto deliveries, redis::count_of((*items)[i + 2]));
      claimed.push_back({ticket, *capture, static_cast<std::uint32_t>(deliveries)});
      captures_[ticket] = *capture;
    }
    return claimed;
  }

  Result<std::uint64_t> take_over(const std::string& worker) override {
    TRY(const auto said, run(redis::queue_take_over(), {seat_, seat_ + worker}));
    return redis::count_of(said);
  }

  Result<void> renew(const std::string& worker, const std::vector<std::uint64_t>& tickets,
                     UtcTime) override {
    if (tickets.empty()) return ok();
    std::vector<std::string> words{seat_ + worker};
    words.reserve(1 + tickets.size());
    for (const auto ticket : tickets) words.push_back(std::to_string(ticket));
    TRYV(run(redis::queue_renew(), words));
    return ok();
  }

  Result<void> acknowledge(std::uint64_t ticket) override { return end({ticket}, "0", ""); }
  Result<void> acknowledge_all(const std::vector<std::uint64_t>& tickets) override {
    return end(tickets, "0", "");
  }
  Result<void> set_aside(std::uint64_t ticket, const std::string& reason) override {
    return end({ticket}, "1", reason);
  }

  Result<std::uint64_t> depth() override {
    TRY(const auto seen, figures());
    return seen.depth;
  }

  Result<RedisQueueFigures> figures() override {
    TRY(const auto said, run(redis::queue_figures(), {}));
    TRY(const auto* items, redis::items_of(said, 4));
    RedisQueueFigures out;
    TRY(out.depth, redis::count_of((*items)[0]));
    TRY(out.pending, redis::count_of((*items)[1]));
    TRY(out.claimed, redis::count_of((*items)[2]));
    TRY(out.set_aside, redis::count_of((*items)[3]));
    return out;
  }

 private:
  Result<Reply> run(const redis::Script& script, const std::vector<std::string>& words) {
    return redis_->impl().run(script, prefix_, words);
  }

  Result<void> end(const std::vector<std::uint64_t>& tickets, const std::string& aside,
                   const std::string& reason) {
    if (tickets.empty()) return ok();
    std::vector<std::string> words{aside, reason};
    words.reserve(2 + 2 * tickets.size());
    {
      const std::scoped_lock lock(mutex_);
      for (const auto ticket : tickets) {
        const auto known = captures_.find(ticket);
        words.push_back(std::to_string(ticket));
        words.push_back(known == captures_.end() ? "" : known->second);
      }
    }
    TRY(const auto said, run(redis::queue_end(), words));
    TRY(const auto known, redis::count_of(said));
    if (known == 0)
      return fail(Errc::kNotFound, "work queue: no such ticket",
                  "作業待ち行列: そのような受付票はありません");
    const std::scoped_lock lock(mutex_);
    for (const auto ticket : tickets) captures_.erase(ticket);
    return ok();
  }

  std::shared_ptr<Redis> redis_;
  std::string prefix_;
  std::string seat_;
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::string> captures_;  // of tickets that were claimed here
};

}  // namespace

std::unique_ptr<RedisWorkQueue> make_redis_work_queue(std::shared_ptr<Redis> redis,
                                                      const std::string& queue, std::string seat) {
  return std::make_unique<StreamWorkQueue>(std::move(redis), queue, std::move(seat));
}

}  // namespace hitokoe::storage
