// A day of the crawler with its real stores on a real disk, in a time that jumps: lives that end
// like a kill, clocks that are set, machines that sleep, and disks that fill up.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "hitokoe/crawler/crawler.h"
#include "hitokoe/crawler/frontier_order.h"
#include "hitokoe/crawler/frontier_waits.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/storage/captures.h"
#include "hitokoe/storage/sql.h"
#include "tests/property/crawler/day_sites.h"
#include "tests/scratch_folder.h"

namespace hitokoe::testing {

// The wall may be set, the steady clock not.
class SetClock final : public Clock {
 public:
  explicit SetClock(const DaySites*& sites, const VirtualTime& time) : sites_(sites), time_(time) {}
  UtcTime now() const override { return sites_->world() + wrong; }
  SteadyTime steady() const override { return time_.clock.steady(); }
  Duration wrong{};

 private:
  const DaySites*& sites_;
  const VirtualTime& time_;
};

// The frontier, with a book of what was decided about each item.
class BookedFrontier final : public crawler::Frontier,
                             public crawler::FrontierWaits,
                             public crawler::FrontierOrder {
 public:
  struct Entry {
    std::string version;  // queued with
    std::optional<crawler::FetchOutcome> outcome;
    std::string reason;
  };
  using Book = std::map<std::string, std::map<std::string, Entry>>;  // source → item

  BookedFrontier(std::unique_ptr<Frontier> inner, Book& book)
      : inner_(std::move(inner)),
        waits_(dynamic_cast<crawler::FrontierWaits&>(*inner_)),
        order_(dynamic_cast<crawler::FrontierOrder&>(*inner_)),
        book_(book) {}
  Result<std::uint64_t> add(const std::vector<crawler::FetchJob>& jobs) override {
    const auto added = inner_->add(jobs);
    if (!added) return added;
    for (const auto& job : jobs) {
      if (!job.item.empty()) book_[job.source].try_emplace(job.item);
    }
    return added;
  }
  Result<std::optional<crawler::FetchJob>> next(UtcTime now,
                                                const std::vector<std::string>& sources,
                                                const std::vector<std::string>& busy) override {
    return inner_->next(now, sources, busy);
  }
  Result<std::optional<UtcTime>> next_due(const std::vector<std::string>& sources,
                                          const std::vector<std::string>& busy) override {
    return inner_->next_due(sources, busy);
  }
  Result<void> done(const crawler::FetchJob& job, crawler::FetchOutcome outcome, UtcTime at,
                    const std::string& reason) override {
    const auto done = inner_->done(job, outcome, at, reason);
    if (done && !job.item.empty()) {
      auto& entry = book_[job.source][job.item];
      entry = {job.version, outcome, reason};
      if (on_done) on_done(job, outcome);
    }
    return done;
  }
  Result<void> list_done(const crawler::FetchJob& next, crawler::FetchOutcome outcome, UtcTime at,
                         const std::string& reason) override {
    return inner_->list_done(next, outcome, at, reason);
  }
  Result<void> retry(const crawler::FetchJob& job, UtcTime due,
                     const std::string& reason) override {
    return inner_->retry(job, due, reason);
  }
  Result<std::optional<crawler::Validators>> validators(const std::string& url) override {
    return inner_->validators(url);
  }
  Result<void> set_validators(const std::string& url, const crawler::Validators& v) override {
    return inner_->set_validators(url, v);
  }
  Result<void> leave_alone(const std::string& host, UtcTime until) override {
    return waits_.leave_alone(host, until);
  }
  Result<std::vector<std::pair<std::string, UtcTime>>> left_alone(UtcTime now) override {
    return waits_.left_alone(now);
  }
  Result<void> not_later(UtcTime now, Duration wait,
                         const std::vector<std::string>& sources) override {
    return waits_.not_later(now, wait, sources);
  }
  void offer(const std::vector<std::string>& sources) override { order_.offer(sources); }
  void shut(const std::string& host) override { order_.shut(host); }
  void open(const std::string& host) override { order_.open(host); }
  void open_all() override { order_.open_all(); }
  Result<std::optional<crawler::FetchJob>> next_open(UtcTime now) override {
    return order_.next_open(now);
  }
  Result<std::optional<UtcTime>> next_open_due() override { return order_.next_open_due(); }
  Result<std::string> memory(const std::string& source) override { return inner_->memory(source); }
  Result<std::vector<Coverage>> coverage() override { return inner_->coverage(); }

  std::function<void(const crawler::FetchJob&, crawler::FetchOutcome)> on_done;

 private:
  std::unique_ptr<Frontier> inner_;
  FrontierWaits& waits_;
  FrontierOrder& order_;
  Book& book_;
};

// While it lives, no file of this process grows beyond `bytes`: what is written past it is cut
// there and then fails, as on a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(std::uint64_t bytes);
  ~FullDisk();
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  std::uint64_t before_;
};

struct DayStory {
  Duration publishing = std::chrono::hours(24);
  Duration after = std::chrono::hours(10);  // nothing new, so that what waits comes to an end
  std::size_t sources = 500;
  double crashes = 30, full_disks = 24, clock_steps = 12, sleeps = 6;  // a day, about
};

class DayWorld {
 public:
  DayWorld(std::uint64_t seed, DayStory story);
  ~DayWorld();

  void live_through();  // the whole day
  void audit();         // expectations of gtest

  DaySites& sites() { return *sites_; }
  struct Seen {
    std::uint64_t captures = 0, cut = 0, fetched = 0, missed = 0, listed = 0, unseen = 0;
    std::uint64_t crashes = 0, full_disks = 0, refused_by_disk = 0, store_errors = 0,
                  clock_steps = 0, sleeps = 0;
    std::map<std::string, std::uint64_t> missed_by_reason;
    Duration longest_silence{};
  };
  Seen seen;

 private:
  struct Stores;
  void open_stores();
  void live(UtcTime until);
  void audit_source(const DaySite& site, const crawler::Frontier::Coverage& line);
  Duration longest_by_design(const DaySite& site) const;
  void fetched_only_with_a_capture(const crawler::FetchJob& job, crawler::FetchOutcome outcome);

  DayStory story_;
  UtcTime start_;
  ScratchFolder folder_;
  asio::io_context io_;
  VirtualTime time_;
  const DaySites* clock_source_ = nullptr;
  SetClock clock_;
  SeededRandom random_;
  SeededRandom fate_;
  std::unique_ptr<DaySites> sites_;
  std::vector<crawler::Source> configured_;
  BookedFrontier::Book book_;
  // source → item → digests of what was captured.
  std::map<std::string, std::map<std::string, std::set<std::string>>> captured_;
  std::unique_ptr<Stores> stores_;
};

}  // namespace hitokoe::testing
