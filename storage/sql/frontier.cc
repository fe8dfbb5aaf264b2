#include "hitokoe/crawler/frontier.h"

#include <functional>
#include <mutex>
#include <set>

#include "hitokoe/crawler/frontier_order.h"
#include "hitokoe/crawler/frontier_texts.h"
#include "hitokoe/crawler/frontier_waits.h"
#include "storage/sql/known_lanes.h"
#include "storage/sql/session.h"
#include "storage/sql/times_connected.h"

namespace hitokoe::storage {
namespace {

using crawler::FetchJob;
using crawler::FetchOutcome;
using crawler::Validators;
using sql::KnownLanes;
using sql::LaneOrder;
using sql::LaneStep;
using sql::Transaction;

// As in migrations/crawl.cc.
enum State : int { kPending, kFetched, kGone, kRefused, kFailed, kWaitingList };

State state_after(const FetchJob& job, FetchOutcome outcome) {
  if (job.item.empty()) return kWaitingList;
  switch (outcome) {
    case FetchOutcome::kFetched:
    case FetchOutcome::kUnchanged:
      return kFetched;
    case FetchOutcome::kGone:
      return kGone;
    case FetchOutcome::kRefused:
      return kRefused;
    case FetchOutcome::kFailed:
      return kFailed;
  }
  return kFailed;
}

Result<void> know_source(Transaction& tx, const std::string& source) {
  TRYV(tx.run("INSERT INTO frontier_source (source) VALUES (:source) ON CONFLICT DO NOTHING",
              source));
  return ok();
}

Result<void> put_item(Transaction& tx, const FetchJob& job, State state, UtcTime due,
                      const std::string& reason) {
  TRYV(tx.run(
      "INSERT INTO frontier_item (source, item, state, url, host, tries, due, reason, version, "
      "memory) VALUES (:source, :item, :state, :url, :host, :tries, :due, :reason, :version, "
      ":memory) ON CONFLICT (source, item) DO UPDATE SET state = excluded.state, "
      "url = excluded.url, host = excluded.host, tries = excluded.tries, "
      "due = excluded.due, reason = excluded.reason, version = excluded.version, "
      "memory = excluded.memory",
      job.source, job.item, static_cast<int>(state), job.url, job.host, job.tries, due, reason,
      job.version, job.memory));
  return ok();
}

// Whether an item of this state and version is queued when it is listed again.
bool may_queue(int state, const std::string& version, const FetchJob& job) {
  const bool changed = !job.version.empty() && job.version != version;
  return state == kFailed || state == kWaitingList ||
         (changed && (state == kFetched || state == kGone));
}

// What is asked of the order of lanes.
using Question = std::function<std::optional<LaneOrder::First>(const LaneOrder&)>;

class SqlFrontier final : public crawler::Frontier,
                          public crawler::FrontierWaits,
                          public crawler::FrontierOrder {
 public:
  explicit SqlFrontier(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<std::uint64_t> add(const std::vector<FetchJob>& jobs) override {
    std::uint64_t added = 0;
    std::set<std::pair<std::string, std::string>> lanes;
    std::string known;
    LaneStep step;
    const std::scoped_lock lock(mutex_);
    TRY(auto tx, Transaction::write(*db_));
    for (const auto& job : jobs) {
      if (!can_be_kept(job)) continue;
      TRY(auto found,
          (tx.row<int, std::string, std::string>("SELECT state, version, memory FROM frontier_item "
                                                 "WHERE source = :source AND item = :item",
                                                 job.source, job.item)));
      FetchJob queued = job;
      if (found) {
        auto& [state, version, memory] = *found;
        if (!may_queue(state, version, job)) continue;
        queued.memory = std::move(memory);
      }
      if (known != job.source) {
        TRYV(know_source(tx, job.source));
        known = job.source;
      }
      TRYV(put_item(tx, queued, kPending, job.due, ""));
      lanes.emplace(job.source, job.host);
      ++added;
    }
    if (added == 0) return added;
    for (const auto& [source, host] : lanes) {
      TRYV(step.refresh(tx, source, host));
    }
    TRYV(commit(tx, step));
    return added;
  }

  Result<std::optional<FetchJob>> next(UtcTime now, const std::vector<std::string>& sources,
                                       const std::vector<std::string>& busy) override {
    return first_job(now, [&](const LaneOrder& order) { return order.first_of(sources, busy); });
  }

  Result<std::optional<UtcTime>> next_due(const std::vector<std::string>& sources,
                                          const std::vector<std::string>& busy) override {
    return first_due([&](const LaneOrder& order) { return order.first_of(sources, busy); });
  }

  Result<std::optional<FetchJob>> next_open(UtcTime now) override {
    return first_job(now, &LaneOrder::first_open);
  }

  Result<std::optional<UtcTime>> next_open_due() override {
    return first_due(&LaneOrder::first_open);
  }

  void offer(const std::vector<std::string>& sources) override {
    const std::scoped_lock lock(mutex_);
    lanes_.order().offer(sources);
  }

  void shut(const std::string& host) override {
    const std::scoped_lock lock(mutex_);
    lanes_.order().shut(host);
  }

  void open(const std::string& host) override {
    const std::scoped_lock lock(mutex_);
    lanes_.order().open(host);
  }

  void open_all() override {
    const std::scoped_lock lock(mutex_);
    lanes_.order().open_all();
  }

  Result<void> done(const FetchJob& job, FetchOutcome outcome, UtcTime at,
                    const std::string& reason) override {
    LaneStep step;
    const std::scoped_lock lock(mutex_);
    TRY(auto tx, Transaction::write(*db_));
    TRYV(know_source(tx, job.source));
    TRYV(move(tx, step, job, state_after(job, outcome), job.due, reason));
    if (job.item.empty()) {
      TRYV(note_list(tx, job.source, outcome, at, reason));
    } else if (outcome == FetchOutcome::kFetched) {
      TRYV(tx.run("UPDATE frontier_source SET last_new = :at WHERE source = :source", at,
                  job.source));
    }
    return commit(tx, step);
  }

  Result<void> list_done(const FetchJob& next, FetchOutcome outcome, UtcTime at,
                         const std::string& reason) override {
    LaneStep step;
    const std::scoped_lock lock(mutex_);
    TRY(auto tx, Transaction::write(*db_));
    TRYV(know_source(tx, next.source));
    TRYV(move(tx, step, next, kPending, next.due, ""));
    TRYV(note_list(tx, next.source, outcome, at, reason));
    return commit(tx, step);
  }

  Result<void> retry(const FetchJob& job, UtcTime due, const std::string& reason) override {
    LaneStep step;
    const std::scoped_lock lock(mutex_);
    TRY(auto tx, Transaction::write(*db_));
    TRYV(know_source(tx, job.source));
    TRYV(move(tx, step, job, kPending, due, reason));
    if (job.item.empty()) {
      TRYV(tx.run("UPDATE frontier_source SET last_reason = :reason WHERE source = :source", reason,
                  job.source));
    }
    return commit(tx, step);
  }

  Result<std::optional<Validators>> validators(const std::string& url) override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(auto found,
        (tx.row<std::string, std::string>(
            "SELECT etag, last_modified FROM frontier_validator WHERE url = :url", url)));
    if (!found) return std::optional<Validators>();
    return std::optional(
        Validators{std::move(std::get<0>(*found)), std::move(std::get<1>(*found))});
  }

  Result<void> set_validators(const std::string& url, const Validators& v) override {
    TRY(auto tx, Transaction::write(*db_));
    TRYV(
        tx.run("INSERT INTO frontier_validator (url, etag, last_modified) "
               "VALUES (:url, :etag, :last_modified) ON CONFLICT (url) DO UPDATE SET "
               "etag = excluded.etag, last_modified = excluded.last_modified",
               url, v.etag, v.last_modified));
    return tx.commit();
  }

  Result<void> leave_alone(const std::string& host, UtcTime until) override {
    TRY(auto tx, Transaction::write(*db_));
    TRYV(
        tx.run("INSERT INTO frontier_rest (host, until) VALUES (:host, :until) "
               "ON CONFLICT (host) DO UPDATE SET until = excluded.until",
               host, until));
    return tx.commit();
  }

  Result<std::vector<std::pair<std::string, UtcTime>>> left_alone(UtcTime now) override {
    TRY(auto tx, Transaction::write(*db_));
    TRYV(tx.run("DELETE FROM frontier_rest WHERE until <= :now", now));
    std::vector<std::pair<std::string, UtcTime>> all;
    TRYV((tx.each<std::string, UtcTime>(
        [&](std::string host, UtcTime until) -> Result<void> {
          all.emplace_back(std::move(host), until);
          return ok();
        },
        "SELECT host, until FROM frontier_rest ORDER BY host")));
    TRYV(tx.commit());
    return all;
  }

  Result<void> not_later(UtcTime now, Duration wait,
                         const std::vector<std::string>& sources) override {
    const UtcTime latest = now + wait;
    LaneStep step;
    const std::scoped_lock lock(mutex_);
    TRY(auto tx, Transaction::write(*db_));
    bool any = false;
    for (const auto& source : sources) {
      TRY(const auto moved, tx.run("UPDATE frontier_item SET due = :latest WHERE source = :source "
                                   "AND state = 0 AND due > :than",
                                   latest, source, latest));
      if (moved == 0) continue;
      any = true;
      TRY(const auto hosts,
          tx.rows<std::string>(
              "SELECT host FROM frontier_lane WHERE source = :source AND due >= :latest", source,
              latest));
      for (const auto& [host] : hosts) {
        TRYV(step.refresh(tx, source, host));
      }
    }
    return any ? commit(tx, step) : ok();
  }

  Result<std::string> memory(const std::string& source) override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(auto found,
        tx.value<std::string>(
            "SELECT memory FROM frontier_item WHERE source = :source AND item = ''", source));
    return found ? std::move(*found) : std::string();
  }

  Result<std::vector<Coverage>> coverage() override {
    std::vector<Coverage> all;
    TRY(auto tx, Transaction::read(*db_));
    TRYV((tx.each<std::string, std::optional<UtcTime>, std::optional<UtcTime>, std::string>(
        [&](std::string source, std::optional<UtcTime> last_success,
            std::optional<UtcTime> last_new, std::string last_reason) -> Result<void> {
          auto& coverage = all.emplace_back();
          coverage.source = std::move(source);
          coverage.last_success = last_success;
          coverage.last_new = last_new;
          coverage.last_reason = std::move(last_reason);
          return ok();
        },
        "SELECT source, last_success, last_new, last_reason FROM frontier_source ORDER BY "
        "source")));
    auto at = all.begin();
    TRYV((tx.each<std::string, int, std::string, std::uint64_t, UtcTime>(
        [&](const std::string& source, int state, std::string reason, std::uint64_t count,
            UtcTime due) -> Result<void> {
          while (at != all.end() && at->source != source) ++at;
          if (at == all.end())
            return fail(Errc::kCorrupt, "database: items of an unknown source",
                        "データベース: 知らない情報源の項目");
          count_items(*at, state, std::move(reason), count);
          if (state == kPending) at->oldest_due = due;
          return ok();
        },
        "SELECT source, state, CASE WHEN state BETWEEN 2 AND 4 THEN reason ELSE '' END AS why, "
        "count(*), min(due) FROM frontier_item WHERE item <> '' GROUP BY source, state, why "
        "ORDER BY source, why, state")));
    return all;
  }

 private:
  // The lane that comes first, as the table has it, and its job. Nothing where it is due later.
  Result<std::optional<FetchJob>> first_job(UtcTime now, const Question& question) {
    const std::scoped_lock lock(mutex_);
    TRY(auto tx, Transaction::read(*db_));
    TRYV(lanes_.follow(tx, sql::times_connected(*db_)));
    while (true) {
      auto lane = question(lanes_.order());
      if (!lane || lane->due > now) return std::optional<FetchJob>();
      TRY(auto found,
          (tx.row<std::string, std::string, std::uint32_t, std::string, std::string, UtcTime, int>(
              "SELECT url, host, tries, version, memory, due, state FROM frontier_item "
              "WHERE source = :source AND item = :item",
              lane->source, lane->item)));
      if (!found || std::get<6>(*found) != kPending || std::get<5>(*found) != lane->due ||
          std::get<1>(*found) != lane->host) {
        TRY(const bool corrected, lanes_.correct(tx, *lane));
        if (corrected) continue;
        return fail(Errc::kCorrupt, "database: a frontier lane names no item",
                    "データベース: 巡回の待ち行列に項目のない列があります");
      }
      auto& [url, host, tries, version, memory, due, state] = *found;
      return std::optional(FetchJob{.source = std::move(lane->source),
                                    .item = std::move(lane->item),
                                    .url = std::move(url),
                                    .host = std::move(host),
                                    .tries = tries,
                                    .due = due,
                                    .version = std::move(version),
                                    .memory = std::move(memory)});
    }
  }

  Result<std::optional<UtcTime>> first_due(const Question& question) {
    const std::scoped_lock lock(mutex_);
    TRY(auto tx, Transaction::read(*db_));
    TRYV(lanes_.follow(tx, sql::times_connected(*db_)));
    while (true) {
      const auto lane = question(lanes_.order());
      if (!lane) return std::optional<UtcTime>();
      TRY(const bool corrected, lanes_.correct(tx, *lane));
      if (!corrected) return std::optional(lane->due);
    }
  }

  Result<void> commit(Transaction& tx, const LaneStep& step) {
    TRYV(tx.commit());
    lanes_.took(step);
    return ok();
  }

  // The item's new state, and the lanes of its old and new host.
  static Result<void> move(Transaction& tx, LaneStep& step, const FetchJob& job, State state,
                           UtcTime due, const std::string& reason) {
    TRY(const auto host_before,
        tx.value<std::string>(
            "SELECT host FROM frontier_item WHERE source = :source AND item = :item", job.source,
            job.item));
    TRYV(put_item(tx, job, state, due, reason));
    TRYV(step.refresh(tx, job.source, job.host));
    if (host_before && *host_before != job.host) return step.refresh(tx, job.source, *host_before);
    return ok();
  }

  static Result<void> note_list(Transaction& tx, const std::string& source, FetchOutcome outcome,
                                UtcTime at, const std::string& reason) {
    const bool success = outcome == FetchOutcome::kFetched || outcome == FetchOutcome::kUnchanged;
    TRYV(
        tx.run("UPDATE frontier_source SET last_success = coalesce(:at, last_success), "
               "last_reason = :reason WHERE source = :source",
               success ? std::optional(at) : std::nullopt, reason, source));
    return ok();
  }

  static void count_items(Coverage& coverage, int state, std::string reason, std::uint64_t count) {
    coverage.listed += count;
    if (state == kPending) coverage.pending += count;
    if (state == kFetched) coverage.fetched += count;
    if (state == kGone || state == kRefused || state == kFailed) {
      coverage.missed += count;
      auto& by_reason = coverage.missed_by_reason;
      if (by_reason.empty() || by_reason.back().first != reason)
        by_reason.emplace_back(std::move(reason), 0);
      by_reason.back().second += count;
    }
  }

  std::shared_ptr<Database> db_;
  std::mutex mutex_;  // taken before the database's
  KnownLanes lanes_;
};

}  // namespace

std::unique_ptr<crawler::Frontier> make_frontier(std::shared_ptr<Database> db) {
  return std::make_unique<SqlFrontier>(std::move(db));
}

}  // namespace hitokoe::storage
