#include "storage/sql/desk_reads.h"

#include <algorithm>

namespace hitokoe::storage::sql {

using identity::Fingerprint;
using incident::DeskCheck;
using incident::DeskDay;
using incident::DeskNote;
using incident::DeskNotice;
using incident::DeskTask;
using incident::DeskUse;

namespace {

using CheckRow =
    std::tuple<std::string, std::string, std::string, std::string, std::string, UtcTime>;

Result<DeskCheck> check_of(CheckRow row) {
  DeskCheck c;
  std::string outcome;
  std::tie(c.id, c.call, c.incident, c.user, outcome, c.at) = std::move(row);
  TRY(c.outcome, incident::desk_outcome_by_name(outcome));
  return c;
}

using TaskRow = std::tuple<std::string, std::string, std::string, UtcTime, std::string, UtcTime,
                           std::optional<UtcTime>, std::string>;

DeskTask task_of(TaskRow row) {
  DeskTask t;
  std::tie(t.id, t.check, t.incident, t.call_by, t.user, t.at, t.done, t.done_by) = std::move(row);
  return t;
}

Result<std::uint64_t> count(Result<std::optional<std::uint64_t>> found) {
  TRY(const auto n, std::move(found));
  return n.value_or(0);
}

using DayRow =
    std::tuple<JstDay, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t>;

}  // namespace

Result<DeskUse> read_use(Transaction& tx, const std::string& incident, const std::string& user,
                         std::span<const Fingerprint> claimed, UtcTime window, UtcTime minute) {
  DeskUse use;
  for (const auto& digest : claimed) {
    TRY(const auto unlocked,
        tx.value<UtcTime>("SELECT at FROM desk_unlocked_customer WHERE incident = :incident AND "
                          "digest = :digest",
                          incident, digest));
    TRY(const auto failures,
        count(tx.value<std::uint64_t>(
            "SELECT COUNT(*) FROM desk_claimed WHERE incident = :incident AND digest = :digest AND "
            "at > :since AND failed = 1",
            incident, digest, std::max(window, unlocked.value_or(window)))));
    use.customer_failures = std::max(use.customer_failures, failures);
  }
  TRY(const auto unlocked,
      tx.value<UtcTime>("SELECT at FROM desk_unlocked_operator WHERE operator = :operator", user));
  TRY(use.operator_failures,
      count(tx.value<std::uint64_t>(
          "SELECT COUNT(*) FROM desk_check WHERE operator = :operator AND at > :since AND "
          "outcome = 'not_verified'",
          user, std::max(window, unlocked.value_or(window)))));
  TRY(use.operator_minute,
      count(tx.value<std::uint64_t>(
          "SELECT COUNT(*) FROM desk_check WHERE operator = :operator AND at > :since", user,
          minute)));
  TRY(use.incident_minute,
      count(tx.value<std::uint64_t>(
          "SELECT COUNT(*) FROM desk_check WHERE incident = :incident AND at > :since", incident,
          minute)));
  return use;
}

Result<std::optional<DeskCheck>> read_check(Transaction& tx, bool sees, const std::string& id) {
  TRY(auto row, (tx.row<std::string, std::string, std::string, std::string, std::string, UtcTime>(
                    "SELECT id, call, incident, operator, outcome, at FROM desk_check "
                    "WHERE :all = 1 AND id = :id",
                    sees, id)));
  if (!row) return std::optional<DeskCheck>();
  TRY(auto check, check_of(std::move(*row)));
  TRY(check.claimed,
      tx.column<Fingerprint>(
          "SELECT digest FROM desk_claimed WHERE check_id = :check ORDER BY digest", id));
  return std::optional(std::move(check));
}

// Each list has a statement for one incident and one for all, so that each has its index
// (migrations/desk_lists.cc).
Result<std::vector<DeskCheck>> read_checks(Transaction& tx, bool sees, const std::string& incident,
                                           std::size_t limit) {
  std::vector<CheckRow> rows;
  if (incident.empty()) {
    TRY(rows, (tx.rows<std::string, std::string, std::string, std::string, std::string, UtcTime>(
                  "SELECT id, call, incident, operator, outcome, at FROM desk_check "
                  "WHERE :all = 1 ORDER BY at DESC, id LIMIT :limit",
                  sees, limit)));
  } else {
    TRY(rows, (tx.rows<std::string, std::string, std::string, std::string, std::string, UtcTime>(
                  "SELECT id, call, incident, operator, outcome, at FROM desk_check "
                  "WHERE :all = 1 AND incident = :incident ORDER BY at DESC, id LIMIT :limit",
                  sees, incident, limit)));
  }
  std::vector<DeskCheck> out;
  for (auto& row : rows) {
    TRY(auto check, check_of(std::move(row)));
    out.push_back(std::move(check));
  }
  return out;
}

Result<std::vector<DeskNote>> read_notes(Transaction& tx, bool sees, const std::string& check) {
  TRY(auto rows, (tx.rows<std::uint32_t, std::string, UtcTime, std::uint32_t, Bytes>(
                     "SELECT number, operator, at, minutes, sealed FROM desk_note "
                     "WHERE :all = 1 AND check_id = :check ORDER BY number",
                     sees, check)));
  std::vector<DeskNote> out;
  for (auto& row : rows) {
    auto& note = out.emplace_back();
    note.check = check;
    std::tie(note.number, note.user, note.at, note.minutes, note.sealed) = std::move(row);
  }
  return out;
}

Result<std::optional<DeskTask>> read_task(Transaction& tx, bool sees, const std::string& id) {
  TRY(auto row, (tx.row<std::string, std::string, std::string, UtcTime, std::string, UtcTime,
                        std::optional<UtcTime>, std::string>(
                    "SELECT id, check_id, incident, call_by, operator, at, done, done_by "
                    "FROM desk_task WHERE :all = 1 AND id = :id",
                    sees, id)));
  if (!row) return std::optional<DeskTask>();
  return std::optional(task_of(std::move(*row)));
}

Result<std::vector<DeskTask>> read_tasks(Transaction& tx, bool sees, const std::string& incident) {
  std::vector<TaskRow> rows;
  if (incident.empty()) {
    TRY(rows, (tx.rows<std::string, std::string, std::string, UtcTime, std::string, UtcTime,
                       std::optional<UtcTime>, std::string>(
                  "SELECT id, check_id, incident, call_by, operator, at, done, done_by "
                  "FROM desk_task WHERE :all = 1 ORDER BY done IS NOT NULL, call_by, id",
                  sees)));
  } else {
    TRY(rows, (tx.rows<std::string, std::string, std::string, UtcTime, std::string, UtcTime,
                       std::optional<UtcTime>, std::string>(
                  "SELECT id, check_id, incident, call_by, operator, at, done, done_by "
                  "FROM desk_task WHERE :all = 1 AND incident = :incident "
                  "ORDER BY done IS NOT NULL, call_by, id",
                  sees, incident)));
  }
  std::vector<DeskTask> out;
  out.reserve(rows.size());
  for (auto& row : rows) out.push_back(task_of(std::move(row)));
  return out;
}

Result<std::vector<DeskDay>> read_days(Transaction& tx, bool sees, const std::string& incident) {
  std::vector<DayRow> rows;
  if (incident.empty()) {
    TRY(rows,
        (tx.rows<JstDay, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t>(
            "SELECT day, COUNT(DISTINCT call), "
            "COUNT(DISTINCT CASE WHEN outcome IN ('affected', 'not_affected') THEN call END), "
            "COUNT(DISTINCT CASE WHEN outcome = 'affected' THEN call END), "
            "COUNT(*), COUNT(CASE WHEN outcome = 'locked' THEN 1 END) "
            "FROM desk_check WHERE :all = 1 GROUP BY day ORDER BY day",
            sees)));
  } else {
    TRY(rows,
        (tx.rows<JstDay, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t>(
            "SELECT day, COUNT(DISTINCT call), "
            "COUNT(DISTINCT CASE WHEN outcome IN ('affected', 'not_affected') THEN call END), "
            "COUNT(DISTINCT CASE WHEN outcome = 'affected' THEN call END), "
            "COUNT(*), COUNT(CASE WHEN outcome = 'locked' THEN 1 END) "
            "FROM desk_check WHERE :all = 1 AND incident = :incident "
            "GROUP BY day ORDER BY day",
            sees, incident)));
  }
  std::vector<DeskDay> out;
  out.reserve(rows.size());
  for (const auto& [day, calls, verified, affected, checks, locked] : rows) {
    out.push_back({day, calls, verified, affected, checks, locked});
  }
  return out;
}

Result<std::optional<DeskNotice>> read_notice(Transaction& tx, const std::string& incident,
                                              const std::string& controller, const Fingerprint& u) {
  TRY(const auto row, (tx.row<std::string, std::string, std::optional<std::string>>(
                          "SELECT c.id, c.state, s.person FROM campaign c JOIN campaign_subject s "
                          "ON s.campaign = c.id AND s.controller = :controller AND s.u = :u "
                          "JOIN campaign_family f ON f.campaign = c.id "
                          "WHERE f.incident = :incident ORDER BY s.person IS NULL, c.created DESC",
                          controller, u, incident)));
  if (!row) return std::optional<DeskNotice>();
  DeskNotice notice;
  notice.campaign = std::get<0>(*row);
  TRY(notice.campaign_state, incident::campaign_state_by_name(std::get<1>(*row)));
  if (!std::get<2>(*row)) return std::optional(std::move(notice));
  notice.person = *std::get<2>(*row);
  TRY(const auto sent, (tx.row<std::uint32_t, std::string, std::optional<UtcTime>>(
                           "SELECT version, state, settled FROM campaign_recipient "
                           "WHERE campaign = :campaign AND person = :person",
                           notice.campaign, notice.person)));
  if (!sent) return std::optional(std::move(notice));
  notice.frozen = true;
  notice.version = std::get<0>(*sent);
  TRY(notice.state, incident::delivery_state_by_name(std::get<1>(*sent)));
  notice.settled = std::get<2>(*sent);
  return std::optional(std::move(notice));
}

}  // namespace hitokoe::storage::sql
