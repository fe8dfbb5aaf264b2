// The commands of `registry` that record something: instructions, statements about handovers,
// worker access logs.
#pragma once

#include "apps/hitokoe/environment.h"

namespace hitokoe::app {

void add_instruction_commands(CLI::App& registry, Environment& env);
void add_access_log_commands(CLI::App& registry, Environment& env);

// The registry in force with what the sides of handovers stated in the service.
Result<registry::Registry> load_registry_with_statements(Environment& env);

// kNotFound says that it must be applied first.
Result<const registry::Delegation*> delegation_of(const registry::Registry& registry,
                                                  const std::string& id);

// What such a command works with. The key store must be open: whoever has that is the coordinator.
struct SupervisionDesk {
  identity::KeyStore keys;
  std::shared_ptr<storage::Database> db;
  registry::Viewer viewer;

  // Signs the audit log as it stands: what a person just did is provable from now on.
  Result<void> sign(Environment& env);
};
Result<std::unique_ptr<SupervisionDesk>> open_supervision_desk(Environment& env);

}  // namespace hitokoe::app
