#include "hitokoe/storage/reach.h"
#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace {

using crawler::ReachChange;
using sql::Transaction;

class SqlReachLog final : public crawler::ReachLog {
 public:
  explicit SqlReachLog(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<bool> note(const ReachChange& change) override {
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto last,
        (tx.row<std::int64_t, int>("SELECT number, up FROM reach_change WHERE source = :source "
                                   "ORDER BY number DESC LIMIT 1",
                                   change.source)));
    if (last && (std::get<1>(*last) != 0) == change.up) return false;
    const std::int64_t number = last ? std::get<0>(*last) + 1 : 1;
    TRYV(
        tx.run("INSERT INTO reach_change (source, number, at, up, reason) "
               "VALUES (:source, :number, :at, :up, :reason)",
               change.source, number, change.at, change.up ? 1 : 0, change.reason));
    TRYV(tx.commit());
    return true;
  }

  Result<std::vector<ReachChange>> changes(std::size_t most) override {
    std::vector<ReachChange> out;
    TRY(auto tx, Transaction::read(*db_));
    TRYV((tx.each<std::string, UtcTime, int, std::string>(
        [&](std::string source, UtcTime at, int up, std::string reason) -> Result<void> {
          out.push_back({std::move(source), at, up != 0, std::move(reason)});
          return ok();
        },
        "SELECT source, at, up, reason FROM reach_change AS one WHERE number > "
        "(SELECT max(number) FROM reach_change AS all_of WHERE all_of.source = one.source) - :most "
        "ORDER BY source, number DESC",
        static_cast<std::uint64_t>(most))));
    return out;
  }

 private:
  std::shared_ptr<Database> db_;
};

}  // namespace

std::unique_ptr<crawler::ReachLog> make_reach_log(std::shared_ptr<Database> db) {
  return std::make_unique<SqlReachLog>(std::move(db));
}

}  // namespace hitokoe::storage
