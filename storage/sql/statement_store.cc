#include <boost/json.hpp>

#include "hitokoe/registry/statements.h"
#include "hitokoe/storage/supervision.h"
#include "storage/sql/audit_log.h"
#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace {

namespace json = boost::json;
using registry::HandoverStatement;
using sql::Transaction;

Error altered() {
  return Error{Errc::kCorrupt, "a statement's event in the audit log was altered: audit verify",
               "監査記録にある授受の記録が変えられています: audit verify"};
}

Result<HandoverStatement> statement_of(const std::string& text) {
  json::error_code broken;
  const auto body = json::parse(text, broken);
  if (broken || !body.is_object()) return outcome::failure(altered());
  const auto& fields = body.as_object();
  const auto text_of = [&](const char* name) -> std::string {
    const auto* value = fields.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
  };
  HandoverStatement out;
  out.snapshot = text_of("snapshot");
  out.statement.by = text_of("by");
  const auto on = parse_day(text_of("on"));
  const auto* records = fields.if_contains("records");
  const auto* items = fields.if_contains("items");
  if (out.snapshot.empty() || out.statement.by.empty() || !on || records == nullptr ||
      !records->is_number() || items == nullptr || !items->is_array()) {
    return outcome::failure(altered());
  }
  out.statement.on = on.value();
  json::error_code not_exact;
  out.statement.records = records->to_number<std::uint64_t>(not_exact);
  if (not_exact) return outcome::failure(altered());
  for (const auto& item : items->as_array()) {
    const auto field = item.is_string() ? identity::field_by_name(std::string(item.as_string()))
                                        : Result<identity::FieldId>(outcome::failure(altered()));
    if (!field) return outcome::failure(altered());
    out.statement.items.push_back(field.value());
  }
  return out;
}

class SqlStatementStore final : public registry::StatementStore {
 public:
  explicit SqlStatementStore(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<void> state(const registry::Viewer& viewer, const registry::Delegation& d,
                     const registry::Snapshot& handover, const registry::Statement& statement,
                     UtcTime at) override {
    TRYV(registry::check_statement(viewer, d, handover, statement));
    json::array items;
    for (const auto item : statement.items)
      items.emplace_back(json::string(identity::field_info(item).name));
    const json::object body{{"snapshot", handover.id},      {"delegation", d.id},
                            {"by", statement.by},           {"on", format_day(statement.on)},
                            {"records", statement.records}, {"items", std::move(items)}};
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto event, sql::append_event(tx,
                                            {viewer.user(), "handover/" + handover.id,
                                             "handover.stated", json::serialize(body)},
                                            at));
    TRYV(
        tx.run("INSERT INTO handover_statement (event, snapshot, side) "
               "VALUES (:event, :snapshot, :side)",
               event.seq, handover.id, statement.by));
    return tx.commit();
  }

  Result<std::vector<HandoverStatement>> latest() override {
    std::vector<std::string> bodies;
    {
      TRY(auto tx, Transaction::read(*db_));
      TRY(bodies, tx.column<std::string>(
                      "SELECT e.body FROM audit_event e WHERE e.seq IN "
                      "(SELECT max(event) FROM handover_statement GROUP BY snapshot, side) "
                      "ORDER BY e.seq"));
    }
    std::vector<HandoverStatement> all;
    all.reserve(bodies.size());
    for (const auto& body : bodies) {
      TRY(auto one, statement_of(body));
      all.push_back(std::move(one));
    }
    return all;
  }

  Result<std::uint64_t> last_event() override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(const auto last,
        tx.value<std::uint64_t>("SELECT coalesce(max(event), 0) FROM handover_statement"));
    return last.value_or(0);
  }

 private:
  std::shared_ptr<Database> db_;
};

}  // namespace

std::unique_ptr<registry::StatementStore> make_statement_store(std::shared_ptr<Database> db) {
  return std::make_unique<SqlStatementStore>(std::move(db));
}

}  // namespace hitokoe::storage
