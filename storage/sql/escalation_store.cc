#include <boost/json.hpp>

#include "hitokoe/storage/duties.h"
#include "storage/sql/audit_log.h"
#include "storage/sql/outbox.h"

namespace hitokoe::storage {
namespace sql {
namespace {

using incident::Escalation;
using registry::Role;

class SqlEscalationStore final : public incident::EscalationStore {
 public:
  explicit SqlEscalationStore(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<bool> raise(const Escalation& e, std::span<const incident::OutMessage> messages) override {
    const auto key = e.key();
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto known,
        tx.value<std::uint64_t>("SELECT event FROM escalation WHERE step_key = :key", key));
    if (known) return false;
    const auto body = boost::json::serialize(
        boost::json::object{{"campaign", e.campaign},
                            {"due", e.due ? format_utc(*e.due) : std::string()},
                            {"incident", e.incident},
                            {"mails", messages.size()},
                            {"party", e.party},
                            {"rule", e.rule},
                            {"step", e.step},
                            {"to", e.to}});
    TRY(const auto event,
        append_event(tx, {"service", "escalation/" + e.incident, "escalation.raised", body},
                     e.raised));
    TRYV(
        tx.run("INSERT INTO escalation (event, step_key, incident, campaign, rule, party, told_to, "
               "step, due, text_ja, text_en, raised, mails) VALUES (:event, :key, :incident, "
               ":campaign, :rule, :party, :to, :step, :due, :ja, :en, :raised, :mails)",
               event.seq, key, e.incident, e.campaign, e.rule, e.party, e.to, e.step, e.due,
               e.text.ja, e.text.en, e.raised, messages.size()));
    for (const auto& message : messages) {
      TRYV(add_message(tx, message));
    }
    TRYV(tx.commit());
    return true;
  }

  Result<std::vector<Escalation>> list(const registry::Viewer& viewer,
                                       const std::string& incident) override {
    const bool all = viewer.role() == Role::kCoordinator || viewer.role() == Role::kAuditor;
    const std::string party = viewer.role() == Role::kParty ? viewer.party() : "";
    TRY(auto tx, Transaction::read(*db_));
    TRY(auto rows,
        (tx.rows<std::string, std::string, std::string, std::string, std::string, std::string,
                 std::optional<UtcTime>, std::string, std::string, UtcTime, std::uint64_t>(
            "SELECT incident, campaign, rule, party, told_to, step, due, text_ja, text_en, raised, "
            "mails FROM escalation WHERE incident = :incident "
            "AND (:everything = 1 OR (party = :party AND party <> '')) "
            "ORDER BY event DESC LIMIT 1000",
            incident, all ? 1 : 0, party)));
    std::vector<Escalation> out;
    for (auto& row : rows) {
      Escalation& e = out.emplace_back();
      std::tie(e.incident, e.campaign, e.rule, e.party, e.to, e.step, e.due, e.text.ja, e.text.en,
               e.raised, e.mails) = std::move(row);
    }
    return out;
  }

 private:
  std::shared_ptr<Database> db_;
};

}  // namespace
}  // namespace sql

std::unique_ptr<incident::EscalationStore> make_escalation_store(std::shared_ptr<Database> db) {
  return std::make_unique<sql::SqlEscalationStore>(std::move(db));
}

}  // namespace hitokoe::storage
