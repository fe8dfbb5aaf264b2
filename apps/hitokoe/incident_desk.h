// What the commands of incidents and campaigns work with; opened together.
#pragma once

#include <memory>
#include <optional>

#include "apps/hitokoe/environment.h"
#include "hitokoe/incident/casework_service.h"
#include "hitokoe/incident/incident_service.h"

namespace hitokoe::app {

struct IncidentDesk {
  identity::KeyStore keys;
  std::shared_ptr<storage::Database> db;
  std::unique_ptr<incident::IncidentStore> store;
  std::unique_ptr<incident::AuditLog> log;
  incident::LegalRules rules;
  registry::Viewer viewer;

  std::unique_ptr<incident::CaseworkStore> work;
  std::optional<incident::CaseworkService> asked;  // by service(), before it closes an incident

  incident::CaseworkService casework(Environment& env) const;
  // Opens and joins nothing: it has no captures.
  incident::IncidentService service(Environment& env);
  // Signs the audit log as it stands: what a person just did is provable from now on.
  Result<void> sign(Environment& env);
};

Result<std::unique_ptr<IncidentDesk>> open_incident_desk(Environment& env);

}  // namespace hitokoe::app
