// OutboxTargets over the database.
#pragma once

#include <memory>

#include "hitokoe/incident/outbox_targets.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::storage {

std::unique_ptr<incident::OutboxTargets> make_outbox_targets(std::shared_ptr<Database> db);

}  // namespace hitokoe::storage
