#include "apps/hitokoe/incident_desk.h"

namespace hitokoe::app {

incident::CaseworkService IncidentDesk::casework(Environment& env) const {
  return incident::CaseworkService({*work, *store, rules.clocks, rules.holidays, env.clock});
}

incident::IncidentService IncidentDesk::service(Environment& env) {
  asked.emplace(casework(env));
  return incident::IncidentService({*store, keys, nullptr, rules.clocks, rules.holidays, env.clock,
                                    env.random, nullptr, &*asked},
                                   {});
}

Result<void> IncidentDesk::sign(Environment& env) {
  TRY(const auto service, keys.service_sign());
  return log->checkpoint(service, env.clock.now());
}

Result<std::unique_ptr<IncidentDesk>> open_incident_desk(Environment& env) {
  TRY(auto keys, env.open_key_store());
  TRY(auto db, env.open_database());
  TRY(auto rules, incident::load_rules(env.config.parent_path() / "rules"));
  auto store = storage::make_incident_store(db);
  auto log = storage::make_audit_log(db);
  auto work = storage::make_casework_store(db);
  auto viewer = env.local_viewer(keys);
  return std::make_unique<IncidentDesk>(
      IncidentDesk{std::move(keys), std::move(db), std::move(store), std::move(log),
                   std::move(rules), std::move(viewer), std::move(work), std::nullopt});
}

}  // namespace hitokoe::app
