#include "storage/sql/outbox.h"

#include <algorithm>
#include <boost/json.hpp>

#include "hitokoe/storage/duties.h"
#include "storage/sql/audit_log.h"

namespace hitokoe::storage {
namespace sql {
namespace {

using incident::Attempt;
using incident::OutChannel;
using incident::OutMessage;
using incident::OutState;
using registry::Role;
using registry::Viewer;

constexpr std::size_t kMostListed = 1000;

using Row = std::tuple<std::string, std::uint32_t, std::string, std::string, std::string,
                       std::string, std::string, UtcTime, std::uint32_t, std::uint32_t, UtcTime,
                       std::string, std::optional<UtcTime>>;

#define HITOKOE_OUTBOX_COLUMNS                                                               \
  "id, channel, target, cause, event, subject, body, created, state, attempts, next, last, " \
  "settled FROM outbox "

OutMessage message_of(Row row) {
  OutMessage m;
  std::uint32_t channel = 0;
  std::uint32_t state = 0;
  std::tie(m.id, channel, m.target, m.cause, m.event, m.subject, m.body, m.created, state,
           m.attempts, m.next, m.last, m.settled) = std::move(row);
  m.channel = static_cast<OutChannel>(channel);
  m.state = static_cast<OutState>(state);
  return m;
}

template <class... A>
Result<std::vector<OutMessage>> messages(Transaction& tx, std::string_view sql, const A&... args) {
  TRY(auto rows, (tx.rows<std::string, std::uint32_t, std::string, std::string, std::string,
                          std::string, std::string, UtcTime, std::uint32_t, std::uint32_t, UtcTime,
                          std::string, std::optional<UtcTime>>(sql, args...)));
  std::vector<OutMessage> out;
  out.reserve(rows.size());
  for (auto& row : rows) out.push_back(message_of(std::move(row)));
  return out;
}

Result<OutMessage> load(Transaction& tx, const std::string& id) {
  TRY(auto found, messages(tx, "SELECT " HITOKOE_OUTBOX_COLUMNS "WHERE id = :id", id));
  if (found.empty()) {
    return fail(Errc::kNotFound, "there is no such message", "そのような送信はありません");
  }
  return std::move(found.front());
}

class SqlOutbox final : public incident::Outbox {
 public:
  explicit SqlOutbox(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<std::vector<OutMessage>> due(OutChannel channel, const std::string& target, UtcTime now,
                                      std::size_t limit) override {
    TRY(auto tx, Transaction::read(*db_));
    return messages(tx,
                    "SELECT " HITOKOE_OUTBOX_COLUMNS
                    "WHERE channel = :channel AND state = 0 AND next <= :now "
                    "AND (:target = '' OR target = :target) ORDER BY number LIMIT :limit",
                    static_cast<int>(channel), now, target, std::min(limit, kMostListed));
  }

  Result<void> attempted(const std::string& id, const Attempt& attempt, UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    const std::optional<UtcTime> settled =
        attempt.state == OutState::kWaiting ? std::nullopt : std::optional<UtcTime>(at);
    TRY(const auto changed,
        tx.run("UPDATE outbox SET state = :state, attempts = attempts + 1, next = :next, "
               "last = :last, settled = :settled WHERE id = :id AND state = 0",
               static_cast<int>(attempt.state), attempt.next, attempt.word, settled, id));
    if (changed == 0) {
      return fail(Errc::kConflict, "the message does not wait any more",
                  "その送信はもう待っていません");
    }
    return tx.commit();
  }

  Result<std::vector<OutMessage>> list(const Viewer& viewer, OutChannel channel,
                                       std::optional<OutState> state, std::size_t limit) override {
    if (viewer.role() == Role::kParty || viewer.role() == Role::kDesk) {
      return std::vector<OutMessage>();
    }
    TRY(auto tx, Transaction::read(*db_));
    const int least = state ? static_cast<int>(*state) : 0;
    const int most = state ? static_cast<int>(*state) : 2;
    return messages(tx,
                    "SELECT " HITOKOE_OUTBOX_COLUMNS
                    "WHERE channel = :channel AND state >= :least AND state <= :most "
                    "ORDER BY number DESC LIMIT :limit",
                    static_cast<int>(channel), least, most,
                    std::clamp<std::size_t>(limit, 1, kMostListed));
  }

  Result<OutMessage> retry(const Viewer& viewer, const std::string& id, UtcTime at) override {
    if (viewer.role() != Role::kCoordinator && viewer.role() != Role::kOperator) {
      return fail(Errc::kForbidden, "only a coordinator or an operator may do this",
                  "取りまとめ役か運用者だけに許された操作");
    }
    TRY(auto tx, Transaction::write(*db_));
    TRY(auto message, load(tx, id));
    if (message.state != OutState::kDead) {
      return fail(Errc::kConflict, "only a message that was given up is sent anew",
                  "送り直せるのは断念した送信だけです");
    }
    TRYV(
        tx.run("UPDATE outbox SET state = 0, attempts = 0, next = :now, settled = NULL "
               "WHERE id = :id",
               at, id));
    const auto body =
        boost::json::serialize(boost::json::object{{"message", id}, {"target", message.target}});
    TRYV(append_event(tx, {viewer.user(), "outbox", "outbox.retried", body}, at));
    TRYV(tx.commit());
    message.state = OutState::kWaiting;
    message.attempts = 0;
    message.next = at;
    message.settled.reset();
    return message;
  }

  Result<incident::OutCounts> counts(OutChannel channel) override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(const auto rows, (tx.rows<std::uint32_t, std::uint64_t>(
                             "SELECT state, count(*) FROM outbox WHERE channel = :channel "
                             "GROUP BY state",
                             static_cast<int>(channel))));
    incident::OutCounts counts;
    for (const auto& [state, n] : rows) {
      (state == 0 ? counts.waiting : state == 1 ? counts.sent : counts.dead) = n;
    }
    return counts;
  }

  Result<std::uint64_t> cursor(const std::string& target) override {
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto known,
        tx.value<std::uint64_t>("SELECT seq FROM outbox_cursor WHERE target = :target", target));
    if (known) return *known;
    TRY(const auto last, tx.value<std::uint64_t>("SELECT COALESCE(MAX(seq), 0) FROM audit_event"));
    TRYV(tx.run("INSERT INTO outbox_cursor (target, seq) VALUES (:target, :seq)", target,
                last.value_or(0)));
    TRYV(tx.commit());
    return last.value_or(0);
  }

  Result<void> feed(const std::string& target, std::uint64_t from, std::uint64_t to,
                    std::span<const OutMessage> added) override {
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto moved, tx.run("UPDATE outbox_cursor SET seq = :to WHERE target = :target "
                                 "AND seq = :from",
                                 to, target, from));
    if (moved == 0) {
      return fail(Errc::kConflict, "another process fed this webhook",
                  "別のプロセスがこの Webhook を進めました");
    }
    for (const auto& message : added) {
      TRYV(add_message(tx, message));
    }
    return tx.commit();
  }

 private:
  std::shared_ptr<Database> db_;
};

}  // namespace

Result<void> add_message(Transaction& tx, const OutMessage& m) {
  TRYV(tx.run(
      "INSERT INTO outbox (id, channel, target, cause, event, subject, body, created, state, "
      "attempts, next, last, settled) VALUES (:id, :channel, :target, :cause, :event, "
      ":subject, :body, :created, :state, :attempts, :next, :last, :settled) "
      "ON CONFLICT (id) DO NOTHING",
      m.id, static_cast<int>(m.channel), m.target, m.cause, m.event, m.subject, m.body, m.created,
      static_cast<int>(m.state), m.attempts, m.next, m.last, m.settled));
  return ok();
}

#undef HITOKOE_OUTBOX_COLUMNS

}  // namespace sql

std::unique_ptr<incident::Outbox> make_outbox(std::shared_ptr<Database> db) {
  return std::make_unique<sql::SqlOutbox>(std::move(db));
}

}  // namespace hitokoe::storage
