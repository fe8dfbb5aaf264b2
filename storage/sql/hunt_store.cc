#include <charconv>

#include "hitokoe/storage/alerts.h"
#include "storage/sql/audit_log.h"
#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace {

using incident::Hunt;
using incident::HuntBasis;
using incident::HuntFailure;
using incident::HuntPlan;
using incident::HuntState;
using incident::HuntStep;
using sql::Transaction;

// hunt_capture.state: 0 open, 1 done, 2 unreadable, 3 gone.
int state_of(HuntStep::Kind kind) { return 1 + static_cast<int>(kind); }

constexpr std::string_view kPrefix = "HNT-";

std::optional<std::int64_t> number_of(std::string_view id) {
  std::int64_t number = 0;
  if (!id.starts_with(kPrefix)) return std::nullopt;
  id.remove_prefix(kPrefix.size());
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  if (error != std::errc() || end != id.data() + id.size()) return std::nullopt;
  return number;
}

using Row = std::tuple<std::int64_t, int, int, bool, bool, std::optional<JstDay>, std::string,
                       UtcTime, std::optional<UtcTime>, std::optional<UtcTime>, Duration,
                       std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t,
                       std::uint64_t, std::uint64_t>;

#define HITOKOE_HUNT_COLUMNS                                                                     \
  "SELECT number, state, cause, terms, fingerprints, since, by_whom, started, ended, notified, " \
  "worked, total, done, unreadable, gone, alerts, opened, joined FROM hunt "

Hunt hunt_of(const Row& row) {
  Hunt h;
  std::int64_t number = 0;
  int state = 0;
  int cause = 0;
  std::tie(number, state, cause, h.terms, h.fingerprints, h.since, h.by, h.started, h.ended,
           h.notified, h.worked, h.total, h.done, h.unreadable, h.gone, h.alerts, h.opened,
           h.joined) = row;
  h.id = std::string(kPrefix) + std::to_string(number);
  h.state = static_cast<HuntState>(state);
  h.cause = static_cast<incident::HuntCause>(cause);
  return h;
}

template <class... A>
Result<std::vector<Hunt>> hunts_of(Transaction& tx, std::string_view sql, const A&... args) {
  TRY(const auto rows,
      (tx.rows<std::int64_t, int, int, bool, bool, std::optional<JstDay>, std::string, UtcTime,
               std::optional<UtcTime>, std::optional<UtcTime>, Duration, std::uint64_t,
               std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t,
               std::uint64_t>(sql, args...)));
  std::vector<Hunt> hunts;
  hunts.reserve(rows.size());
  for (const auto& row : rows) hunts.push_back(hunt_of(row));
  return hunts;
}

Result<Hunt> hunt_by(Transaction& tx, const std::string& id) {
  const auto number = number_of(id);
  if (!number) return outcome::failure(incident::no_such_hunt());
  TRY(auto found, hunts_of(tx, HITOKOE_HUNT_COLUMNS "WHERE number = :number", *number));
  if (found.empty()) return outcome::failure(incident::no_such_hunt());
  return std::move(found.front());
}

Result<void> save(Transaction& tx, const Hunt& h) {
  TRYV(
      tx.run("UPDATE hunt SET state = :state, ended = :ended, worked = :worked, done = :done, "
             "unreadable = :unreadable, gone = :gone, alerts = :alerts, opened = :opened, "
             "joined = :joined WHERE number = :number",
             static_cast<int>(h.state), h.ended, h.worked, h.done, h.unreadable, h.gone, h.alerts,
             h.opened, h.joined, *number_of(h.id)));
  return ok();
}

Result<void> put_basis(Transaction& tx, const HuntBasis& basis) {
  TRYV(
      tx.run("INSERT INTO hunt_basis (one, terms, generation) VALUES (1, :terms, :generation) "
             "ON CONFLICT (one) DO UPDATE SET terms = :terms, generation = :generation",
             basis.terms, basis.index));
  return ok();
}

class SqlHuntStore final : public incident::HuntStore {
 public:
  explicit SqlHuntStore(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<Hunt> start(const HuntPlan& plan, const std::vector<std::string>& captures,
                     const std::optional<HuntBasis>& basis, std::string_view actor,
                     UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    const bool empty = captures.empty();
    TRYV(
        tx.run("INSERT INTO hunt (state, cause, terms, fingerprints, since, by_whom, started, "
               "ended, worked, total, done, unreadable, gone, alerts, opened, joined) VALUES "
               "(:state, :cause, :terms, :fingerprints, :since, :by_whom, :started, :ended, 0, "
               ":total, 0, 0, 0, 0, 0, 0)",
               static_cast<int>(empty ? HuntState::kDone : HuntState::kRunning),
               static_cast<int>(plan.cause), plan.terms, plan.fingerprints, plan.since, actor, at,
               empty ? std::optional(at) : std::nullopt, captures.size()));
    TRY(const auto number, tx.last_id());
    std::int64_t position = 0;
    for (const auto& capture : captures) {
      TRYV(
          tx.run("INSERT INTO hunt_capture (hunt, position, capture, state, reason) VALUES "
                 "(:hunt, :position, :capture, 0, '')",
                 number, position++, capture));
    }
    if (basis) {
      TRYV(put_basis(tx, *basis));
    }
    TRY(auto hunt, hunt_by(tx, std::string(kPrefix) + std::to_string(number)));
    TRYV(sql::append_event(tx, incident::hunt_started(hunt), at));
    if (empty) {
      TRYV(sql::append_event(tx, incident::hunt_done(hunt), at));
    }
    TRYV(tx.commit());
    return hunt;
  }

  Result<std::vector<Hunt>> list() override {
    TRY(auto tx, Transaction::read(*db_));
    return hunts_of(tx, HITOKOE_HUNT_COLUMNS "ORDER BY number");
  }

  Result<Hunt> load(const std::string& id) override {
    TRY(auto tx, Transaction::read(*db_));
    return hunt_by(tx, id);
  }

  Result<std::optional<Hunt>> current() override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(auto found, hunts_of(tx, HITOKOE_HUNT_COLUMNS "WHERE state = 0 ORDER BY number LIMIT 1"));
    if (found.empty()) return std::optional<Hunt>();
    return std::optional<Hunt>(std::move(found.front()));
  }

  Result<std::vector<std::string>> next(const std::string& id, std::size_t limit) override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(const auto hunt, hunt_by(tx, id));
    if (hunt.state != HuntState::kRunning) return std::vector<std::string>();
    return tx.column<std::string>(
        "SELECT capture FROM hunt_capture WHERE hunt = :hunt AND state = 0 ORDER BY position "
        "LIMIT :limit",
        *number_of(id), limit);
  }

  Result<std::uint32_t> attempt(const std::string& id, const std::string& capture) override {
    TRY(auto tx, Transaction::write(*db_));
    TRYV(hunt_by(tx, id));
    const auto number = *number_of(id);
    TRYV(
        tx.run("UPDATE hunt_capture SET attempts = attempts + 1 WHERE hunt = :hunt AND "
               "capture = :capture",
               number, capture));
    TRY(const auto attempts,
        tx.value<std::uint32_t>("SELECT attempts FROM hunt_capture WHERE hunt = :hunt AND "
                                "capture = :capture",
                                number, capture));
    if (!attempts) return outcome::failure(incident::no_such_hunt());
    TRYV(tx.commit());
    return *attempts;
  }

  Result<Hunt> settle(const std::string& id, const std::string& capture, const HuntStep& step,
                      UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    TRY(auto hunt, hunt_by(tx, id));
    TRY(const auto settled,
        tx.run("UPDATE hunt_capture SET state = :state, reason = :reason WHERE hunt = :hunt AND "
               "capture = :capture AND state = 0",
               state_of(step.kind), step.reason, *number_of(id), capture));
    if (settled == 0) return hunt;
    incident::count_step(hunt, step);
    const bool over = hunt.settled() == hunt.total;
    if (over) {
      hunt.state = HuntState::kDone;
      hunt.ended = at;
    }
    TRYV(save(tx, hunt));
    if (over) {
      TRYV(sql::append_event(tx, incident::hunt_done(hunt), at));
    }
    TRYV(tx.commit());
    return hunt;
  }

  Result<Hunt> pause(const std::string& id, std::string_view actor, UtcTime at) override {
    return change(id, HuntState::kPaused, actor, at);
  }
  Result<Hunt> resume(const std::string& id, std::string_view actor, UtcTime at) override {
    return change(id, HuntState::kRunning, actor, at);
  }

  Result<std::vector<HuntFailure>> failures(const std::string& id, std::size_t limit) override {
    TRY(auto tx, Transaction::read(*db_));
    TRYV(hunt_by(tx, id));
    TRY(const auto rows, (tx.rows<std::string, std::string>(
                             "SELECT capture, reason FROM hunt_capture WHERE hunt = :hunt AND "
                             "state = 2 ORDER BY position LIMIT :limit",
                             *number_of(id), limit)));
    std::vector<HuntFailure> failures;
    for (const auto& [capture, reason] : rows) failures.push_back({capture, reason});
    return failures;
  }

  Result<std::vector<Hunt>> untold() override {
    TRY(auto tx, Transaction::read(*db_));
    return hunts_of(tx,
                    HITOKOE_HUNT_COLUMNS "WHERE state = 2 AND notified IS NULL ORDER BY number");
  }

  Result<void> told(const std::string& id, UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    TRYV(hunt_by(tx, id));
    TRYV(tx.run("UPDATE hunt SET notified = :at WHERE number = :number AND notified IS NULL", at,
                *number_of(id)));
    return tx.commit();
  }

  Result<std::optional<HuntBasis>> basis() override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(const auto row,
        (tx.row<std::uint64_t, std::uint64_t>("SELECT terms, generation FROM hunt_basis")));
    if (!row) return std::optional<HuntBasis>();
    return std::optional(HuntBasis{std::get<0>(*row), std::get<1>(*row)});
  }

  Result<void> set_basis(const HuntBasis& basis) override {
    TRY(auto tx, Transaction::write(*db_));
    TRYV(put_basis(tx, basis));
    return tx.commit();
  }

 private:
  Result<Hunt> change(const std::string& id, HuntState to, std::string_view actor, UtcTime at) {
    TRY(auto tx, Transaction::write(*db_));
    TRY(auto hunt, hunt_by(tx, id));
    if (hunt.state == to) return hunt;
    if (hunt.state == HuntState::kDone) {
      return fail(Errc::kConflict, "the hunt is done", "遡及調査は終わっています");
    }
    hunt.state = to;
    TRYV(save(tx, hunt));
    TRYV(sql::append_event(tx, incident::hunt_changed(hunt, actor), at));
    TRYV(tx.commit());
    return hunt;
  }

  std::shared_ptr<Database> db_;
};

#undef HITOKOE_HUNT_COLUMNS

}  // namespace

std::unique_ptr<incident::HuntStore> make_hunt_store(std::shared_ptr<Database> db) {
  return std::make_unique<SqlHuntStore>(std::move(db));
}

}  // namespace hitokoe::storage
