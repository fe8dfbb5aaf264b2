#include <algorithm>
#include <boost/json.hpp>

#include "hitokoe/incident/alert_found.h"
#include "hitokoe/storage/alerts.h"
#include "storage/sql/audit_log.h"
#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace {

namespace json = boost::json;
using incident::Alert;
using incident::AlertFilter;
using incident::AlertState;
using registry::Viewer;
using sql::Transaction;

constexpr std::size_t kMostListed = 1000;

std::string packed(const std::vector<matcher::TermPlace>& places) {
  json::array all;
  for (const auto& p : places) all.push_back(json::array{p.line, p.byte, p.context});
  return json::serialize(all);
}

std::string packed(const std::vector<std::string>& texts) {
  json::array all;
  for (const auto& text : texts) all.emplace_back(text);
  return json::serialize(all);
}

Error damaged() {
  return {Errc::kCorrupt, "an alert is not as this version writes it",
          "警報がこの版の書き方ではありません"};
}

Result<json::array> unpacked(const std::string& text) {
  boost::system::error_code error;
  auto value = json::parse(text, error);
  if (error || !value.is_array()) return outcome::failure(damaged());
  return std::move(value.as_array());
}

Result<void> unpack(const std::string& carriers, const std::string& places, Alert& alert) {
  TRY(const auto parties, unpacked(carriers));
  for (const auto& p : parties) {
    if (!p.is_string()) return outcome::failure(damaged());
    alert.carriers.emplace_back(p.as_string());
  }
  TRY(const auto all, unpacked(places));
  for (const auto& one : all) {
    const auto* place = one.if_array();
    if (place == nullptr || place->size() != 3 || !(*place)[2].is_string()) {
      return outcome::failure(damaged());
    }
    boost::system::error_code error;
    const auto line = (*place)[0].to_number<std::uint64_t>(error);
    if (error) return outcome::failure(damaged());
    const auto byte = (*place)[1].to_number<std::uint64_t>(error);
    if (error) return outcome::failure(damaged());
    alert.places.push_back({line, byte, std::string((*place)[2].as_string())});
  }
  return ok();
}

using Row = std::tuple<std::string, std::string, std::string, std::uint32_t, std::string,
                       std::string, std::string, std::string, std::string, std::uint64_t,
                       std::string, std::string, UtcTime, bool, std::optional<UtcTime>, std::string,
                       std::uint32_t, std::string, std::optional<UtcTime>, std::string>;

#define HITOKOE_ALERT_COLUMNS                                                                      \
  "a.id, a.term, a.kind, a.severity, a.term_note, a.carriers, a.capture, a.source, a.document, "   \
  "a.matches, a.likeness, a.places, a.found, a.muted, a.notified, a.hunt, a.state, a.changed_by, " \
  "a.changed, a.note "

Result<Alert> alert_of(Row row) {
  Alert a;
  std::string kind, carriers, likeness, places;
  std::uint32_t severity = 0;
  std::uint32_t state = 0;
  std::tie(a.id, a.term, kind, severity, a.term_note, carriers, a.capture, a.source, a.document,
           a.count, likeness, places, a.found, a.muted, a.notified, a.hunt, state, a.changed_by,
           a.changed, a.note) = std::move(row);
  TRY(a.kind, matcher::term_kind_by_name(kind));
  TRY(a.likeness, matcher::likeness_by_name(likeness));
  a.severity = static_cast<matcher::Severity>(severity);
  a.state = static_cast<AlertState>(state);
  TRYV(unpack(carriers, places, a));
  return a;
}

Result<std::vector<Alert>> alerts_of(Result<std::vector<Row>> rows) {
  TRY(auto all, std::move(rows));
  std::vector<Alert> alerts;
  for (auto& row : all) {
    TRY(auto alert, alert_of(std::move(row)));
    alerts.push_back(std::move(alert));
  }
  return alerts;
}

Error no_such_alert() {
  return {Errc::kNotFound, "there is no such alert", "そのような警報はありません"};
}

template <class... A>
Result<std::vector<Row>> rows_of(Transaction& tx, std::string_view sql, const A&... args) {
  return tx.rows<std::string, std::string, std::string, std::uint32_t, std::string, std::string,
                 std::string, std::string, std::string, std::uint64_t, std::string, std::string,
                 UtcTime, bool, std::optional<UtcTime>, std::string, std::uint32_t, std::string,
                 std::optional<UtcTime>, std::string>(sql, args...);
}

class SqlAlertStore final : public incident::AlertStore {
 public:
  explicit SqlAlertStore(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<Added> add(const Alert& a, const matcher::Throttle& throttle) override {
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto known,
        tx.value<std::int64_t>("SELECT seq FROM alert WHERE capture = :capture AND term = :term",
                               a.capture, a.term));
    if (known) return Added::kKnown;
    bool muted = a.muted;
    if (throttle.most > 0) {
      TRY(const auto lately,
          tx.value<std::uint64_t>("SELECT count(*) FROM alert WHERE term = :term "
                                  "AND found > :since AND muted = 0",
                                  a.term, a.found - throttle.within));
      muted = muted || lately.value_or(0) >= throttle.most;
    }
    TRYV(
        tx.run("INSERT INTO alert (id, term, kind, severity, term_note, carriers, capture, source, "
               "document, matches, likeness, places, found, muted, notified, hunt, state, "
               "changed_by, changed, note) VALUES (:id, :term, :kind, :severity, :term_note, "
               ":carriers, :capture, :source, :document, :matches, :likeness, :places, :found, "
               ":muted, :notified, :hunt, :state, :changed_by, :changed, :note)",
               a.id, a.term, matcher::to_string(a.kind), static_cast<int>(a.severity), a.term_note,
               packed(a.carriers), a.capture, a.source, a.document, a.count,
               matcher::to_string(a.likeness), packed(a.places), a.found, muted, a.notified, a.hunt,
               static_cast<int>(a.state), a.changed_by, a.changed, a.note));
    TRY(const auto seq, tx.last_id());
    for (const auto& party : a.carriers) {
      TRYV(tx.run("INSERT INTO alert_carrier (party, seq) VALUES (:party, :seq)", party, seq));
    }
    if (!muted) {
      TRYV(append_event(tx, incident::alert_found(a), a.found));
    }
    TRYV(tx.commit());
    return muted ? Added::kMuted : Added::kNew;
  }

  Result<std::vector<Alert>> list(const Viewer& viewer, const AlertFilter& filter) override {
    TRY(auto tx, Transaction::read(*db_));
    std::int64_t before = INT64_MAX;
    if (filter.after) {
      TRY(const auto seq,
          tx.value<std::int64_t>("SELECT seq FROM alert WHERE id = :id", *filter.after));
      if (!seq) return outcome::failure(no_such_alert());
      before = *seq;
    }
    const int least = filter.state ? static_cast<int>(*filter.state) : 0;
    const int most = filter.state ? static_cast<int>(*filter.state) : 2;
    const auto limit = std::clamp<std::size_t>(filter.limit, 1, kMostListed);
    if (viewer.role() == registry::Role::kDesk) return std::vector<Alert>();
    if (viewer.sees_all_parties()) {
      return alerts_of(rows_of(tx,
                               "SELECT " HITOKOE_ALERT_COLUMNS
                               "FROM alert a WHERE a.seq < :before AND a.state >= :least AND "
                               "a.state <= :most AND (:term = '' OR a.term = :term) AND "
                               "(:hunt = '' OR a.hunt = :hunt) ORDER BY a.seq DESC LIMIT :limit",
                               before, least, most, filter.term, filter.hunt, limit));
    }
    return alerts_of(rows_of(tx,
                             "SELECT " HITOKOE_ALERT_COLUMNS
                             "FROM alert_carrier c JOIN alert a ON a.seq = c.seq WHERE "
                             "c.party = :party AND c.seq < :before AND a.state >= :least AND "
                             "a.state <= :most AND (:term = '' OR a.term = :term) AND "
                             "(:hunt = '' OR a.hunt = :hunt) ORDER BY c.seq DESC LIMIT :limit",
                             viewer.party(), before, least, most, filter.term, filter.hunt, limit));
  }

  Result<Alert> load(const Viewer& viewer, const std::string& id) override {
    TRY(auto tx, Transaction::read(*db_));
    return load(tx, viewer, id);
  }

  Result<Alert> change(const Viewer& viewer, const std::string& id, AlertState to,
                       std::string_view note, UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    TRY(auto alert, load(tx, viewer, id));
    TRY(const auto event, incident::alert_change(viewer, alert, to, note));
    if (alert.state == to && alert.note == note) return alert;
    alert.state = to;
    alert.note = note;
    alert.changed_by = viewer.user();
    alert.changed = at;
    TRYV(
        tx.run("UPDATE alert SET state = :state, note = :note, changed_by = :changed_by, "
               "changed = :changed WHERE id = :id",
               static_cast<int>(to), alert.note, alert.changed_by, at, id));
    TRYV(sql::append_event(tx, event, at));
    TRYV(tx.commit());
    return alert;
  }

  Result<std::vector<Alert>> untold(matcher::Severity least, std::size_t limit) override {
    TRY(auto tx, Transaction::read(*db_));
    return alerts_of(rows_of(tx,
                             "SELECT " HITOKOE_ALERT_COLUMNS
                             "FROM alert a WHERE a.notified IS NULL AND a.muted = 0 AND "
                             "a.state = 0 AND a.severity >= :least ORDER BY a.seq LIMIT :limit",
                             static_cast<int>(least), limit));
  }

  Result<void> told(const std::vector<std::string>& ids, UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    for (const auto& id : ids) {
      TRYV(tx.run("UPDATE alert SET notified = :at WHERE id = :id AND notified IS NULL", at, id));
    }
    return tx.commit();
  }

  Result<incident::AlertCounts> counts() override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(const auto rows, (tx.rows<std::uint32_t, std::uint64_t>(
                             "SELECT state, count(*) FROM alert GROUP BY state")));
    incident::AlertCounts counts;
    for (const auto& [state, n] : rows) {
      (state == 0 ? counts.open : state == 1 ? counts.acknowledged : counts.closed) = n;
    }
    return counts;
  }

 private:
  static Result<Alert> load(Transaction& tx, const Viewer& viewer, const std::string& id) {
    const bool all = viewer.role() != registry::Role::kDesk && viewer.sees_all_parties();
    const std::string party = viewer.role() == registry::Role::kParty ? viewer.party() : "";
    TRY(auto found,
        alerts_of(rows_of(tx,
                          "SELECT " HITOKOE_ALERT_COLUMNS
                          "FROM alert a WHERE a.id = :id AND (:all = 1 OR EXISTS (SELECT 1 FROM "
                          "alert_carrier c WHERE c.party = :party AND c.seq = a.seq))",
                          id, all, party)));
    if (found.empty()) return outcome::failure(no_such_alert());
    return std::move(found.front());
  }

  std::shared_ptr<Database> db_;
};

#undef HITOKOE_ALERT_COLUMNS

}  // namespace

std::unique_ptr<incident::AlertStore> make_alert_store(std::shared_ptr<Database> db) {
  return std::make_unique<SqlAlertStore>(std::move(db));
}

}  // namespace hitokoe::storage
