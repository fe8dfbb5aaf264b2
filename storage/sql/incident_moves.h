// The table of moves, as it follows from their events.
#pragma once

#include <string>

#include "hitokoe/incident/audit.h"
#include "storage/sql/session.h"

namespace hitokoe::storage::sql {

// The rows of an event of a move; of any other event none.
Result<void> write_move(Transaction& tx, const std::string& incident, const incident::Event& event);
// Before everything is written anew from the events.
Result<void> clear_moves(Transaction& tx);

}  // namespace hitokoe::storage::sql
