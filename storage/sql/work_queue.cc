#include "hitokoe/crawler/work_queue.h"

#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace {

using crawler::WorkItem;
using sql::Transaction;

// work_item.state: 0 open, 1 acknowledged, 2 set aside.
class SqlWorkQueue final : public crawler::WorkQueue {
 public:
  explicit SqlWorkQueue(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<void> push(const std::string& capture, UtcTime now) override {
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto known,
        tx.value<std::int64_t>("SELECT ticket FROM work_item WHERE capture = :capture", capture));
    if (known) return ok();
    TRYV(
        tx.run("INSERT INTO work_item (capture, pushed) VALUES (:capture, :pushed)", capture, now));
    return tx.commit();
  }

  Result<std::vector<WorkItem>> claim(const std::string& worker, std::size_t limit, UtcTime now,
                                      Duration visibility) override {
    std::vector<WorkItem> claimed;
    if (limit == 0) return claimed;
    TRY(auto tx, Transaction::write(*db_));
    TRY(auto found,
        (tx.rows<std::uint64_t, std::string, std::uint32_t>(
            "SELECT ticket, capture, deliveries FROM work_item WHERE state = 0 AND "
            "(claimed IS NULL OR claimed <= :silent_since) ORDER BY ticket LIMIT :limit",
            now - visibility, limit)));
    for (auto& [ticket, capture, deliveries] : found) {
      TRYV(
          tx.run("UPDATE work_item SET worker = :worker, claimed = :now, "
                 "deliveries = deliveries + 1 WHERE ticket = :ticket",
                 worker, now, ticket));
      claimed.push_back({ticket, std::move(capture), deliveries + 1});
    }
    if (!claimed.empty()) {
      TRYV(tx.commit());
    }
    return claimed;
  }

  Result<std::uint64_t> take_over(const std::string& worker) override {
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto given_back,
        tx.run("UPDATE work_item SET worker = NULL, claimed = NULL WHERE state = 0 AND "
               "claimed IS NOT NULL AND worker <> :worker",
               worker));
    TRYV(tx.commit());
    return static_cast<std::uint64_t>(given_back);
  }

  Result<void> renew(const std::string& worker, const std::vector<std::uint64_t>& tickets,
                     UtcTime now) override {
    if (tickets.empty()) return ok();
    TRY(auto tx, Transaction::write(*db_));
    for (const auto ticket : tickets) {
      TRYV(
          tx.run("UPDATE work_item SET claimed = :now WHERE ticket = :ticket AND state = 0 AND "
                 "claimed IS NOT NULL AND worker = :worker",
                 now, ticket, worker));
    }
    return tx.commit();
  }

  Result<void> acknowledge(std::uint64_t ticket) override { return end(ticket, 1, ""); }

  Result<void> set_aside(std::uint64_t ticket, const std::string& reason) override {
    return end(ticket, 2, reason);
  }

  Result<std::uint64_t> depth() override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(const auto count,
        tx.value<std::uint64_t>("SELECT count(*) FROM work_item WHERE state = 0"));
    return count.value_or(0);
  }

 private:
  Result<void> end(std::uint64_t ticket, int state, const std::string& reason) {
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto changed, tx.run("UPDATE work_item SET state = :state, reason = :reason "
                                   "WHERE ticket = :ticket AND state = 0",
                                   state, reason, ticket));
    if (changed == 1) return tx.commit();
    TRY(const auto known,
        tx.value<std::uint64_t>("SELECT ticket FROM work_item WHERE ticket = :ticket", ticket));
    if (!known)
      return fail(Errc::kNotFound, "work queue: no such ticket",
                  "作業待ち行列: そのような受付票はありません");
    return ok();
  }

  std::shared_ptr<Database> db_;
};

}  // namespace

std::unique_ptr<crawler::WorkQueue> make_work_queue(std::shared_ptr<Database> db) {
  return std::make_unique<SqlWorkQueue>(std::move(db));
}

}  // namespace hitokoe::storage
