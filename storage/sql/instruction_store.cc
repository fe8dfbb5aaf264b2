#include <boost/json.hpp>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/registry/instructions.h"
#include "hitokoe/storage/supervision.h"
#include "storage/sql/audit_log.h"
#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace {

namespace json = boost::json;
using registry::Instruction;
using registry::InstructionFilter;
using registry::Role;
using registry::Viewer;
using sql::Transaction;

constexpr std::string_view kKind = "instruction.given";

Result<void> check_reader(const Viewer& viewer) {
  if (viewer.role() != Role::kDesk && viewer.role() != Role::kOperator) return ok();
  return fail(Errc::kForbidden, "this role does not see instructions",
              "この役割では指示を見られません");
}

// The same delegation, text and place in its stream give the same id; nothing else does.
std::string id_of(const std::string& delegation, std::uint64_t number, const std::string& text) {
  Bytes all;
  put_string(all, delegation);
  put_u64(all, number);
  put_bytes(all, as_bytes(text));
  return "INS-" + crypto::sha256_hex(all).substr(0, 16);
}

Result<std::string> member(const json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  if (value == nullptr || !value->is_string()) {
    return fail(Errc::kCorrupt, "an instruction's event lacks a part",
                "指示の記録に欠けた部分があります");
  }
  return std::string(value->as_string());
}

using Row = std::tuple<std::uint64_t, UtcTime, std::string, std::string, std::string, std::string,
                       crypto::Digest, crypto::Digest>;

Result<Instruction> instruction_of(Row row) {
  incident::Event e;
  std::tie(e.seq, e.at, e.actor, e.stream, e.kind, e.body, e.previous, e.hash) = std::move(row);
  json::error_code broken;
  const auto body = json::parse(e.body, broken);
  if (broken || !body.is_object() || incident::event_hash(e) != e.hash) {
    return fail(Errc::kCorrupt,
                "event " + std::to_string(e.seq) + " of the audit log was altered: audit verify",
                "監査記録の " + std::to_string(e.seq) + " 番が変えられています: audit verify");
  }
  const auto& fields = body.as_object();
  Instruction i;
  TRY(i.id, member(fields, "id"));
  TRY(i.delegation, member(fields, "delegation"));
  TRY(i.controller, member(fields, "controller"));
  TRY(i.from, member(fields, "from"));
  TRY(i.to, member(fields, "to"));
  TRY(i.subject, member(fields, "subject"));
  TRY(i.text, member(fields, "text"));
  i.at = e.at;
  i.by = e.actor;
  i.event = e.seq;
  i.hash = to_hex(e.hash);
  return i;
}

class SqlInstructionStore final : public registry::InstructionStore {
 public:
  explicit SqlInstructionStore(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<Instruction> give(const Viewer& viewer, const registry::Delegation& d, std::string subject,
                           std::string text, UtcTime at) override {
    if (!registry::may_instruct(viewer, d)) {
      return fail(Errc::kForbidden, "only the controller, the delegator or a coordinator instructs",
                  "指示できるのは委託元事業者、委託する側、調整役だけです");
    }
    TRYV(registry::check_instruction(subject, text));
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto before,
        tx.value<std::uint64_t>("SELECT count(*) FROM instruction WHERE delegation = :delegation",
                                d.id));
    const std::string id = id_of(d.id, before.value_or(0), text);
    const json::object body{{"id", id},       {"delegation", d.id}, {"controller", d.controller},
                            {"from", d.from}, {"to", d.to},         {"subject", subject},
                            {"text", text}};
    TRY(const auto event,
        sql::append_event(
            tx, {viewer.user(), "delegation/" + d.id, std::string(kKind), json::serialize(body)},
            at));
    TRYV(
        tx.run("INSERT INTO instruction (event, id, delegation, controller, delegator, delegate) "
               "VALUES (:event, :id, :delegation, :controller, :delegator, :delegate)",
               event.seq, id, d.id, d.controller, d.from, d.to));
    TRYV(tx.commit());
    return Instruction{id,
                       d.id,
                       d.controller,
                       d.from,
                       d.to,
                       std::move(subject),
                       std::move(text),
                       event.at,
                       event.actor,
                       event.seq,
                       to_hex(event.hash)};
  }

  Result<std::vector<Instruction>> list(const Viewer& viewer,
                                        const InstructionFilter& filter) override {
    TRYV(check_reader(viewer));
    TRY(auto tx, Transaction::read(*db_));
    TRY(auto rows, (tx.rows<std::uint64_t, UtcTime, std::string, std::string, std::string,
                            std::string, crypto::Digest, crypto::Digest>(
                       "SELECT e.seq, e.at, e.actor, e.stream, e.kind, e.body, e.previous, e.hash "
                       "FROM instruction i JOIN audit_event e ON e.seq = i.event "
                       "WHERE (:everything = 1 OR i.controller = :me OR i.delegator = :me OR "
                       "i.delegate = :me) "
                       "AND i.event > :after AND (:delegation = '' OR i.delegation = :delegation) "
                       "ORDER BY i.event LIMIT :limit",
                       viewer.sees_all_parties(), viewer.party(), filter.after, filter.delegation,
                       static_cast<std::uint64_t>(filter.limit))));
    std::vector<Instruction> all;
    all.reserve(rows.size());
    for (auto& row : rows) {
      TRY(auto one, instruction_of(std::move(row)));
      all.push_back(std::move(one));
    }
    return all;
  }

  Result<Instruction> load(const Viewer& viewer, std::string_view id) override {
    TRYV(check_reader(viewer));
    TRY(auto tx, Transaction::read(*db_));
    TRY(auto row,
        (tx.row<std::uint64_t, UtcTime, std::string, std::string, std::string, std::string,
                crypto::Digest, crypto::Digest>(
            "SELECT e.seq, e.at, e.actor, e.stream, e.kind, e.body, e.previous, e.hash "
            "FROM instruction i JOIN audit_event e ON e.seq = i.event "
            "WHERE i.id = :id AND "
            "(:everything = 1 OR i.controller = :me OR i.delegator = :me OR i.delegate = :me)",
            id, viewer.sees_all_parties(), viewer.party())));
    if (!row) {
      return fail(Errc::kNotFound, "there is no such instruction", "そのような指示はありません");
    }
    return instruction_of(std::move(*row));
  }

 private:
  std::shared_ptr<Database> db_;
};

}  // namespace

std::unique_ptr<registry::InstructionStore> make_instruction_store(std::shared_ptr<Database> db) {
  return std::make_unique<SqlInstructionStore>(std::move(db));
}

}  // namespace hitokoe::storage
