// Where merges and splits of incidents are kept (hitokoe/incident/moves.h).
#pragma once

#include <memory>

#include "hitokoe/incident/moves.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::storage {

std::unique_ptr<incident::MoveStore> make_move_store(std::shared_ptr<Database> db);

}  // namespace hitokoe::storage
