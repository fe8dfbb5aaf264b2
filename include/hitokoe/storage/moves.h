// Where merges and splits of incidents are kept (hitokoe/incident/moves.h), and the verdicts that
// are owed since (hitokoe/incident/due_verdicts.h).
#pragma once

#include <memory>

#include "hitokoe/incident/due_verdicts.h"
#include "hitokoe/incident/moves.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::storage {

std::unique_ptr<incident::MoveStore> make_move_store(std::shared_ptr<Database> db);
std::unique_ptr<incident::DueVerdicts> make_due_verdicts(std::shared_ptr<Database> db);

}  // namespace hitokoe::storage
