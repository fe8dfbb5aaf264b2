#include "apps/hitokoe/commands_supervision.h"
#include "hitokoe/incident/audit.h"
#include "hitokoe/storage/supervision.h"

namespace hitokoe::app {

Result<void> SupervisionDesk::sign(Environment& env) {
  TRY(const auto service, keys.service_sign());
  return storage::make_audit_log(db)->checkpoint(service, env.clock.now());
}

Result<std::unique_ptr<SupervisionDesk>> open_supervision_desk(Environment& env) {
  TRY(auto keys, env.open_key_store());
  TRY(auto db, env.open_database());
  auto viewer = env.local_viewer(keys);
  return std::make_unique<SupervisionDesk>(
      SupervisionDesk{std::move(keys), std::move(db), std::move(viewer)});
}

Result<registry::Registry> load_registry_with_statements(Environment& env) {
  TRY(auto db, env.open_database());
  TRY(const auto registry, storage::make_registry_store(db, env.clock)->load());
  TRY(const auto statements, storage::make_statement_store(db)->latest());
  return registry::with_statements(registry, statements);
}

Result<const registry::Delegation*> delegation_of(const registry::Registry& registry,
                                                  const std::string& id) {
  const auto* d = registry.delegation(id);
  if (d != nullptr) return d;
  return fail(Errc::kNotFound, "there is no such delegation in the registry that is in force",
              "有効な台帳にその委託がありません");
}

}  // namespace hitokoe::app
