#include "hitokoe/crawler/frontier.h"

#include <algorithm>
#include <set>

#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace {

using crawler::FetchJob;
using crawler::FetchOutcome;
using crawler::Validators;
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

Result<void> refresh_lane(Transaction& tx, const std::string& source, const std::string& host) {
  TRY(const auto first,
      (tx.row<UtcTime, std::string>("SELECT due, item FROM frontier_item WHERE source = :source "
                                    "AND host = :host AND state = 0 ORDER BY due, item LIMIT 1",
                                    source, host)));
  if (!first) {
    TRYV(tx.run("DELETE FROM frontier_lane WHERE source = :source AND host = :host", source, host));
    return ok();
  }
  TRYV(
      tx.run("INSERT INTO frontier_lane (source, host, due, item) "
             "VALUES (:source, :host, :due, :item) ON CONFLICT (source, host) DO UPDATE SET "
             "due = excluded.due, item = excluded.item",
             source, host, std::get<0>(*first), std::get<1>(*first)));
  return ok();
}

struct Lane {
  UtcTime due{};
  std::string source;
  std::string item;
};

// The first lane by (due, source, item) of the chosen sources and free hosts.
Result<std::optional<Lane>> first_lane(Transaction& tx, const std::vector<std::string>& sources,
                                       const std::vector<std::string>& busy) {
  const std::set<std::string_view> chosen(sources.begin(), sources.end());
  const std::set<std::string_view> taken(busy.begin(), busy.end());
  std::optional<Lane> first;
  TRYV((tx.scan<UtcTime, std::string, std::string, std::string>(
      [&](UtcTime due, std::string source, std::string item,
          const std::string& host) -> Result<bool> {
        if (!chosen.contains(source) || taken.contains(host)) return true;
        first = Lane{due, std::move(source), std::move(item)};
        return false;
      },
      "SELECT due, source, item, host FROM frontier_lane ORDER BY due, source, item, host")));
  return first;
}

class SqlFrontier final : public crawler::Frontier {
 public:
  explicit SqlFrontier(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<std::uint64_t> add(const std::vector<FetchJob>& jobs) override {
    std::uint64_t added = 0;
    std::set<std::pair<std::string, std::string>> lanes;
    std::string known;
    TRY(auto tx, Transaction::write(*db_));
    for (const auto& job : jobs) {
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
      TRYV(refresh_lane(tx, source, host));
    }
    TRYV(tx.commit());
    return added;
  }

  Result<std::optional<FetchJob>> next(UtcTime now, const std::vector<std::string>& sources,
                                       const std::vector<std::string>& busy) override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(auto lane, first_lane(tx, sources, busy));
    if (!lane || lane->due > now) return std::optional<FetchJob>();
    TRY(auto found, (tx.row<std::string, std::string, std::uint32_t, std::string, std::string>(
                        "SELECT url, host, tries, version, memory FROM frontier_item "
                        "WHERE source = :source AND item = :item",
                        lane->source, lane->item)));
    if (!found)
      return fail(Errc::kCorrupt, "database: a frontier lane names no item",
                  "データベース: 巡回の待ち行列に項目のない列があります");
    auto& [url, host, tries, version, memory] = *found;
    return std::optional(FetchJob{.source = std::move(lane->source),
                                  .item = std::move(lane->item),
                                  .url = std::move(url),
                                  .host = std::move(host),
                                  .tries = tries,
                                  .due = lane->due,
                                  .version = std::move(version),
                                  .memory = std::move(memory)});
  }

  Result<std::optional<UtcTime>> next_due(const std::vector<std::string>& sources,
                                          const std::vector<std::string>& busy) override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(const auto lane, first_lane(tx, sources, busy));
    return lane ? std::optional(lane->due) : std::nullopt;
  }

  Result<void> done(const FetchJob& job, FetchOutcome outcome, UtcTime at,
                    const std::string& reason) override {
    TRY(auto tx, Transaction::write(*db_));
    TRYV(know_source(tx, job.source));
    TRYV(move(tx, job, state_after(job, outcome), job.due, reason));
    if (job.item.empty()) {
      const bool success = outcome == FetchOutcome::kFetched || outcome == FetchOutcome::kUnchanged;
      TRYV(
          tx.run("UPDATE frontier_source SET last_success = coalesce(:at, last_success), "
                 "last_reason = :reason WHERE source = :source",
                 success ? std::optional(at) : std::nullopt, reason, job.source));
    } else if (outcome == FetchOutcome::kFetched) {
      TRYV(tx.run("UPDATE frontier_source SET last_new = :at WHERE source = :source", at,
                  job.source));
    }
    return tx.commit();
  }

  Result<void> retry(const FetchJob& job, UtcTime due, const std::string& reason) override {
    TRY(auto tx, Transaction::write(*db_));
    TRYV(know_source(tx, job.source));
    TRYV(move(tx, job, kPending, due, reason));
    if (job.item.empty()) {
      TRYV(tx.run("UPDATE frontier_source SET last_reason = :reason WHERE source = :source", reason,
                  job.source));
    }
    return tx.commit();
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
  // The item's new state, and the lanes of its old and new host.
  static Result<void> move(Transaction& tx, const FetchJob& job, State state, UtcTime due,
                           const std::string& reason) {
    TRY(const auto host_before,
        tx.value<std::string>(
            "SELECT host FROM frontier_item WHERE source = :source AND item = :item", job.source,
            job.item));
    TRYV(put_item(tx, job, state, due, reason));
    TRYV(refresh_lane(tx, job.source, job.host));
    if (host_before && *host_before != job.host) return refresh_lane(tx, job.source, *host_before);
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
};

}  // namespace

std::unique_ptr<crawler::Frontier> make_frontier(std::shared_ptr<Database> db) {
  return std::make_unique<SqlFrontier>(std::move(db));
}

}  // namespace hitokoe::storage
