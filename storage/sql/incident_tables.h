// Tables of incidents: written from a folded state, read for a viewer.
#pragma once

#include <string>

#include "hitokoe/incident/incident.h"
#include "storage/sql/session.h"

namespace hitokoe::storage::sql {

// Replaces the incident's rows. `exposure`: the only one that changed; empty: all.
Result<void> write_incident(Transaction& tx, const incident::Incident& in,
                            const std::string& exposure);
Result<void> clear_incidents(Transaction& tx);

// What the viewer may see; kNotFound otherwise. Every query filters by the viewer's party.
Result<incident::Incident> read_incident(Transaction& tx, const registry::Viewer& viewer,
                                         const std::string& id);

}  // namespace hitokoe::storage::sql
