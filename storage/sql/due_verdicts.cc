#include "storage/sql/due_verdicts.h"

#include <algorithm>

#include "hitokoe/storage/moves.h"

namespace hitokoe::storage {
namespace sql {

using incident::DueState;
using incident::DueVerdict;
using registry::Role;

Result<void> ask_verdict(Transaction& tx, const std::string& incident, std::uint64_t event,
                         const std::string& by, UtcTime at) {
  TRYV(
      tx.run("INSERT INTO verdict_due (incident, event, asked, by, state, tries, tried, why) "
             "VALUES (:i, :e, :at, :by, 'waiting', 0, NULL, '') ON CONFLICT (incident) DO UPDATE "
             "SET event = excluded.event, asked = excluded.asked, by = excluded.by, "
             "state = excluded.state, tries = excluded.tries, tried = excluded.tried, "
             "why = excluded.why",
             incident, event, at, by));
  return ok();
}

Result<void> drop_verdict(Transaction& tx, const std::string& incident) {
  TRYV(tx.run("DELETE FROM verdict_due WHERE incident = :i", incident));
  return ok();
}

namespace {

using Row = std::tuple<std::string, std::uint64_t, UtcTime, std::string, std::string, std::uint32_t,
                       std::optional<UtcTime>, std::string>;

Result<std::vector<DueVerdict>> made_of(std::vector<Row> rows) {
  std::vector<DueVerdict> out;
  out.reserve(rows.size());
  for (auto& row : rows) {
    auto& due = out.emplace_back();
    std::string state;
    std::tie(due.incident, due.event, due.asked, due.by, state, due.tries, due.tried, due.why) =
        std::move(row);
    TRY(due.state, incident::due_state_by_name(state));
  }
  return out;
}

class SqlDueVerdicts final : public incident::DueVerdicts {
 public:
  explicit SqlDueVerdicts(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<std::vector<DueVerdict>> list() override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(auto rows,
        (tx.rows<std::string, std::uint64_t, UtcTime, std::string, std::string, std::uint32_t,
                 std::optional<UtcTime>, std::string>(
            "SELECT incident, event, asked, by, state, tries, tried, why FROM verdict_due "
            "ORDER BY asked, incident")));
    return made_of(std::move(rows));
  }

  Result<std::optional<DueVerdict>> of(const registry::Viewer& viewer,
                                       const std::string& id) override {
    if (viewer.role() == Role::kOperator || viewer.role() == Role::kDesk) {
      return std::optional<DueVerdict>();
    }
    const bool all = viewer.sees_all_parties();
    TRY(auto tx, Transaction::read(*db_));
    TRY(auto rows,
        (tx.rows<std::string, std::uint64_t, UtcTime, std::string, std::string, std::uint32_t,
                 std::optional<UtcTime>, std::string>(
            "SELECT d.incident, CASE WHEN :all = 1 THEN d.event ELSE 0 END, d.asked, "
            "CASE WHEN :all = 1 THEN d.by ELSE '' END, d.state, "
            "CASE WHEN :all = 1 THEN d.tries ELSE 0 END, "
            "CASE WHEN :all = 1 THEN d.tried ELSE NULL END, "
            "CASE WHEN :all = 1 THEN d.why ELSE '' END "
            "FROM verdict_due d WHERE d.incident = :id AND (:all = 1 OR EXISTS (SELECT 1 FROM "
            "incident_party p WHERE p.incident = d.incident AND p.party = :party))",
            all ? 1 : 0, id, all ? std::string() : viewer.party())));
    TRY(auto found, made_of(std::move(rows)));
    if (found.empty()) return std::optional<DueVerdict>();
    return std::optional(std::move(found.front()));
  }

  Result<bool> begin(const DueVerdict& due, UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto n, tx.run("UPDATE verdict_due SET state = 'judging', tries = tries + 1, "
                             "tried = :at WHERE incident = :i AND event = :e",
                             at, due.incident, due.event));
    TRYV(tx.commit());
    return n == 1;
  }

  Result<void> settle(const DueVerdict& due) override {
    TRY(auto tx, Transaction::write(*db_));
    TRYV(tx.run("DELETE FROM verdict_due WHERE incident = :i AND event = :e", due.incident,
                due.event));
    return tx.commit();
  }

  Result<void> fail_with(const DueVerdict& due, Errc why, bool lasting) override {
    TRY(auto tx, Transaction::write(*db_));
    TRYV(tx.run("UPDATE verdict_due SET state = :s, why = :why WHERE incident = :i AND event = :e",
                lasting ? to_string(DueState::kFailed) : to_string(DueState::kWaiting),
                to_string(why), due.incident, due.event));
    return tx.commit();
  }

  Result<void> ask(const std::string& id, std::uint64_t revision, const std::string& by,
                   UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    TRYV(ask_verdict(tx, id, revision, by, at));
    return tx.commit();
  }

 private:
  std::shared_ptr<Database> db_;
};

}  // namespace
}  // namespace sql

std::unique_ptr<incident::DueVerdicts> make_due_verdicts(std::shared_ptr<Database> db) {
  return std::make_unique<sql::SqlDueVerdicts>(std::move(db));
}

}  // namespace hitokoe::storage
