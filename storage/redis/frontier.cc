#include "hitokoe/crawler/frontier.h"

#include <algorithm>
#include <map>

#include "hitokoe/crawler/frontier_restarts.h"
#include "hitokoe/crawler/frontier_texts.h"
#include "hitokoe/crawler/frontier_waits.h"
#include "storage/redis/frontier_scripts.h"

namespace hitokoe::storage {
namespace {

using crawler::FetchJob;
using crawler::FetchOutcome;
using crawler::Validators;
using redis::Reply;

// Of one step: a script holds up everybody else (about 5 µs a job).
constexpr std::size_t kJobsOfAStep = 200;
constexpr std::size_t kMovedInAStep = 1'000;

std::string text_of(UtcTime at) { return std::to_string(at.time_since_epoch().count()); }

Result<UtcTime> time_of(const Reply& reply) {
  TRY(const auto number, redis::number_of(reply));
  return UtcTime(Duration(number));
}

Result<std::optional<UtcTime>> time_or_none(const Reply& reply) {
  if (reply.kind == Reply::Kind::kText && reply.text.empty()) return std::optional<UtcTime>();
  TRY(const auto time, time_of(reply));
  return std::optional(time);
}

void put(std::vector<std::string>& words, const FetchJob& job, UtcTime due) {
  words.insert(words.end(), {job.source, job.item, job.url, job.host, std::to_string(job.tries),
                             text_of(due), job.version, job.memory});
}

std::string state_after(const FetchJob& job, FetchOutcome outcome) {
  if (job.item.empty()) return "5";
  switch (outcome) {
    case FetchOutcome::kFetched:
    case FetchOutcome::kUnchanged:
      return "1";
    case FetchOutcome::kGone:
      return "2";
    case FetchOutcome::kRefused:
      return "3";
    case FetchOutcome::kFailed:
      return "4";
  }
  return "4";
}

Result<void> add_counts(crawler::Frontier::Coverage& coverage, const std::vector<Reply>& counts) {
  std::map<std::string, std::uint64_t> missed;
  for (std::size_t i = 0; i + 1 < counts.size(); i += 2) {
    TRY(const auto* name, redis::text_of(counts[i]));
    TRY(const auto number, redis::count_of(counts[i + 1]));
    coverage.listed += number;
    if (*name == "p") {
      coverage.pending = number;
    } else if (*name == "f") {
      coverage.fetched = number;
    } else {
      coverage.missed += number;
      missed[name->substr(2)] += number;
    }
  }
  coverage.missed_by_reason.assign(missed.begin(), missed.end());
  return ok();
}

class RedisFrontier final : public crawler::Frontier,
                            public crawler::FrontierRestarts,
                            public crawler::FrontierWaits {
 public:
  explicit RedisFrontier(std::shared_ptr<Redis> redis)
      : redis_(std::move(redis)), prefix_(redis_->impl().options.prefix + ":f:") {}

  Result<std::uint64_t> add(const std::vector<FetchJob>& jobs) override {
    std::uint64_t added = 0;
    for (std::size_t begin = 0; begin < jobs.size(); begin += kJobsOfAStep) {
      std::vector<std::string> words{std::to_string(redis_->impl().options.most_items)};
      const auto end = std::min(jobs.size(), begin + kJobsOfAStep);
      const auto empty = words.size();
      for (std::size_t i = begin; i < end; ++i) {
        if (can_be_kept(jobs[i])) put(words, jobs[i], jobs[i].due);
      }
      if (words.size() == empty) continue;
      TRY(const auto said, run(redis::frontier_add(), words));
      TRY(const auto number, redis::count_of(said));
      added += number;
    }
    return added;
  }

  Result<std::optional<FetchJob>> next(UtcTime now, const std::vector<std::string>& sources,
                                       const std::vector<std::string>& busy) override {
    TRY(const auto said, first(sources, busy));
    if (said.is_nil()) return std::optional<FetchJob>();
    TRY(const auto* items, redis::items_of(said, 8));
    TRY(const auto due, time_of((*items)[0]));
    if (due > now) return std::optional<FetchJob>();
    const auto text = [&](std::size_t i) { return (*items)[i].text; };
    TRY(const auto tries, redis::count_of((*items)[5]));
    return std::optional(FetchJob{.source = text(1),
                                  .item = text(2),
                                  .url = text(3),
                                  .host = text(4),
                                  .tries = static_cast<std::uint32_t>(tries),
                                  .due = due,
                                  .version = text(6),
                                  .memory = text(7)});
  }

  Result<std::optional<UtcTime>> next_due(const std::vector<std::string>& sources,
                                          const std::vector<std::string>& busy) override {
    TRY(const auto said, first(sources, busy));
    if (said.is_nil()) return std::optional<UtcTime>();
    TRY(const auto* items, redis::items_of(said, 1));
    TRY(const auto due, time_of(items->front()));
    return std::optional(due);
  }

  Result<void> done(const FetchJob& job, FetchOutcome outcome, UtcTime at,
                    const std::string& reason) override {
    const bool fetched = outcome == FetchOutcome::kFetched;
    const bool list = job.item.empty();
    std::vector<std::string> words;
    put(words, job, job.due);
    words.insert(words.end(), {state_after(job, outcome), text_of(at), reason,
                               list && (fetched || outcome == FetchOutcome::kUnchanged) ? "1" : "0",
                               !list && fetched ? "1" : "0"});
    TRYV(run(redis::frontier_done(), words));
    return ok();
  }

  Result<void> list_done(const FetchJob& next, FetchOutcome outcome, UtcTime at,
                         const std::string& reason) override {
    const bool success = outcome == FetchOutcome::kFetched || outcome == FetchOutcome::kUnchanged;
    std::vector<std::string> words;
    put(words, next, next.due);
    words.insert(words.end(), {text_of(at), reason, success ? "1" : "0"});
    TRYV(run(redis::frontier_list_done(), words));
    return ok();
  }

  Result<void> retry(const FetchJob& job, UtcTime due, const std::string& reason) override {
    std::vector<std::string> words;
    put(words, job, due);
    words.push_back(reason);
    TRYV(run(redis::frontier_retry(), words));
    return ok();
  }

  Result<std::optional<Validators>> validators(const std::string& url) override {
    TRY(const auto said, run(redis::frontier_validators(), {url}));
    if (said.is_nil()) return std::optional<Validators>();
    TRY(const auto* items, redis::items_of(said, 2));
    return std::optional(Validators{(*items)[0].text, (*items)[1].text});
  }

  Result<void> set_validators(const std::string& url, const Validators& v) override {
    TRYV(run(redis::frontier_set_validators(), {url, v.etag, v.last_modified}));
    return ok();
  }

  Result<std::string> memory(const std::string& source) override {
    TRY(auto said, run(redis::frontier_memory(), {source}));
    TRYV(redis::text_of(said));
    return std::move(said.text);
  }

  Result<std::vector<Coverage>> coverage() override {
    TRY(const auto said, run(redis::frontier_coverage(), {}));
    TRY(const auto* sources, redis::items_of(said));
    std::vector<Coverage> all;
    all.reserve(sources->size());
    for (const auto& source : *sources) {
      TRY(const auto* items, redis::items_of(source, 6));
      auto& coverage = all.emplace_back();
      coverage.source = (*items)[0].text;
      TRY(coverage.last_success, time_or_none((*items)[1]));
      TRY(coverage.last_new, time_or_none((*items)[2]));
      coverage.last_reason = (*items)[3].text;
      TRY(coverage.oldest_due, time_or_none((*items)[4]));
      TRY(const auto* counts, redis::items_of((*items)[5]));
      TRYV(add_counts(coverage, *counts));
    }
    std::ranges::sort(all, {}, &Coverage::source);
    return all;
  }

  Result<void> leave_alone(const std::string& host, UtcTime until) override {
    TRYV(run(redis::frontier_leave_alone(), {host, text_of(until)}));
    return ok();
  }

  Result<std::vector<std::pair<std::string, UtcTime>>> left_alone(UtcTime now) override {
    TRY(const auto said, run(redis::frontier_left_alone(), {text_of(now)}));
    TRY(const auto* items, redis::items_of(said));
    std::vector<std::pair<std::string, UtcTime>> all;
    all.reserve(items->size() / 2);
    for (std::size_t i = 0; i + 1 < items->size(); i += 2) {
      TRY(const auto* host, redis::text_of((*items)[i]));
      TRY(const auto until, time_of((*items)[i + 1]));
      all.emplace_back(*host, until);
    }
    std::ranges::sort(all);
    return all;
  }

  // By the server's clock, as it was at the first step: all who share it have the same.
  Result<void> not_later(UtcTime /*now*/, Duration wait,
                         const std::vector<std::string>& sources) override {
    std::string latest;
    for (const auto& source : sources) {
      std::string at = "0";
      for (bool more = true; more;) {
        TRY(const auto said,
            run(redis::frontier_not_later(),
                {source, at, std::to_string(wait.count()), latest, std::to_string(kMovedInAStep)}));
        TRY(const auto* items, redis::items_of(said, 3));
        latest = (*items)[0].text;
        at = (*items)[1].text;
        TRY(const auto left, redis::count_of((*items)[2]));
        more = left != 0;
      }
    }
    return ok();
  }

  std::uint64_t restarts() const override { return redis_->health().failovers; }

 private:
  Result<Reply> run(const redis::Script& script, const std::vector<std::string>& words) {
    return redis_->impl().run(script, prefix_, words);
  }

  Result<Reply> first(const std::vector<std::string>& sources,
                      const std::vector<std::string>& busy) {
    std::vector<std::string> words{std::to_string(sources.size())};
    words.reserve(1 + sources.size() + busy.size());
    words.insert(words.end(), sources.begin(), sources.end());
    std::ranges::sort(words.begin() + 1, words.end());
    words.insert(words.end(), busy.begin(), busy.end());
    return run(redis::frontier_first(), words);
  }

  std::shared_ptr<Redis> redis_;
  std::string prefix_;
};

}  // namespace

std::unique_ptr<crawler::Frontier> make_redis_frontier(std::shared_ptr<Redis> redis) {
  return std::make_unique<RedisFrontier>(std::move(redis));
}

}  // namespace hitokoe::storage
