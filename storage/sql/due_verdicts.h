// The table of verdicts that are owed, inside other stores' transactions.
#pragma once

#include <cstdint>
#include <string>

#include "storage/sql/session.h"

namespace hitokoe::storage::sql {

// Owed from now on, whatever was tried for an earlier event.
Result<void> ask_verdict(Transaction& tx, const std::string& incident, std::uint64_t event,
                         const std::string& by, UtcTime at);
Result<void> drop_verdict(Transaction& tx, const std::string& incident);

}  // namespace hitokoe::storage::sql
