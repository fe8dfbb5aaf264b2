// The registry, with who puts one in force on record.
#pragma once

#include <memory>
#include <string>

#include "hitokoe/registry/registry_store.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::storage {

// As make_registry_store, where `actor` (as in incident::Draft) stands in the event of the audit
// log that each new version comes with, in its transaction: "registry.applied" of the stream
// "registry", with version, SHA-256 of the file, and the ids of parties, delegations and snapshots
// that came, went or changed. The other one's actor is "local".
std::unique_ptr<registry::RegistryStore> make_registry_store_for(std::shared_ptr<Database> db,
                                                                 const Clock& clock,
                                                                 std::string actor);

}  // namespace hitokoe::storage
