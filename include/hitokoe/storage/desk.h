// What the inquiry desk did, in the database.
#pragma once

#include <memory>

#include "hitokoe/incident/desk.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::storage {

std::unique_ptr<incident::DeskStore> make_desk_store(std::shared_ptr<Database> db);

}  // namespace hitokoe::storage
