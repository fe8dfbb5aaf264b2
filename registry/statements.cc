#include "hitokoe/registry/statements.h"

#include <algorithm>
#include <map>
#include <set>

#include "hitokoe/registry/supervision.h"

namespace hitokoe::registry {
namespace {

bool is_side(const Delegation& d, const std::string& party) {
  return party == d.from || party == d.to;
}

bool agrees(const Statement& statement, const Snapshot& s) {
  return statement.records == s.records && statement.on == s.on &&
         std::set<FieldId>(statement.items.begin(), statement.items.end()) ==
             std::set<FieldId>(s.items.begin(), s.items.end());
}

void put(Snapshot& s, const Statement& statement) {
  const auto at = std::ranges::find(s.stated, statement.by, &Statement::by);
  if (at == s.stated.end()) {
    s.stated.push_back(statement);
  } else {
    *at = statement;
  }
  const auto confirmed = std::ranges::find(s.confirmed, statement.by);
  if (agrees(statement, s) && confirmed == s.confirmed.end()) s.confirmed.push_back(statement.by);
}

}  // namespace

Result<void> check_statement(const Viewer& viewer, const Delegation& d, const Snapshot& handover,
                             const Statement& statement) {
  const bool allowed =
      viewer.role() == Role::kCoordinator ||
      (viewer.role() == Role::kParty && !viewer.party().empty() && viewer.party() == statement.by);
  if (!allowed) {
    return fail(Errc::kForbidden, "a party states for itself only",
                "自らの側の授受だけを記録できます");
  }
  if (handover.own || handover.delegation != d.id) {
    return fail(Errc::kBadInput, "snapshot " + handover.id + " is no handover of " + d.id,
                "断面 " + handover.id + " は " + d.id + " の授受ではありません");
  }
  if (!is_side(d, statement.by)) {
    return fail(Errc::kBadInput, "the sides of " + handover.id + " are " + d.from + " and " + d.to,
                handover.id + " の当事者は " + d.from + " と " + d.to + " です");
  }
  if (statement.items.empty()) {
    return fail(Errc::kBadInput, "a statement names at least one item", "項目が一つ以上必要です");
  }
  return ok();
}

Registry with_statements(const Registry& registry,
                         const std::vector<HandoverStatement>& statements) {
  std::map<std::string_view, std::vector<const Statement*>> by_snapshot;
  for (const auto& s : statements) by_snapshot[s.snapshot].push_back(&s.statement);
  auto snapshots = registry.snapshots();
  for (auto& s : snapshots) {
    const auto at = by_snapshot.find(s.id);
    const auto* d = registry.delegation(s.delegation);
    if (at == by_snapshot.end() || s.own || d == nullptr) continue;
    for (const auto* statement : at->second) {
      if (is_side(*d, statement->by)) put(s, *statement);
    }
  }
  return Registry(registry.parties(), registry.delegations(), std::move(snapshots),
                  std::make_shared<const SupervisionBook>(registry.supervision()));
}

}  // namespace hitokoe::registry
