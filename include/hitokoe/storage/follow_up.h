// Where second campaigns and their choice are kept (hitokoe/incident/follow_up.h).
#pragma once

#include <memory>

#include "hitokoe/incident/follow_up.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::storage {

std::unique_ptr<incident::FollowStore> make_follow_store(std::shared_ptr<Database> db);

}  // namespace hitokoe::storage
