// Messages inside a repository's transaction: they are committed with what they tell of.
#pragma once

#include "hitokoe/incident/outbox.h"
#include "storage/sql/session.h"

namespace hitokoe::storage::sql {

// A message that exists is left as it is.
Result<void> add_message(Transaction& tx, const incident::OutMessage& message);

}  // namespace hitokoe::storage::sql
