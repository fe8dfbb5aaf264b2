#include "hitokoe/storage/outbox_targets.h"

#include <algorithm>
#include <boost/json.hpp>

#include "storage/sql/audit_log.h"

namespace hitokoe::storage {
namespace sql {
namespace {

class SqlOutboxTargets final : public incident::OutboxTargets {
 public:
  explicit SqlOutboxTargets(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<std::uint64_t> retire(incident::OutChannel channel, std::span<const std::string> kept,
                               const std::string& word, UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto waiting, (tx.rows<std::string, std::uint64_t>(
                                "SELECT target, count(*) FROM outbox WHERE channel = :channel AND "
                                "state = 0 GROUP BY target ORDER BY target",
                                static_cast<int>(channel))));
    std::uint64_t all = 0;
    for (const auto& [target, n] : waiting) {
      if (std::find(kept.begin(), kept.end(), target) != kept.end()) continue;
      TRYV(
          tx.run("UPDATE outbox SET state = 2, last = :word, settled = :at WHERE channel = "
                 ":channel AND target = :target AND state = 0",
                 word, at, static_cast<int>(channel), target));
      const auto body = boost::json::serialize(
          boost::json::object{{"target", target}, {"messages", n}, {"why", word}});
      TRYV(append_event(tx, {"service", "outbox", "outbox.target_removed", body}, at));
      all += n;
    }
    if (all > 0) {
      TRYV(tx.commit());
    }
    return all;
  }

 private:
  std::shared_ptr<Database> db_;
};

}  // namespace
}  // namespace sql

std::unique_ptr<incident::OutboxTargets> make_outbox_targets(std::shared_ptr<Database> db) {
  return std::make_unique<sql::SqlOutboxTargets>(std::move(db));
}

}  // namespace hitokoe::storage
