#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "hitokoe/crawler/unfinished_purges.h"
#include "hitokoe/incident/alerts.h"
#include "hitokoe/storage/retention.h"
#include "storage/sql/audit_log.h"
#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace {

namespace json = boost::json;
using sql::Transaction;

class SqlCaptureUse final : public crawler::CaptureUse, public crawler::UnfinishedPurges {
 public:
  explicit SqlCaptureUse(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<std::vector<std::string>> in_use(const std::vector<std::string>& ids) override {
    std::vector<std::string> out;
    TRY(auto tx, Transaction::read(*db_));
    for (const auto& id : ids) {
      TRY(const auto waits,
          tx.value<std::int64_t>("SELECT 1 FROM work_item WHERE capture = :capture AND state = 0",
                                 id));
      TRY(const auto alert, tx.value<std::int64_t>(
                                "SELECT 1 FROM alert WHERE capture = :capture AND state <> :closed "
                                "LIMIT 1",
                                id, static_cast<int>(incident::AlertState::kClosed)));
      if (waits || alert) out.push_back(id);
    }
    return out;
  }

  Result<void> record(const std::map<std::string, std::uint64_t>& by_source,
                      const std::vector<std::string>& ids, UtcTime at) override {
    json::object counts;
    for (const auto& [source, count] : by_source) counts[source] = count;
    json::array all(ids.begin(), ids.end());
    const json::object body{{"by_source", std::move(counts)}, {"captures", std::move(all)}};
    TRY(auto tx, Transaction::write(*db_));
    TRYV(sql::append_event(tx, {"service", "captures", "captures.purged", json::serialize(body)},
                           at));
    for (const auto& id : ids) {
      TRYV(
          tx.run("INSERT INTO capture_purge (capture) SELECT DISTINCT capture FROM file_share_seen "
                 "WHERE capture = :capture ON CONFLICT DO NOTHING",
                 id));
    }
    return tx.commit();
  }

  Result<std::vector<std::string>> unfinished() override {
    TRY(auto tx, Transaction::read(*db_));
    return tx.column<std::string>("SELECT capture FROM capture_purge ORDER BY capture");
  }

  Result<void> forget(const std::vector<std::string>& ids) override {
    if (ids.empty()) return ok();
    TRY(auto tx, Transaction::write(*db_));
    std::set<std::string> named;
    for (const auto& id : ids) {
      TRYV(tx.each<std::string>(
          [&](std::string share) -> Result<void> {
            named.insert(std::move(share));
            return ok();
          },
          "SELECT share FROM file_share_seen WHERE capture = :capture", id));
      TRYV(tx.run("DELETE FROM file_share_seen WHERE capture = :capture", id));
      TRYV(tx.run("DELETE FROM capture_purge WHERE capture = :capture", id));
    }
    for (const auto& share : named) {
      TRYV(tx.run(
          "DELETE FROM file_share WHERE id = :id AND NOT EXISTS (SELECT 1 FROM file_share_seen e "
          "WHERE e.share = file_share.id)",
          share));
    }
    return tx.commit();
  }

 private:
  std::shared_ptr<Database> db_;
};

}  // namespace

std::unique_ptr<crawler::CaptureUse> make_capture_use(std::shared_ptr<Database> db) {
  return std::make_unique<SqlCaptureUse>(std::move(db));
}

}  // namespace hitokoe::storage
