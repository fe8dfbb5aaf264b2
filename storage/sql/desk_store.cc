#include <algorithm>

#include "hitokoe/storage/desk.h"
#include "storage/sql/audit_log.h"
#include "storage/sql/desk_reads.h"
#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace {

using identity::Fingerprint;
using incident::DeskCheck;
using incident::DeskDay;
using incident::DeskNote;
using incident::DeskNotice;
using incident::DeskTask;
using incident::DeskUse;
using incident::Draft;
using incident::sees_desk;
using registry::Viewer;
using sql::Transaction;

Error no_such_check() {
  return {Errc::kNotFound, "there is no such check", "そのような照会はありません"};
}
Error no_such_task() {
  return {Errc::kNotFound, "there is no such follow-up", "そのような折り返しはありません"};
}

class SqlDeskStore final : public incident::DeskStore {
 public:
  explicit SqlDeskStore(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<void> add_check(const DeskCheck& c, const Draft& event) override {
    TRY(auto tx, Transaction::write(*db_));
    TRYV(
        tx.run("INSERT INTO desk_check (id, call, incident, operator, outcome, at, day) "
               "VALUES (:id, :call, :incident, :operator, :outcome, :at, :day)",
               c.id, c.call, c.incident, c.user, to_string(c.outcome), c.at, jst_day(c.at)));
    const bool failed = c.outcome == incident::DeskOutcome::kNotVerified;
    std::vector<Fingerprint> claimed = c.claimed;
    std::ranges::sort(claimed);
    claimed.erase(std::unique(claimed.begin(), claimed.end()), claimed.end());
    for (const auto& digest : claimed) {
      TRYV(
          tx.run("INSERT INTO desk_claimed (incident, digest, check_id, failed, at) "
                 "VALUES (:incident, :digest, :check, :failed, :at)",
                 c.incident, digest, c.id, failed, c.at));
    }
    TRYV(sql::append_event(tx, event, c.at));
    return tx.commit();
  }

  Result<DeskUse> use(const std::string& incident, const std::string& user,
                      std::span<const Fingerprint> claimed, UtcTime window,
                      UtcTime minute) override {
    TRY(auto tx, Transaction::read(*db_));
    return sql::read_use(tx, incident, user, claimed, window, minute);
  }

  Result<void> unlock_customer(const DeskCheck& check, const Draft& event, UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    for (const auto& digest : check.claimed) {
      TRYV(
          tx.run("INSERT INTO desk_unlocked_customer (incident, digest, at) "
                 "VALUES (:incident, :digest, :at) "
                 "ON CONFLICT (incident, digest) DO UPDATE SET at = excluded.at",
                 check.incident, digest, at));
    }
    TRYV(sql::append_event(tx, event, at));
    return tx.commit();
  }

  Result<void> unlock_operator(const std::string& user, const Draft& event, UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    TRYV(
        tx.run("INSERT INTO desk_unlocked_operator (operator, at) VALUES (:operator, :at) "
               "ON CONFLICT (operator) DO UPDATE SET at = excluded.at",
               user, at));
    TRYV(sql::append_event(tx, event, at));
    return tx.commit();
  }

  Result<DeskCheck> check(const Viewer& viewer, const std::string& id) override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(auto found, sql::read_check(tx, sees_desk(viewer), id));
    if (!found) return outcome::failure(no_such_check());
    return std::move(*found);
  }

  Result<std::vector<DeskCheck>> checks(const Viewer& viewer, const std::string& incident,
                                        std::size_t limit) override {
    TRY(auto tx, Transaction::read(*db_));
    return sql::read_checks(tx, sees_desk(viewer), incident, limit);
  }

  Result<void> add_note(const DeskNote& n, const Draft& event) override {
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto last,
        tx.value<std::uint32_t>(
            "SELECT COALESCE(MAX(number), 0) FROM desk_note WHERE check_id = :check", n.check));
    const auto added = tx.run(
        "INSERT INTO desk_note (check_id, number, operator, at, minutes, sealed) "
        "VALUES (:check, :number, :operator, :at, :minutes, :sealed)",
        n.check, last.value_or(0) + 1, n.user, n.at, n.minutes, n.sealed);
    if (!added && added.error().code == Errc::kConflict) return outcome::failure(no_such_check());
    TRYV(added);
    TRYV(sql::append_event(tx, event, n.at));
    return tx.commit();
  }

  Result<std::vector<DeskNote>> notes(const Viewer& viewer, const std::string& check) override {
    TRY(auto tx, Transaction::read(*db_));
    return sql::read_notes(tx, sees_desk(viewer), check);
  }

  Result<void> add_task(const DeskTask& t, const Draft& event) override {
    TRY(auto tx, Transaction::write(*db_));
    const auto added = tx.run(
        "INSERT INTO desk_task (id, check_id, incident, call_by, operator, at, done, done_by) "
        "VALUES (:id, :check, :incident, :call_by, :operator, :at, NULL, '')",
        t.id, t.check, t.incident, t.call_by, t.user, t.at);
    if (!added && added.error().code == Errc::kConflict) return outcome::failure(no_such_check());
    TRYV(added);
    TRYV(sql::append_event(tx, event, t.at));
    return tx.commit();
  }

  Result<void> finish_task(const Viewer& viewer, const std::string& id, const Draft& event,
                           UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto found, sql::read_task(tx, sees_desk(viewer), id));
    if (!found) return outcome::failure(no_such_task());
    if (found->done) {
      return fail(Errc::kConflict, "this follow-up was done before", "この折り返しは完了済み");
    }
    TRYV(tx.run("UPDATE desk_task SET done = :done, done_by = :by WHERE id = :id", at,
                viewer.user(), id));
    TRYV(sql::append_event(tx, event, at));
    return tx.commit();
  }

  Result<DeskTask> task(const Viewer& viewer, const std::string& id) override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(auto found, sql::read_task(tx, sees_desk(viewer), id));
    if (!found) return outcome::failure(no_such_task());
    return std::move(*found);
  }

  Result<std::vector<DeskTask>> tasks(const Viewer& viewer, const std::string& incident) override {
    TRY(auto tx, Transaction::read(*db_));
    return sql::read_tasks(tx, sees_desk(viewer), incident);
  }

  Result<std::vector<std::uint32_t>> minutes(const Viewer& viewer,
                                             const std::string& incident) override {
    TRY(auto tx, Transaction::read(*db_));
    return tx.column<std::uint32_t>(
        "SELECT SUM(n.minutes) AS took FROM desk_note n JOIN desk_check c ON c.id = n.check_id "
        "WHERE :all = 1 AND (:any = 1 OR c.incident = :incident) "
        "GROUP BY c.call HAVING SUM(n.minutes) > 0 ORDER BY took",
        sees_desk(viewer), incident.empty(), incident);
  }

  Result<std::vector<DeskDay>> days(const Viewer& viewer, const std::string& incident) override {
    TRY(auto tx, Transaction::read(*db_));
    return sql::read_days(tx, sees_desk(viewer), incident);
  }

  Result<std::optional<DeskNotice>> notice(const std::string& incident,
                                           const std::string& controller,
                                           const Fingerprint& u) override {
    TRY(auto tx, Transaction::read(*db_));
    return sql::read_notice(tx, incident, controller, u);
  }

 private:
  std::shared_ptr<Database> db_;
};

}  // namespace

std::unique_ptr<incident::DeskStore> make_desk_store(std::shared_ptr<Database> db) {
  return std::make_unique<SqlDeskStore>(std::move(db));
}

}  // namespace hitokoe::storage
