#include "hitokoe/storage/source_control.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "storage/sql/audit_log.h"
#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace {

namespace json = boost::json;
using crawler::SourceNotice;
using crawler::SourcePause;
using crawler::SourceProblem;
using sql::Transaction;

Result<void> record(Transaction& tx, const std::string& source, const char* kind,
                    const std::string& reason, const std::string& by, UtcTime at) {
  const json::object body{{"reason", reason}};
  TRYV(sql::append_event(tx, {by, "source/" + source, kind, json::serialize(body)}, at));
  return ok();
}

class SqlSourceControl final : public crawler::SourceControl {
 public:
  explicit SqlSourceControl(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<bool> pause(const SourcePause& pause) override {
    TRYV(crawler::check_pause_reason(pause.reason));
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto put, tx.run("INSERT INTO source_pause (source, reason, by_whom, at) VALUES "
                               "(:source, :reason, :by_whom, :at) ON CONFLICT DO NOTHING",
                               pause.source, pause.reason, pause.by, pause.at));
    if (put == 0) return false;
    TRYV(record(tx, pause.source, "source.paused", pause.reason, pause.by, pause.at));
    TRYV(tx.commit());
    return true;
  }

  Result<bool> resume(const std::string& source, const std::string& reason, const std::string& by,
                      UtcTime at) override {
    TRYV(crawler::check_pause_reason(reason));
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto gone, tx.run("DELETE FROM source_pause WHERE source = :source", source));
    if (gone == 0) return false;
    TRYV(record(tx, source, "source.resumed", reason, by, at));
    TRYV(tx.commit());
    return true;
  }

  Result<std::vector<SourcePause>> paused() override {
    std::vector<SourcePause> out;
    TRY(auto tx, Transaction::read(*db_));
    TRYV((tx.each<std::string, std::string, std::string, UtcTime>(
        [&](std::string source, std::string reason, std::string by, UtcTime at) -> Result<void> {
          out.push_back({std::move(source), std::move(reason), std::move(by), at});
          return ok();
        },
        "SELECT source, reason, by_whom, at FROM source_pause ORDER BY source")));
    return out;
  }

 private:
  std::shared_ptr<Database> db_;
};

class SqlSourceNotices final : public crawler::SourceNotices {
 public:
  explicit SqlSourceNotices(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<void> settle(const std::vector<SourceProblem>& problems, UtcTime now) override {
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto open, (tx.rows<std::int64_t, std::string, std::string>(
                             "SELECT number, source, what FROM source_notice WHERE ended IS NULL "
                             "ORDER BY number")));
    std::vector<SourceProblem> going;
    for (const auto& [number, source, what] : open) {
      const SourceProblem one{source, what};
      if (std::ranges::find(problems, one) != problems.end()) {
        going.push_back(one);
        continue;
      }
      TRYV(tx.run("UPDATE source_notice SET ended = :ended WHERE number = :number", now, number));
    }
    for (const auto& problem : problems) {
      if (std::ranges::find(going, problem) != going.end()) continue;
      going.push_back(problem);
      TRYV(tx.run("INSERT INTO source_notice (source, what, began) VALUES (:source, :what, :began)",
                  problem.source, problem.what, now));
    }
    return tx.commit();
  }

  Result<std::vector<SourceNotice>> untold(UtcTime begun_by, std::size_t most) override {
    std::vector<SourceNotice> out;
    TRY(auto tx, Transaction::read(*db_));
    TRYV((tx.each<std::int64_t, std::string, std::string, UtcTime, std::optional<UtcTime>>(
        [&](std::int64_t number, std::string source, std::string what, UtcTime began,
            std::optional<UtcTime> ended) -> Result<void> {
          out.push_back({number, std::move(source), std::move(what), began, ended});
          return ok();
        },
        "SELECT number, source, what, began, ended FROM source_notice WHERE "
        "(began_told IS NULL AND ended IS NULL AND began <= :begun_by) OR "
        "(began_told IS NOT NULL AND ended IS NOT NULL AND ended_told IS NULL) "
        "ORDER BY number LIMIT :most",
        begun_by, static_cast<std::uint64_t>(most))));
    return out;
  }

  Result<void> told(const std::vector<SourceNotice>& notices, UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    for (const auto& notice : notices) {
      if (notice.ended) {
        TRYV(tx.run("UPDATE source_notice SET ended_told = :at WHERE number = :number", at,
                    notice.number));
      } else {
        TRYV(tx.run("UPDATE source_notice SET began_told = :at WHERE number = :number", at,
                    notice.number));
      }
    }
    return tx.commit();
  }

 private:
  std::shared_ptr<Database> db_;
};

}  // namespace

std::unique_ptr<crawler::SourceControl> make_source_control(std::shared_ptr<Database> db) {
  return std::make_unique<SqlSourceControl>(std::move(db));
}

std::unique_ptr<crawler::SourceNotices> make_source_notices(std::shared_ptr<Database> db) {
  return std::make_unique<SqlSourceNotices>(std::move(db));
}

}  // namespace hitokoe::storage
